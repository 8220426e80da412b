//! A channel on a stage: its buffer place by place, its two indices, and who waits.

use super::Stage;
use crate::text;
use goroutines::{Chan, ChanSnapshot, Waiting};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};

/// The widest value that is shown whole.
const VALUE: usize = 6;

impl Stage<'_> {
    /// The fields of a channel, from a snapshot of it.
    ///
    /// ```text
    ///   buf    [ 40 ][ 20 ][ 30 ]   3 of 3
    ///   recvx          ^
    ///   sendx          ^
    ///   sendq  G4 with 50
    ///   recvq  nobody
    /// ```
    pub fn channel(&mut self, s: &ChanSnapshot) -> io::Result<()> {
        if s.cap == 0 {
            writeln!(self, "  buf    no places")?;
        } else {
            let wide = s.buf.iter().flatten().map(|v| text::width(v)).max();
            let wide = wide.unwrap_or(0).clamp(2, VALUE);
            let places: String = s
                .buf
                .iter()
                .map(|v| {
                    let v = self.look.cut(v.as_deref().unwrap_or(""), wide);
                    format!("[ {} ]", text::pad(&v, wide))
                })
                .collect();
            writeln!(self, "  buf    {places}   {} of {}", s.qcount, s.cap)?;
            for (name, at) in [("recvx", s.recvx), ("sendx", s.sendx)] {
                // Below the first sign of its value.
                let before = " ".repeat(at * (wide + 4) + 2);
                writeln!(self, "  {name}  {before}^ {at}")?;
            }
        }
        let senders = waiting(&s.sendq);
        let receivers = waiting(&s.recvq);
        writeln!(self, "  sendq  {senders}")?;
        writeln!(self, "  recvq  {receivers}")?;
        if s.closed {
            writeln!(self, "  closed")?;
        }
        Ok(())
    }
}

/// Where the thing lies that a channel leads to.
///
/// A channel's hash is made of this address and of nothing else, which this reads back.
pub fn address<T>(ch: &Chan<T>) -> usize {
    struct Address(usize);
    impl Hasher for Address {
        fn write(&mut self, _: &[u8]) {}
        fn write_usize(&mut self, address: usize) {
            self.0 = address;
        }
        fn finish(&self) -> u64 {
            self.0 as u64
        }
    }
    let mut hasher = Address(0);
    ch.hash(&mut hasher);
    hasher.0
}

/// Those of one queue, longest first.
pub fn waiting(queue: &[Waiting]) -> String {
    if queue.is_empty() {
        return "nobody".to_string();
    }
    let each: Vec<String> = queue
        .iter()
        .map(|w| match &w.elem {
            Some(v) => format!("G{} with {v}", w.goroutine),
            None => format!("G{}", w.goroutine),
        })
        .collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Look;
    use goroutines::chan;

    fn shown(s: &ChanSnapshot) -> String {
        let mut out = String::new();
        let mut stage = Stage::new(Look::plain(80), None, |s| out.push_str(s));
        stage.channel(s).unwrap();
        drop(stage);
        out
    }

    #[test]
    fn a_buffer_that_has_turned_is_shown_as_it_lies_in_memory() {
        let ch = chan(3);
        for v in [10, 20, 30] {
            ch.send(v);
        }
        ch.recv();
        ch.send(40);
        ch.close();
        assert_eq!(
            shown(&ch.snapshot()),
            "  buf    [ 40 ][ 20 ][ 30 ]   3 of 3\n\
             \x20 recvx          ^ 1\n\
             \x20 sendx          ^ 1\n\
             \x20 sendq  nobody\n\
             \x20 recvq  nobody\n\
             \x20 closed\n"
        );
    }

    #[test]
    fn an_address_is_the_channels_and_not_the_handles() {
        let (one, other) = (chan::<i32>(1), chan::<i32>(1));
        assert_eq!(address(&one), address(&one.clone()));
        assert_ne!(address(&one), address(&other));
        assert_ne!(address(&one), 0);
    }

    #[test]
    fn one_without_a_buffer_has_its_queues() {
        assert_eq!(
            shown(&chan::<i32>(0).snapshot()),
            "  buf    no places\n  sendq  nobody\n  recvq  nobody\n"
        );
    }
}
