//! Goroutines as Go prints them: `goroutine 7 [chan receive]:`, where it stands, who made it.

use std::fmt::Write as _;
use std::panic::Location;

use crate::goroutine::{G, Status};

/// What a traceback says of one goroutine.
pub(crate) struct Traced {
    pub(crate) id: u64,
    /// Go's word for its state: `running`, `runnable`, or why it waits.
    pub(crate) state: String,
    /// Minutes it has waited, where known; Go says them from 1 on.
    pub(crate) minutes: u64,
    /// It has called `lock_os_thread`.
    pub(crate) locked: bool,
    pub(crate) name: &'static str,
    pub(crate) at: Option<String>,
    pub(crate) created: Option<(u64, &'static str, &'static Location<'static>)>,
}

impl Traced {
    /// Reads a goroutine. `now` is its runtime's clock. Where it stands is known of one that waits; of one that runs or
    /// could run it is the last place known: where it waited or gave way last, or else where it was made.
    pub(crate) fn of(g: &G, now: u64) -> Traced {
        let origin = g.origin();
        let state = match g.status() {
            Status::Waiting => g.wait_reason().as_str(),
            Status::Runnable => "runnable",
            Status::Running => "running",
            Status::Dead => "idle",
        };
        let waited = match (g.status(), g.wait_since()) {
            (Status::Waiting, since) if since != 0 => now.saturating_sub(since),
            _ => 0,
        };
        Traced {
            id: g.id(),
            state: state.to_string(),
            minutes: waited / 60_000_000_000,
            locked: g.is_wired(),
            name: (origin.name)(),
            at: g.place().or(origin.at).map(place),
            created: origin.at.map(|l| (origin.by, (origin.by_name)(), l)),
        }
    }

    /// Says that the goroutine, which runs, is in a blocking call.
    pub(crate) fn in_syscall(mut self, is: bool) -> Traced {
        if is && self.state == "running" {
            self.state = "syscall".to_string();
        }
        self
    }

    /// Says where the goroutine stands, for one that runs; `None` where nobody knows, which is better than a place where
    /// it was before.
    pub(crate) fn standing(mut self, at: Option<String>) -> Traced {
        self.at = at;
        self
    }
}

/// `file:line` of a place in a program.
pub(crate) fn place(l: &'static Location<'static>) -> String {
    format!("{}:{}", l.file(), l.line())
}

/// Appends one goroutine, without the empty line that parts it from the next.
pub(crate) fn write(out: &mut String, t: &Traced) {
    let _ = write!(out, "goroutine {} [{}", t.id, t.state);
    if t.minutes > 0 {
        let _ = write!(out, ", {} minutes", t.minutes);
    }
    if t.locked {
        out.push_str(", locked to thread");
    }
    out.push_str("]:\n");
    let _ = writeln!(out, "{}()", function(t.name));
    if let Some(at) = &t.at {
        let _ = writeln!(out, "\t{at}");
    }
    if let Some((by, name, at)) = &t.created {
        if *by == 0 {
            // As in Go, where no goroutine made it.
            let _ = writeln!(out, "created by time.goFunc");
        } else {
            let _ = writeln!(out, "created by {} in goroutine {by}", function(name));
        }
        let _ = writeln!(out, "\t{}", place(at));
    }
}

/// A closure's type name as a function's name.
pub(crate) fn function(name: &str) -> &str {
    if name.is_empty() { "main" } else { name }
}

/// All of them, the one with `first`'s id in front, parted by empty lines.
///
/// The others stand in the order of their `G`s, as in Go: a goroutine stands where the one stood whose `G` it took over.
pub(crate) fn dump(first: u64, mut all: Vec<Traced>) -> String {
    all.sort_by_key(|t| t.id != first);
    let mut out = String::new();
    for (i, t) in all.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        write(&mut out, t);
    }
    out
}

/// How much a crash shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Only what happened.
    Nothing,
    /// The goroutine that it happened to.
    One,
    /// Everybody.
    All,
}

impl Level {
    /// What the environment variable GOTRACEBACK asks for.
    pub(crate) fn wanted() -> Level {
        Level::of(std::env::var("GOTRACEBACK").as_deref().unwrap_or(""))
    }

    /// Go's names and numbers. A name that is none of them shows nothing, as in Go.
    fn of(name: &str) -> Level {
        match name {
            "" | "single" => Level::One,
            "all" | "system" | "crash" => Level::All,
            _ if name.parse::<u32>().is_ok_and(|n| n > 0) => Level::All,
            _ => Level::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn gotraceback_has_gos_names() {
        for (name, level) in [
            ("", Level::One),
            ("single", Level::One),
            ("none", Level::Nothing),
            ("0", Level::Nothing),
            ("1", Level::All),
            ("2", Level::All),
            ("all", Level::All),
            ("system", Level::All),
            ("everything", Level::Nothing),
        ] {
            assert_eq!(Level::of(name), level, "{name}");
        }
    }
}
