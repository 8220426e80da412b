//! Lesson 5's demos: a P handed off, many blocking calls, the netpoller, one server in three forms, a short call's cost.

mod blocking;
mod echo;
mod handoff;
mod poller;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "hand-off",
        title: "A blocking call on one P",
        run: handoff::hand_off,
    },
    Demo {
        name: "hundred-calls",
        title: "100 that block for 10 ms, on two Ps",
        run: blocking::hundred_calls,
    },
    Demo {
        name: "would-block",
        title: "An error, and three goroutines",
        run: poller::would_block,
    },
    Demo {
        name: "three-servers",
        title: "One echo server, three forms",
        run: echo::three_servers,
    },
    Demo {
        name: "short-calls",
        title: "A call that does not block",
        run: blocking::short_calls,
    },
];
