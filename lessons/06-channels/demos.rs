//! Lesson 6's demos: who waits for whom, a channel drawn, what room is worth, nil and closed and full, range, and ends.

mod ends;
mod fits;
mod lanes;
mod now;
mod range;
mod reasons;
mod room;
mod states;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "who-waits",
        title: "Who waits for whom",
        run: lanes::who_waits,
    },
    Demo {
        name: "at-the-channel",
        title: "A channel and those who wait at it",
        run: now::at_the_channel,
    },
    Demo {
        name: "fits-and-starts",
        title: "Without room, and with room for three",
        run: fits::fits_and_starts,
    },
    Demo {
        name: "room",
        title: "What room is worth",
        run: room::room,
    },
    Demo {
        name: "nil-closed-full",
        title: "Six channels, three operations",
        run: states::nil_closed_full,
    },
    Demo {
        name: "range-ends",
        title: "A loop over a channel, and its end",
        run: range::range_ends,
    },
    Demo {
        name: "ends",
        title: "One channel, three handles",
        run: ends::ends,
    },
    Demo {
        name: "reasons",
        title: "Why they wait, in the runtime's words",
        run: reasons::reasons,
    },
];
