//! What is shown of a program at one moment, line by line: the same on the screen and in a pipe.

use super::frame::{Frame, Group, P, Rates};
use crate::text;
use std::time::Duration;

/// By what the groups of goroutines stand in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Count,
    Longest,
    State,
    Place,
}

impl Order {
    pub fn next(self) -> Order {
        match self {
            Order::Count => Order::Longest,
            Order::Longest => Order::State,
            Order::State => Order::Place,
            Order::Place => Order::Count,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Order::Count => "how many",
            Order::Longest => "how long",
            Order::State => "state",
            Order::Place => "place",
        }
    }

    fn sort(self, groups: &mut [&Group]) {
        use std::cmp::Reverse;
        match self {
            Order::Count => groups.sort_by_key(|g| Reverse(g.n)),
            Order::Longest => groups.sort_by_key(|g| Reverse(g.longest_ms)),
            Order::State => groups.sort_by(|a, b| a.doing().cmp(b.doing())),
            Order::Place => groups.sort_by(|a, b| place_key(a).cmp(&place_key(b))),
        }
    }
}

/// By file, and then by line as a number.
fn place_key(g: &Group) -> (&str, u32) {
    let place = g.place();
    match place.rsplit_once(':') {
        Some((file, line)) => (file, line.parse().unwrap_or(0)),
        None => (place, 0),
    }
}

/// A rate, as short as it stays readable.
pub fn rate(v: f64) -> String {
    match v {
        v if v >= 10.0 || v == 0.0 => text::thousands(v.round() as u64),
        v => format!("{v:.1}"),
    }
}

/// How long something takes, in the unit that fits.
fn long(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format!("{} min", ms / 60_000),
    }
}

/// How many there are of everything.
pub fn counts(f: &Frame) -> String {
    let goroutines = usize::try_from(f.goroutines).unwrap_or(usize::MAX);
    format!(
        "{}  {}, {} idle  {}, {} asleep  {}  global queue {}",
        text::count(goroutines, "goroutine"),
        text::count(f.procs, "P"),
        f.idle_procs,
        text::count(f.threads, "thread"),
        f.idle_threads,
        text::count(f.timers, "timer"),
        text::thousands(f.global as u64),
    )
}

/// The same in few columns.
pub fn few_counts(f: &Frame) -> String {
    format!(
        "{} Gs  {}, {} idle  {}, {} asleep  {}",
        text::thousands(f.goroutines),
        text::count(f.procs, "P"),
        f.idle_procs,
        text::count(f.threads, "thread"),
        f.idle_threads,
        text::count(f.timers, "timer"),
    )
}

/// How fast it goes.
pub fn speeds(r: &Rates) -> String {
    format!(
        "a second: {} switches, {} steals, {} hand-offs, {} preemptions",
        rate(r.switches),
        rate(r.steals),
        rate(r.hand_offs),
        rate(r.preemptions),
    )
}

/// With so many columns the timers of a P fit behind its line.
const BESIDE: usize = 56;

/// How many timers a P has and when the first is due; nothing if it has none.
fn timers(p: &P) -> Option<String> {
    let next = p
        .first_ms
        .map_or(String::new(), |ms| format!(", next in {}", long(ms)));
    (p.timers > 0).then(|| format!("{}{next}", text::thousands(p.timers as u64)))
}

/// A heading, a line for each P, who sleeps in the netpoller, and a line for each thread that has a goroutine and no P: they
/// may be many. The timers of each P that has any stand behind it where there are so many `columns`, else below the Ps.
pub fn machine(f: &Frame, r: &Rates, columns: usize) -> Vec<String> {
    let row = |p: &str, m: &str, g: &str, queue: &str, speed: &str| {
        format!("{p:<4}{m:<4}{g:<7}{queue:>5}{speed:>9}")
    };
    let mut lines = vec![row("P", "M", "runs", "queue", "a second")];
    let beside = columns >= BESIDE;
    for (i, p) in f.ps.iter().enumerate() {
        let m = p.m.map_or("-".to_string(), |m| format!("M{m}"));
        let g = match (p.m, p.g) {
            (_, Some(g)) => format!("G{g}"),
            (Some(_), None) => "looks".to_string(),
            (None, None) => "-".to_string(),
        };
        let waits = p.queue + usize::from(p.next);
        let speed = rate(r.by_p.get(i).copied().unwrap_or(0.0));
        let name = format!("P{}", p.p);
        let mut line = row(&name, &m, &g, &waits.to_string(), &speed);
        if let Some(timers) = timers(p).filter(|_| beside) {
            line.push_str(&format!("  timers: {timers}"));
        }
        lines.push(line);
    }
    if !beside {
        let all = f.ps.iter();
        lines.extend(all.filter_map(|p| Some(format!("timers P{}: {}", p.p, timers(p)?))));
    }
    let mut apart: Vec<_> = f.ms.iter().filter(|m| m.p.is_none()).collect();
    apart.sort_by_key(|m| m.g.is_some());
    for m in apart {
        let (g, what) = match (m.g, m.is.as_str()) {
            (Some(g), "call") => (format!("G{g}"), "in a call"),
            (Some(g), "stopped") => (format!("G{g}"), "has to wait"),
            (Some(g), _) => (format!("G{g}"), "blocks"),
            (None, "polls") => ("-".to_string(), "netpoller"),
            (None, _) => continue,
        };
        lines.push(format!(
            "{:<4}{:<4}{g:<7}  {what}",
            "-",
            format!("M{}", m.m)
        ));
    }
    lines
}

/// A heading, and the groups that `wanted` is part of, each as a line of at most `width` columns.
pub fn groups(f: &Frame, order: Order, wanted: &str, width: usize) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let fits = |g: &&Group| {
        [g.doing(), g.place()]
            .iter()
            .any(|t| t.to_lowercase().contains(&wanted))
    };
    let mut groups: Vec<&Group> = f.groups.iter().filter(fits).collect();
    order.sort(&mut groups);
    // As wide as the widest of all: what is looked for changes no column.
    let states = f.groups.iter().map(|g| text::width(g.doing())).max();
    let states = states.unwrap_or(0).clamp(5, 24);
    // Where there is little room, the places need it most.
    let head = if width < 60 { "many" } else { "how many" };
    let number = |g: &Group| text::thousands(g.n).len();
    let numbers = f.groups.iter().map(number).max().unwrap_or(0);
    let numbers = numbers.max(head.len());
    let room = width.saturating_sub(numbers + 2 + states + 2 + 7 + 2);
    let row = |n: &str, state: &str, long: &str, place: &str| {
        let place = tail(place, room);
        format!("{n:>numbers$}  {state:<states$}  {long:>7}  {place}")
    };
    let mut lines = vec![row(head, "state", "longest", "place")];
    lines.extend(groups.iter().map(|g| {
        let long = g.longest_ms.map_or(String::new(), long);
        row(&text::thousands(g.n), g.doing(), &long, g.place())
    }));
    if f.others > 0 && wanted.is_empty() {
        let n = text::thousands(f.others);
        lines.push(format!("{n:>numbers$}  at other places"));
    }
    lines
}

/// The end of a place, which is what tells places apart: without its folders if there is no room for them.
fn tail(place: &str, room: usize) -> String {
    let n = place.chars().count();
    if n <= room {
        return place.to_string();
    }
    if let Some((_, file)) = place.rsplit_once('/')
        && file.chars().count() <= room
    {
        return file.to_string();
    }
    let kept: String = place.chars().skip(n + 1 - room.max(1)).collect();
    format!("…{kept}")
}

/// A line of so many columns: the last of the values, each as high as it is beside the others.
pub fn sparkline(values: &[f64], columns: usize, ascii: bool) -> String {
    let signs: &[char] = if ascii {
        &['_', '.', '-', '=', '#']
    } else {
        &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    };
    let last = &values[values.len().saturating_sub(columns)..];
    let most = last.iter().copied().fold(0.0, f64::max);
    last.iter()
        .map(|v| {
            let part = if most > 0.0 { v / most } else { 0.0 };
            let top = signs.len() - 1;
            signs[((part * top as f64).round() as usize).min(top)]
        })
        .collect()
}

/// A moment, for a pipe.
pub fn text(name: &str, age: Duration, f: &Frame, r: &Rates, width: usize) -> Vec<String> {
    let mut lines = vec![
        format!("{name} after {:.1} s", age.as_secs_f64()),
        counts(f),
        speeds(r),
    ];
    lines.extend(machine(f, r, 0));
    lines.extend(groups(f, Order::Count, "", width));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::frame;
    use super::*;

    #[test]
    fn a_moment_reads_as_a_table() {
        let (before, now) = (frame(0, 0), frame(1000, 12_345));
        let rates = Rates::between(&before, &now);
        let lines = text("prog", Duration::from_millis(1040), &now, &rates, 80);
        let lines: Vec<&str> = lines.iter().map(|l| l.trim_end()).collect();
        assert_eq!(
            lines,
            [
                "prog after 1.0 s",
                "103 goroutines  2 Ps, 0 idle  4 threads, 1 asleep  1 timer  global queue 5",
                "a second: 12,345 switches, 0 steals, 0 hand-offs, 0 preemptions",
                "P   M   runs   queue a second",
                "P0  M0  G7         4   12,345",
                "P1  M1  G7         4        0",
                "timers P0: 1, next in 1.5 s",
                "-   M3  G9       in a call",
                "how many  state         longest  place",
                "     100  chan receive    1.5 s  src/main.rs:7",
                "       2  sleep           1.5 s  src/main.rs:9",
                "       1  running                main",
            ]
        );
    }

    #[test]
    fn timers_stand_behind_their_p_where_there_is_room() {
        let f = frame(0, 0);
        let lines = machine(&f, &Rates::default(), 58);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(
            lines[1].ends_with("  timers: 1, next in 1.5 s"),
            "{lines:?}"
        );
        assert!(lines.iter().all(|l| l.chars().count() <= 58));
        assert_eq!(machine(&f, &Rates::default(), 30).len(), 5);
    }

    #[test]
    fn groups_are_sorted_and_found_and_fit() {
        let f = frame(0, 0);
        let first = |order, wanted: &str| groups(&f, order, wanted, 80).get(1).cloned();
        assert!(first(Order::Place, "").is_some_and(|l| l.ends_with("main")));
        assert!(first(Order::State, "").is_some_and(|l| l.contains("chan receive")));
        assert!(first(Order::Count, "SLEEP").is_some_and(|l| l.contains(":9")));
        assert_eq!(first(Order::Count, "nothing"), None);
        assert_eq!(groups(&f, Order::Longest, "main.rs", 80).len(), 3);
        let narrow = groups(&f, Order::Count, "", 40);
        assert!(narrow.iter().all(|l| l.chars().count() <= 40), "{narrow:?}");
        assert!(narrow[1].ends_with("  main.rs:7"), "{narrow:?}");
        let narrow = groups(&f, Order::Count, "", 36);
        assert!(narrow[1].ends_with("  …n.rs:7"), "{narrow:?}");
    }

    #[test]
    fn a_sparkline_is_as_wide_as_there_is_room() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0], 2, false), "▅█");
        assert_eq!(sparkline(&[0.0, 0.0], 9, true), "__");
        assert_eq!(sparkline(&[], 9, false), "");
    }
}
