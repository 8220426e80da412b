//! A channel in a frame: its buffer place by place, where the next send and receive stand, and who waits with what.

use crate::text;
use goroutines::explore::Stand;

/// A channel with more places than this is not drawn place by place.
const PLACES: u64 = 16;
/// The values are shown as long as they take no more columns, else only which places are full.
const COLUMNS: usize = 24;
/// As many columns a panel has on a screen of 80.
const PANEL: usize = 36;
/// A value whose text is not known, and an empty place.
const FULL: &str = "■";
const EMPTY: &str = "·";

/// A channel in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub object: usize,
    pub cap: u64,
    pub recvx: u64,
    pub closed: bool,
    /// The oldest first.
    pub buf: Vec<String>,
    /// Who waits to receive, longest first.
    pub recvq: Vec<Sudog>,
    pub sendq: Vec<Sudog>,
}

/// Who waits at a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sudog {
    pub g: u64,
    /// What it would send, if it sends and that is known.
    pub elem: String,
}

impl Channel {
    pub fn new(object: usize, cap: u64) -> Channel {
        Channel {
            object,
            cap,
            recvx: 0,
            closed: false,
            buf: Vec::new(),
            recvq: Vec::new(),
            sendq: Vec::new(),
        }
    }

    /// It stands so from here on.
    pub fn stands(&mut self, s: &Stand) {
        self.recvx = s.recvx;
        self.closed = s.closed;
        self.buf.clone_from(&s.buf);
        let sudog = |(g, elem): &(u64, String)| Sudog {
            g: *g,
            elem: elem.clone(),
        };
        self.sendq = s.sendq.iter().map(sudog).collect();
        self.recvq = s.recvq.iter().map(|&g| Sudog::receives(g)).collect();
    }

    /// Nobody of these waits here any more.
    pub fn woken(&mut self, ready: &[u64]) {
        for queue in [&mut self.recvq, &mut self.sendq] {
            queue.retain(|w| !ready.contains(&w.g));
        }
    }

    /// Lines about it. `line` says where a goroutine is.
    pub fn drawn(&self, name: &str, line: impl Fn(u64) -> Option<u32>) -> Vec<String> {
        let mut out = self.buffer(name);
        for (queue, who) in [("recvq", &self.recvq), ("sendq", &self.sendq)] {
            if !who.is_empty() {
                let who: Vec<String> = who.iter().map(|w| w.drawn(&line)).collect();
                out.push(format!("  {queue}: {}", who.join(", ")));
            }
        }
        out
    }

    fn buffer(&self, name: &str) -> Vec<String> {
        let closed = if self.closed { ", closed" } else { "" };
        let full = self.buf.len() as u64;
        if self.cap == 0 {
            return vec![format!("{name} no buffer{closed}")];
        }
        let count = format!("{full} of {}{closed}", self.cap);
        if self.cap > PLACES {
            return vec![format!("{name} {count}")];
        }
        let first = format!("{name} [{}] {count}", self.ring());
        if self.cap == 1 {
            return vec![first];
        }
        let sendx = (self.recvx + full) % self.cap;
        let indices = format!("recvx {} sendx {sendx}", self.recvx);
        if text::width(&first) + 1 + indices.len() <= PANEL {
            return vec![format!("{first} {indices}")];
        }
        vec![first, format!("  {indices}")]
    }

    /// The places as they lie in memory.
    fn ring(&self) -> String {
        let at = |place: u64| {
            let nth = (place + self.cap - self.recvx % self.cap) % self.cap;
            let v = self.buf.get(usize::try_from(nth).ok()?)?;
            Some(if v.is_empty() { FULL } else { v })
        };
        let places: Vec<_> = (0..self.cap).map(at).collect();
        let values: Vec<&str> = places.iter().map(|v| v.unwrap_or(EMPTY)).collect();
        let values = values.join(" ");
        if text::width(&values) <= COLUMNS {
            return values;
        }
        let signs = places.iter();
        signs.map(|v| v.map_or(EMPTY, |_| FULL)).collect()
    }
}

impl Sudog {
    pub fn receives(g: u64) -> Sudog {
        Sudog {
            g,
            elem: String::new(),
        }
    }

    fn drawn(&self, line: impl Fn(u64) -> Option<u32>) -> String {
        let with = match self.elem.as_str() {
            "" => String::new(),
            v => format!(" with {v}"),
        };
        let at = line(self.g).map_or(String::new(), |n| format!(" :{n}"));
        format!("G{}{with}{at}", self.g)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cap: u64, recvx: u64, buf: &[&str]) -> Channel {
        Channel {
            recvx,
            buf: buf.iter().map(ToString::to_string).collect(),
            ..Channel::new(2, cap)
        }
    }

    fn drawn(c: &Channel) -> Vec<String> {
        c.drawn("ch", |g| Some(40 + g as u32))
    }

    #[test]
    fn values_lie_where_they_lie_in_memory() {
        assert_eq!(
            drawn(&with(3, 2, &["30", "40"])),
            ["ch [40 · 30] 2 of 3 recvx 2 sendx 1"]
        );
        assert_eq!(drawn(&with(1, 0, &["\"a\""])), ["ch [\"a\"] 1 of 1"]);
        assert_eq!(
            drawn(&with(2, 1, &[""])),
            ["ch [· ■] 1 of 2 recvx 1 sendx 0"]
        );
    }

    #[test]
    fn what_is_too_wide_is_signs_and_what_has_no_places_says_so() {
        let long = "\"a text of many words\"";
        assert_eq!(
            drawn(&with(4, 3, &[long, long])),
            ["ch [■··■] 2 of 4 recvx 3 sendx 1"]
        );
        assert_eq!(drawn(&with(17, 0, &["1"])), ["ch 1 of 17"]);
        let closed = Channel {
            closed: true,
            ..with(0, 0, &[])
        };
        assert_eq!(drawn(&closed), ["ch no buffer, closed"]);
    }

    #[test]
    fn indices_that_have_no_room_beside_the_buffer_stand_below_it() {
        assert_eq!(
            drawn(&with(4, 0, &["1000", "1001", "1002"])),
            ["ch [1000 1001 1002 ·] 3 of 4", "  recvx 0 sendx 3"]
        );
    }

    #[test]
    fn who_waits_is_there_with_what_and_where_until_it_is_woken() {
        let mut c = with(0, 0, &[]);
        c.sendq = vec![
            Sudog {
                g: 2,
                elem: "7".to_string(),
            },
            Sudog::receives(3),
        ];
        assert_eq!(
            drawn(&c),
            ["ch no buffer", "  sendq: G2 with 7 :42, G3 :43"]
        );
        c.woken(&[2]);
        assert_eq!(drawn(&c), ["ch no buffer", "  sendq: G3 :43"]);
    }
}
