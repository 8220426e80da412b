//! What went well in every schedule that was tried, and could go wrong all the same.

use super::draw::called;
use super::story::Place;
use crate::lab::{Nested, Outcome};

/// What locks were taken in two orders, and where; empty where nothing is known of a place.
pub(super) fn inverted(o: &Outcome<'_>) -> Option<String> {
    let ring = o.inverted();
    let (first, others) = ring.split_first()?;
    let at = |n: &Nested| {
        let place = |l: Option<&'static std::panic::Location<'static>>| {
            l.map_or_else(
                || "a place unknown".to_string(),
                |l| {
                    let p = Place::of(l);
                    format!("{}:{}", p.name(), p.line)
                },
            )
        };
        (place(n.first_at), place(n.second_at))
    };
    let name = |n: &Nested| called(u64::from(n.who));
    let (a, b) = at(first);
    let mut text = format!(
        "locks are taken in different orders: {} takes one at {a} and, while it has it, another at {b}; ",
        name(first)
    );
    match others {
        [other] => {
            let (a, b) = at(other);
            text.push_str(&format!(
                "{} takes the same two the other way round, at {a} and then at {b}. ",
                name(other)
            ));
        }
        _ => {
            for n in others {
                let (a, b) = at(n);
                text.push_str(&format!(
                    "{} takes that one at {a} and then one at {b}; ",
                    name(n)
                ));
            }
            text.push_str("and that is the first again. ");
        }
    }
    Some(text)
}

/// What can come of it, if nothing did: `all` there are were tried, or some.
pub(super) fn what_inverted_locks_mean(all: bool) -> &'static str {
    if all {
        "If each had its first lock when it wants its second, all of them would wait for ever. No interleaving comes to that: \
         something else keeps them apart. With one order everywhere, nothing else has to."
    } else {
        "If each has its first lock when it wants its second, all of them wait for ever. No schedule that was tried came to \
         that. Take locks in one order everywhere, and it cannot happen."
    }
}

/// In how many schedules some got in each other's way in step.
pub(super) fn in_step(n: usize) -> String {
    let schedules = match n {
        1 => "1 schedule was".to_string(),
        n => format!("{n} schedules were"),
    };
    format!(
        "{schedules} not over after very many steps, and came to an end once chance said who runs next: as long as all go on \
         in step, they can keep each other from getting anywhere (a livelock). In an ordinary run that does not last, so it \
         is no failure here."
    )
}

/// In how many schedules somebody waited in the middle of its unwinding, and where.
pub(super) fn unwound((n, at): (usize, &'static std::panic::Location<'static>)) -> String {
    let p = Place::of(at);
    let schedules = if n == 1 { "schedule" } else { "schedules" };
    format!(
        "in {n} {schedules} a goroutine waited while a panic unwound it, at {}:{}. Until it went on, \
         std::thread::panicking() was true for all others, which it is not in an ordinary run.",
        p.name(),
        p.line
    )
}
