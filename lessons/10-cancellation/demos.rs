//! Lesson 10's demos: workers that do not hear the end and such that do, a tree of contexts, deadlines, told and gone, timers.

mod deadlines;
mod leaks;
mod thousand;
mod timers;
mod tree;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "never-hears",
        title: "Three workers, and only one answer is wanted",
        run: leaks::never_hears,
    },
    Demo {
        name: "context-tree",
        title: "A tree of contexts, and one of them is cancelled",
        run: tree::context_tree,
    },
    Demo {
        name: "deadline",
        title: "Until when? The parent's time and the child's",
        run: deadlines::deadline,
    },
    Demo {
        name: "told-and-gone",
        title: "A thousand who listen",
        run: thousand::told_and_gone,
    },
    Demo {
        name: "timers",
        title: "What was stopped, and what is received all the same",
        run: timers::timers,
    },
];
