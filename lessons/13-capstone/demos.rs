//! Lesson 13's demos: the server at rest, a slow reader three ways, the server under load.

mod load;
mod rest;
mod server;
mod slow;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "at-rest",
        title: "A server with three clients, at rest",
        run: rest::at_rest,
    },
    Demo {
        name: "one-does-not-read",
        title: "One does not read",
        run: slow::one_does_not_read,
    },
    Demo {
        name: "under-load",
        title: "4, 16 and 64 clients talk at once",
        run: load::under_load,
    },
];
