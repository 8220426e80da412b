//! Lesson 9's demos: in and before a lock, the bank in seven ways, readers and writers, the other tools, starvation.

mod bank;
mod greedy;
mod readers;
mod tools;
mod turns;
mod waiting;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "in-the-lock",
        title: "One in the critical section, three before it",
        run: waiting::in_the_lock,
    },
    Demo {
        name: "bank",
        title: "100 pay in, 100 take out",
        run: bank::bank,
    },
    Demo {
        name: "in-turns",
        title: "Readers and a writer, with either lock",
        run: turns::in_turns,
    },
    Demo {
        name: "readers",
        title: "Who is in: readers and a writer",
        run: readers::readers,
    },
    Demo {
        name: "other-tools",
        title: "Once, Cond, Pool",
        run: tools::other_tools,
    },
    Demo {
        name: "starvation",
        title: "How long one waits beside a greedy one",
        run: greedy::starvation,
    },
];
