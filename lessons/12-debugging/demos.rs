//! Lesson 12's demos: a deadlock, all goroutines, a leak, a race, a schedule that fails each time, a timeline.

mod again;
mod deadlock;
mod everybody;
mod leak;
mod lines;
mod race;
mod timeline;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "deadlock-report",
        title: "The report of a deadlock",
        run: deadlock::deadlock_report,
    },
    Demo {
        name: "everybody",
        title: "What is everybody doing?",
        run: everybody::everybody,
    },
    Demo {
        name: "leak-report",
        title: "Who was left behind?",
        run: leak::leak_report,
    },
    Demo {
        name: "race-report",
        title: "Two accesses that nothing orders",
        run: race::race_report,
    },
    Demo {
        name: "again",
        title: "A failure that comes each time",
        run: again::again,
    },
    Demo {
        name: "timeline",
        title: "Three workers, twice",
        run: timeline::timeline,
    },
];
