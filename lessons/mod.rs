//! The table of lessons: one row a lesson, in the order they are read, with its exercises in the order they are solved.
//! A lesson's number is its folder's; there may be gaps, for lessons that are not written yet.
//!
//! A row needs `NN-slug/{lesson.md, quiz.toml, demos.rs}` beside this file, and for each exercise
//! `exercises/NAME/{exercise.toml, start.rs, hints.md}` and `solutions/NAME/{solution.rs, why.md, expected.txt}`.
//! All of it is compiled in: a built gotour needs no other file of this repository but the runtime's folder.

use crate::stage::{Demo, Program};

/// One row: the files of a lesson.
#[derive(Debug)]
pub struct LessonFiles {
    /// The folder of the course; empty for this one, which is compiled in.
    pub root: &'static str,
    /// The folder's name, `NN-slug`.
    pub folder: &'static str,
    pub text: &'static str,
    pub quiz: &'static str,
    pub demos: &'static [Demo],
    /// Demos that are not linked: those of a course that is read from its folder.
    pub programs: &'static [Program],
    pub exercises: &'static [ExerciseFiles],
}

/// The files of an exercise. `wrong-*.rs` and `right-*.rs` are not here: only authors need them.
#[derive(Debug)]
pub struct ExerciseFiles {
    pub root: &'static str,
    pub name: &'static str,
    pub toml: &'static str,
    pub start: &'static str,
    pub hints: &'static str,
    pub solution: &'static str,
    pub why: &'static str,
    pub expected: &'static str,
}

/// The terms of all lessons.
pub const GLOSSARY: &str = include_str!("glossary.toml");

/// The page after the last lesson.
pub const END: &str = include_str!("end.md");

macro_rules! table {
    ($($module:ident $folder:literal [$($exercise:literal),* $(,)?];)*) => {
        $(
            #[path = $folder]
            mod $module {
                pub mod demos;
            }
        )*

        pub static LESSONS: &[LessonFiles] = &[
            $(LessonFiles {
                root: "",
                programs: &[],
                folder: $folder,
                text: include_str!(concat!($folder, "/lesson.md")),
                quiz: include_str!(concat!($folder, "/quiz.toml")),
                demos: $module::demos::DEMOS,
                exercises: &[
                    $(ExerciseFiles {
                        root: "",
                        name: $exercise,
                        toml: include_str!(concat!("../exercises/", $exercise, "/exercise.toml")),
                        start: include_str!(concat!("../exercises/", $exercise, "/start.rs")),
                        hints: include_str!(concat!("../exercises/", $exercise, "/hints.md")),
                        solution: include_str!(concat!("../solutions/", $exercise, "/solution.rs")),
                        why: include_str!(concat!("../solutions/", $exercise, "/why.md")),
                        expected: include_str!(concat!("../solutions/", $exercise, "/expected.txt")),
                    }),*
                ],
            }),*
        ];
    };
}

table! {
    processes_and_threads "01-processes-and-threads" ["lost-update", "order-two", "ping-once"];
    goroutines "02-goroutines" ["who-finishes", "own-copy", "thousand-workers"];
    fork_join "03-fork-join" [
        "add-in-the-wrong-place",
        "one-done-too-many",
        "panic-between",
        "closure-variable",
        "fork-join-sum",
    ];
    scheduler "04-scheduler" ["no-promise", "run-queue", "unfair-then-fair"];
    system_calls "05-system-calls" ["two-at-a-time", "callback-to-call", "call-in-the-lock"];
    channels "06-channels" [
        "ping-pong",
        "never-made",
        "closed-by-the-receiver",
        "zero-is-a-value",
        "generator",
    ];
    channel_internals "07-channel-internals" ["sent-and-kept", "one-condition", "bounded-channel"];
    select "08-select" ["merge", "time-out", "closed-case", "urgent-first", "try-send"];
    mutex_or_channel "09-mutex-or-channel" ["guarded-apart", "bank", "two-orders", "made-once"];
    cancellation "10-cancellation" ["stop-the-pipeline", "forgotten-cancel", "first-answer"];
    patterns "11-patterns" ["three-in-a-stage", "in-order", "crawler"];
    debugging "12-debugging" [
        "send-under-lock",
        "answer-to-nobody",
        "add-after-wait",
        "closed-twice",
        "who-has-it",
    ];
    capstone "13-capstone" ["slow-reader", "room", "chat"];
}
