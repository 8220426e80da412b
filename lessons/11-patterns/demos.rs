//! Lesson 11's demos: each pattern as a program, with its timeline drawn from its own trace; and a crawler over TCP.

mod crawler;
mod groups;
mod limits;
mod pools;
mod pubsub;
mod stages;

use crate::stage::Demo;
use std::time::Duration;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "pipeline",
        title: "Three stages, and the middle one is slow",
        run: stages::pipeline,
    },
    Demo {
        name: "fan-out",
        title: "Three for the slow stage",
        run: stages::fan_out,
    },
    Demo {
        name: "worker-pool",
        title: "Dealt out, or taken from a pile",
        run: pools::worker_pool,
    },
    Demo {
        name: "semaphore",
        title: "Six, and two at a time",
        run: limits::semaphore,
    },
    Demo {
        name: "rate-limit",
        title: "Six, and one every 10 ms",
        run: limits::rate_limit,
    },
    Demo {
        name: "error-group",
        title: "Four parts, and one of them fails",
        run: groups::error_group,
    },
    Demo {
        name: "pub-sub",
        title: "One publishes, and a subscriber is slow",
        run: pubsub::pub_sub,
    },
    Demo {
        name: "crawl",
        title: "40 pages, over TCP",
        run: crawler::crawl,
    },
];

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
