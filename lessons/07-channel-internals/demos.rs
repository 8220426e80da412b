//! Lesson 7's demos: where a channel lies, its fields as they move, a full buffer, a hand-off, copies, and its lock.

mod copies;
mod frames;
mod lock;
mod pointer;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "pointer",
        title: "What a channel variable holds",
        run: pointer::pointer,
    },
    Demo {
        name: "hchan",
        title: "Two channels, just made",
        run: frames::hchan,
    },
    Demo {
        name: "scenario-1",
        title: "The sender comes first",
        run: frames::scenario_1,
    },
    Demo {
        name: "full-buffer",
        title: "The buffer is full",
        run: frames::full_buffer,
    },
    Demo {
        name: "hand-off",
        title: "The receiver comes first",
        run: frames::hand_off,
    },
    Demo {
        name: "copies",
        title: "A copy, and a pointer",
        run: copies::copies,
    },
    Demo {
        name: "lock-cost",
        title: "What the lock costs",
        run: lock::lock_cost,
    },
];
