//! The levels, easy ones first: each a small program that is right as long as nobody picks a bad order.
//!
//! Every row of the table has its file beside this one, which is compiled in and shown to whoever plays. What is said
//! of the fewest switches is never written down: it is found by trying all orders (`super::game::fewest`).

use goroutines::explore::Kind;

/// A program to be broken.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// What is typed.
    pub name: &'static str,
    pub title: &'static str,
    /// What the program is for, and what it does when all goes well.
    pub story: &'static str,
    /// What to bring about.
    pub goal: &'static str,
    /// How it fails then.
    pub kind: Kind,
    /// What it was, once it is broken.
    pub because: &'static str,
    /// The lesson that says more.
    pub lesson: usize,
    /// Whether what it printed is right.
    pub right: fn(&str) -> bool,
    pub run: fn(),
    /// The file's name, and all that stands in it.
    pub file: &'static str,
    pub text: &'static str,
}

macro_rules! levels {
    ($($module:ident { $($field:ident: $value:expr,)* })*) => {
        $(mod $module;)*

        /// In the order in which they are to be played.
        pub static LEVELS: &[Level] = &[
            $(Level {
                run: $module::main,
                file: concat!(stringify!($module), ".rs"),
                text: include_str!(concat!(stringify!($module), ".rs")),
                $($field: $value,)*
            }),*
        ];
    };
}

levels! {
    first_come {
        name: "first-come",
        title: "First come",
        story: "One goroutine sets a price, another one prints it. It prints: price: 30",
        goal: "make it print another price",
        kind: Kind::Output,
        because: "An order violation: the second goroutine needs what the first one does, and nothing makes it wait for \
                  that. Being started earlier is no promise. No switch is needed for it.",
        lesson: 3,
        right: |out| out == "price: 30\n",
    }
    two_additions {
        name: "two-additions",
        title: "Two additions",
        story: "Two goroutines add 1 to a variable that was 0. It prints: 2",
        goal: "make it print 1",
        kind: Kind::Output,
        because: "A lost update: both read 0 before either of them has written, so both write 1.",
        lesson: 1,
        right: |out| out == "2\n",
    }
    other_case {
        name: "other-case",
        title: "The other case",
        story: "A result arrives, and a channel is closed for the end. main looks at both. It prints: Some(42)",
        goal: "make it print: None",
        kind: Kind::Output,
        because: "Both cases were ready, and a select takes any of those that are ready. Which one stands first in the \
                  source does not matter.",
        lesson: 8,
        right: |out| out == "Some(42)\n",
    }
    last_seat {
        name: "last-seat",
        title: "The last seat",
        story: "There is one seat, and two want to buy it. Who finds it free takes it. It prints `sold` once.",
        goal: "sell the seat twice",
        kind: Kind::Output,
        because: "Check, then act: each access has the lock, and the two together have not. What was true at the check need \
                  not be true any more when one acts on it.",
        lesson: 9,
        right: |out| out == "sold\n",
    }
    half_moved {
        name: "half-moved",
        title: "Half moved",
        story: "Ann gives 10 to Bob while somebody adds up what both have. It prints: 100",
        goal: "make it print another sum",
        kind: Kind::Output,
        because: "Each account has its lock, and no data race is in it. But what belongs together was changed in two steps, \
                  and somebody looked in between.",
        lesson: 9,
        right: |out| out == "100\n",
    }
    two_locks {
        name: "two-locks",
        title: "Pen and ink",
        story: "Two goroutines write: each takes the pen and the ink, and gives both back.",
        goal: "make all of them wait for ever",
        kind: Kind::Deadlock,
        because: "A deadlock by lock order: each has one lock and waits for the other one's. If everybody takes the pen \
                  first, it cannot happen.",
        lesson: 9,
        right: |_| true,
    }
    sent_too_late {
        name: "sent-too-late",
        title: "Sent too late",
        story: "One goroutine sends as long as nobody has said that it is over, another one ends it and closes.",
        goal: "send on the closed channel",
        kind: Kind::Panic,
        because: "Between the question whether the channel is open and the send, it was closed. Only the one who sends can \
                  know when to close.",
        lesson: 6,
        right: |_| true,
    }
    closed_twice {
        name: "closed-twice",
        title: "Closed twice",
        story: "Whoever of two is done first closes a channel, to tell main; a flag says that it is closed.",
        goal: "close the channel twice",
        kind: Kind::Panic,
        because: "Both saw the flag down before either of them had raised it. A channel has one who closes it, or a Once.",
        lesson: 6,
        right: |_| true,
    }
    both_listen {
        name: "both-listen",
        title: "Both listen",
        story: "Of two goroutines the first one listens and the second one speaks. Each finds out by a flag which it is.",
        goal: "make all of them wait for ever",
        kind: Kind::Deadlock,
        because: "Both took themselves for the first, so both receive and nobody sends. A deadlock needs no lock.",
        lesson: 6,
        right: |_| true,
    }
    late_add {
        name: "late-add",
        title: "Not counted in time",
        story: "A goroutine starts a helper, and main waits for both. Each adds 1. It prints: 2",
        goal: "make it print 1",
        kind: Kind::Output,
        because: "The helper calls `add` itself. Until it does, nobody knows of it, and `wait` lets main pass. `add` \
                  belongs before the `go`.",
        lesson: 3,
        right: |out| out == "2\n",
    }
    done_twice {
        name: "done-twice",
        title: "Done twice",
        story: "An alarm is raised and taken back. Who sees it says that he is done, and goes on to the end.",
        goal: "make the counter of the WaitGroup negative",
        kind: Kind::Panic,
        because: "Who saw the alarm said twice that it was done: a `return` is missing. One `done` too many is a panic, and \
                  it met the goroutine that did nothing wrong.",
        lesson: 3,
        right: |_| true,
    }
    lost_signal {
        name: "lost-signal",
        title: "A lost signal",
        story: "One goroutine sleeps until a flag is up; another one raises the flag and wakes it.",
        goal: "let it sleep for ever",
        kind: Kind::Deadlock,
        because: "A lost wake-up: the signal came after the look at the flag and before the sleep, when nobody slept yet. \
                  The flag must be looked at, and raised, under the lock that `wait` gives back.",
        lesson: 9,
        right: |_| true,
    }
    unheard {
        name: "unheard",
        title: "Unheard",
        story: "main gives a worker a job and then tells it to stop. The worker stops.",
        goal: "let main end, and the worker wait for ever",
        kind: Kind::Leak,
        because: "A leaked goroutine: `try_send` does not wait, and the worker was not listening at that moment. Nobody will \
                  ever tell it again.",
        lesson: 8,
        right: |_| true,
    }
    too_late {
        name: "too-late",
        title: "Too late",
        story: "main waits for an answer, for one second at most. The answer comes in time.",
        goal: "let main end, and the one who answers wait for ever",
        kind: Kind::Leak,
        because: "Time went on although there was work to do: nobody promises that a goroutine gets its turn within a second. \
                  And nobody receives the answer any more. With room for one value it could be sent all the same.",
        lesson: 8,
        right: |_| true,
    }
    one_signal {
        name: "one-signal",
        title: "The wrong one wakes",
        story: "There is room for one thing. Two put one in, two take one out; who cannot, waits to be woken.",
        goal: "make all of them wait for ever",
        kind: Kind::Deadlock,
        because: "`signal` wakes one of those who wait, and it was one who could do nothing with it. Where several wait for \
                  different things at one condition, it takes `broadcast`.",
        lesson: 9,
        right: |_| true,
    }
    three_forks {
        name: "three-forks",
        title: "Three forks",
        story: "Three sit at a round table with three forks. Each takes the left one and the right one, and eats.",
        goal: "make all of them wait for ever",
        kind: Kind::Deadlock,
        because: "Each has its left fork and waits for its right one: a ring. If one of them began with the right one, there \
                  would be none.",
        lesson: 9,
        right: |_| true,
    }
    after_you {
        name: "after-you",
        title: "After you",
        story: "Two want to eat, with one spoon and one bowl. Who cannot have both gives back what he has, and tries once \
                more. At least one of them eats.",
        goal: "let both of them give up",
        kind: Kind::Output,
        because: "Nobody waits, and nobody gets anywhere: a livelock. Each gave way to the other at the wrong moment.",
        lesson: 9,
        right: |out| out.contains("true"),
    }
    starved {
        name: "starved",
        title: "Starved",
        story: "One goroutine has the lock for a moment, twice. Another one tries to have it each time the bell rings. It \
                prints: had it: true",
        goal: "let it try in vain each time",
        kind: Kind::Output,
        because: "Starvation: the lock was free most of the time, and never when it tried. Who only tries has no place in \
                  any queue; `lock` would have got it.",
        lesson: 9,
        right: |out| out == "had it: true\n",
    }
}

impl Level {
    /// From 1.
    pub fn number(&self) -> usize {
        1 + LEVELS.iter().take_while(|l| l.name != self.name).count()
    }

    /// The program without what stands above it: numbers of lines, and lines, two columns a step of indentation.
    pub fn lines(&self) -> impl Iterator<Item = (u32, String)> + use<> {
        let is_head = |l: &str| l.is_empty() || l.starts_with("//!") || l.starts_with("use ");
        (1..)
            .zip(self.text.lines())
            .skip_while(move |(_, l)| is_head(l))
            .map(|(n, l)| {
                let code = l.trim_start();
                (n, " ".repeat((l.len() - code.len()) / 2) + code)
            })
    }
}
