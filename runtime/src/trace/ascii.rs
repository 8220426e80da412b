//! A trace for a terminal: a row for each goroutine and each P, time from left to right.

use std::fmt::Write;
use std::time::Duration;

use super::event::Waker;
use super::spans::{Being, Life, Spans};

/// How wide a drawing is, in characters, its names included.
const WIDTH: usize = 100;
/// The most rows of goroutines; what is left out is said.
const ROWS: usize = 40;

/// How a drawing is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) width: usize,
    /// Only what every terminal has.
    pub(super) ascii: bool,
}

impl Default for Look {
    fn default() -> Self {
        Look {
            width: WIDTH,
            ascii: false,
        }
    }
}

/// The signs of what a goroutine can be.
struct Signs {
    running: char,
    runnable: char,
    waiting: char,
    syscall: char,
    wake: char,
}

const PLAIN: Signs = Signs {
    running: '#',
    runnable: '.',
    waiting: '-',
    syscall: '~',
    wake: '^',
};

const RICH: Signs = Signs {
    running: '█',
    runnable: '░',
    waiting: '─',
    syscall: '≈',
    wake: '↑',
};

/// The columns of the time axis.
struct Scale {
    from: Duration,
    to: Duration,
    columns: usize,
}

impl Scale {
    fn column(&self, at: Duration) -> usize {
        let whole = (self.to - self.from).as_nanos().max(1);
        let part = at.saturating_sub(self.from).as_nanos();
        let column = part * self.columns as u128 / whole;
        usize::try_from(column).unwrap_or(0).min(self.columns - 1)
    }
}

/// Draws it.
pub(super) fn draw(spans: &Spans, look: Look) -> String {
    let signs = if look.ascii { &PLAIN } else { &RICH };
    let Some(first) = spans.lives.values().map(|l| l.born).min() else {
        return "nothing was traced\n".to_string();
    };
    let shown: Vec<&Life> = spans.lives.values().take(ROWS).collect();
    let names: Vec<String> = shown.iter().map(|l| name(l)).collect();
    let wide = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let wide = wide.min(look.width / 3).max(4);
    let scale = Scale {
        from: first,
        to: spans.end.max(first + Duration::from_nanos(1)),
        columns: look.width.saturating_sub(wide + 3).max(20),
    };
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}", pad("", wide), axis(&scale));
    for (life, name) in shown.iter().zip(&names) {
        let row = row(life, spans, &scale, signs);
        let _ = writeln!(out, "{}  {}", pad(name, wide), row.trim_end());
    }
    if spans.lives.len() > ROWS {
        let _ = writeln!(out, "… and {} more", spans.lives.len() - ROWS);
    }
    for p in 0..spans.procs {
        let row = proc_row(p, spans, &scale);
        let line = format!("{}  {row}", pad(&format!("P{p}"), wide));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let says = [
        (signs.running, "runs"),
        (signs.runnable, "could run"),
        (signs.waiting, "waits"),
        (signs.syscall, "in a blocking call"),
        (signs.wake, "woke somebody"),
    ];
    let items = says.map(|(sign, text)| format!("{sign} {text}"));
    let mut line = String::new();
    for item in items
        .into_iter()
        .chain(["blank: not made yet, or ended".to_string()])
    {
        if line.chars().count() + item.chars().count() + 2 > look.width {
            let _ = writeln!(out, "{}", line.trim_end());
            line.clear();
        }
        line.push_str(&item);
        line.push_str("  ");
    }
    let _ = writeln!(out, "{}", line.trim_end());
    if look.width >= 72 {
        out.push_str("in a row of a P: the last digit of the number of the goroutine that ran\n");
    } else {
        out.push_str("rows of Ps: last digits of goroutines\n");
    }
    out
}

fn name(life: &Life) -> String {
    format!("G{} {}", life.g, life.label())
}

/// `text` in exactly so many characters.
fn pad(text: &str, wide: usize) -> String {
    let n = text.chars().count();
    if n <= wide {
        format!("{text}{}", " ".repeat(wide - n))
    } else {
        let kept: String = text.chars().take(wide - 1).collect();
        format!("{kept}…")
    }
}

/// Marks of time above the rows.
fn axis(scale: &Scale) -> String {
    let whole = scale.to - scale.from;
    let mut line = vec![' '; scale.columns];
    for part in 0..4 {
        let at = whole * part / 4;
        let from = scale.columns * part as usize / 4;
        let mark = format!("|{}", short(at));
        for (place, c) in line[from..].iter_mut().zip(mark.chars()) {
            *place = c;
        }
    }
    line.into_iter().collect::<String>().trim_end().to_string()
}

/// A duration in three digits or so.
pub(super) fn short(d: Duration) -> String {
    let nanos = d.as_nanos() as f64;
    match nanos {
        n if n < 1e3 => format!("{n} ns"),
        n if n < 1e4 => format!("{:.1} µs", n / 1e3),
        n if n < 1e6 => format!("{:.0} µs", n / 1e3),
        n if n < 1e7 => format!("{:.1} ms", n / 1e6),
        n if n < 1e9 => format!("{:.0} ms", n / 1e6),
        n => format!("{:.1} s", n / 1e9),
    }
}

fn row(life: &Life, spans: &Spans, scale: &Scale, signs: &Signs) -> String {
    let mut cells = vec![' '; scale.columns];
    let mut most = vec![Duration::ZERO; scale.columns];
    // Where several things happen in a column, the longest is shown; but running is never lost.
    for span in &life.spans {
        let sign = match span.being {
            Being::Running { .. } => signs.running,
            Being::Runnable => signs.runnable,
            Being::Waiting { .. } => signs.waiting,
            Being::Syscall { .. } => signs.syscall,
        };
        let (from, to) = (scale.column(span.from), scale.column(span.to));
        let length = span.to - span.from;
        for i in from..=to {
            let stronger = sign == signs.running && cells[i] != signs.running;
            let longer = length > most[i] && cells[i] != signs.running;
            if stronger || longer {
                cells[i] = sign;
                most[i] = length;
            }
        }
    }
    for wake in &spans.wakes {
        if wake.from == Some(life.g) && wake.by == Waker::Goroutine {
            cells[scale.column(wake.time)] = signs.wake;
        }
    }
    cells.into_iter().collect()
}

/// Which goroutine ran on a P longest, column by column.
fn proc_row(p: usize, spans: &Spans, scale: &Scale) -> String {
    let mut cells = vec![' '; scale.columns];
    let mut most = vec![Duration::ZERO; scale.columns];
    for life in spans.lives.values() {
        for span in &life.spans {
            if !matches!(span.being, Being::Running { p: on, .. } if on == p) {
                continue;
            }
            let length = span.to - span.from;
            for i in scale.column(span.from)..=scale.column(span.to) {
                if cells[i] == ' ' || length > most[i] {
                    cells[i] = char::from_digit((life.g % 10) as u32, 10).unwrap_or('?');
                    most[i] = length;
                }
            }
        }
    }
    cells.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::{Event, Place, What};

    fn event(micros: u64, p: usize, g: u64, what: What) -> Event {
        Event {
            time: Duration::from_micros(micros),
            m: Some(p),
            p: Some(p),
            g: (g > 0).then_some(g),
            what,
        }
    }

    #[test]
    fn each_goroutine_and_each_p_has_a_row() {
        let at = Some(Place {
            file: "src/a.rs",
            line: 3,
        });
        let name = "prog::main::{{closure}}";
        let events = [
            event(0, 0, 0, What::Procs { n: 1 }),
            event(
                0,
                0,
                0,
                What::Create {
                    g: 1,
                    name,
                    at: None,
                },
            ),
            event(0, 0, 1, What::Start),
            event(10, 0, 1, What::Create { g: 2, name, at }),
            event(
                20,
                0,
                1,
                What::Block {
                    reason: "chan receive",
                    at,
                },
            ),
            event(20, 0, 2, What::Start),
            event(
                40,
                0,
                2,
                What::Unblock {
                    g: 1,
                    by: Waker::Goroutine,
                },
            ),
            event(50, 0, 2, What::SyscallEnter { at }),
            event(70, 0, 2, What::SyscallExit),
            event(80, 0, 2, What::End),
            event(80, 0, 1, What::Start),
            event(100, 0, 1, What::End),
        ];
        let look = Look {
            width: 70,
            ascii: true,
        };
        let drawn = draw(&Spans::of(&events), look);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "                |0 ns        |25 µs       |50 µs       |75 µs",
                "G1 main         ###########----------.....................###########",
                "G2 a.rs:3 main       .....###########^#####~~~~~~~~~~######",
                "P0              111111111122222222222222222          2222211111111111",
            ]
        );
        assert_eq!(draw(&Spans::default(), look), "nothing was traced\n");
    }

    #[test]
    fn a_duration_has_few_digits() {
        let short = |nanos| short(Duration::from_nanos(nanos));
        assert_eq!(short(999), "999 ns");
        assert_eq!(short(1_500), "1.5 µs");
        assert_eq!(short(25_000), "25 µs");
        assert_eq!(short(3_400_000), "3.4 ms");
        assert_eq!(short(2_000_000_000), "2.0 s");
    }
}
