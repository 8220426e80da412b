//! Lesson 3's demos: fork and join drawn, the counter as it moves, what closures see, a lost update, and what rustc says.

mod closures;
mod compiler;
mod counter;
mod lost;
mod picture;
mod words;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "fork-and-join",
        title: "Three forked, one join",
        run: picture::fork_and_join,
    },
    Demo {
        name: "counter-moves",
        title: "A WaitGroup's counter, step by step",
        run: counter::counter_moves,
    },
    Demo {
        name: "captures",
        title: "Three ways to capture a loop's variable",
        run: closures::captures,
    },
    Demo {
        name: "lost-update",
        title: "A lost update and its schedule",
        run: lost::lost_update,
    },
    Demo {
        name: "rustc-refuses",
        title: "What rustc says",
        run: compiler::rustc_refuses,
    },
    Demo {
        name: "every-order",
        title: "Many runs against every order",
        run: lost::every_order,
    },
    Demo {
        name: "last-words",
        title: "What the runtime says at the end",
        run: words::last_words,
    },
];
