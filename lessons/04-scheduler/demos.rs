//! Lesson 4's demos: the scheduler drawn at work, who comes next, a switch, stealing, preemption, and its own words.

mod moments;
mod order;
mod slices;
mod switch;
mod trace;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "the-machine",
        title: "The scheduler, at one moment",
        run: moments::the_machine,
    },
    Demo {
        name: "ten-in-a-loop",
        title: "Ten goroutines, one P",
        run: order::ten_in_a_loop,
    },
    Demo {
        name: "full-queue",
        title: "A queue of 256 places",
        run: order::full_queue,
    },
    Demo {
        name: "the-switch",
        title: "Switches, step by step",
        run: switch::the_switch,
    },
    Demo {
        name: "stealing",
        title: "Before and after a P has stolen",
        run: moments::stealing,
    },
    Demo {
        name: "no-calls",
        title: "Two loops without calls, one P",
        run: slices::no_calls,
    },
    Demo {
        name: "shares",
        title: "Three that share one P",
        run: slices::shares,
    },
    Demo {
        name: "schedtrace",
        title: "What the scheduler writes about itself",
        run: trace::schedtrace,
    },
];
