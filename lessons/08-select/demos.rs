//! Lesson 8's demos: two ready cases, none ready, a time-out, a case that is switched off, locks in order, three queues.

mod choices;
mod locks;
mod none;
mod off;
mod queues;
mod timeout;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "two-ready",
        title: "Two are ready, 10,000 times",
        run: choices::two_ready,
    },
    Demo {
        name: "none-ready",
        title: "None is ready",
        run: none::none_ready,
    },
    Demo {
        name: "patience",
        title: "An answer, or 50 ms",
        run: timeout::patience,
    },
    Demo {
        name: "switched-off",
        title: "A closed channel in a select",
        run: off::switched_off,
    },
    Demo {
        name: "lock-order",
        title: "Two locks, two orders",
        run: locks::lock_order,
    },
    Demo {
        name: "in-three-queues",
        title: "One goroutine in three queues",
        run: queues::in_three_queues,
    },
];
