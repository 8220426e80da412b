//! Lesson 2's demos: goroutines by the hundred thousand, a stack that grows, threads taking turns, and how it can end.

mod ends;
mod grow;
mod kept;
mod many;
mod rows;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "hundred-thousand",
        title: "100,000 goroutines and 1,000 threads",
        run: many::hundred_thousand,
    },
    Demo {
        name: "a-million",
        title: "1,000,000 goroutines",
        run: many::a_million,
    },
    Demo {
        name: "growing-stack",
        title: "A stack that grows, and is given back",
        run: grow::growing_stack,
    },
    Demo {
        name: "which-thread",
        title: "Which thread ran which goroutine",
        run: rows::which_thread,
    },
    Demo {
        name: "two-that-wait",
        title: "Two that wait for each other",
        run: ends::two_that_wait,
    },
    Demo {
        name: "main-first",
        title: "main returns first",
        run: ends::main_first,
    },
    Demo {
        name: "what-is-kept",
        title: "What the runtime keeps",
        run: kept::what_is_kept,
    },
];
