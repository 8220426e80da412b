//! What can be typed: the commands and their options, for clap, and the script that completes them. Nothing is done here.

use clap::{Args, CommandFactory as _, Parser, Subcommand};
pub use clap_complete::Shell;
use std::path::PathBuf;

/// A workbook for Go-style concurrency: lessons, live demos, and exercises that cannot pass by luck.
///
/// Without a command: where you are, and what comes next.
#[derive(Debug, Parser)]
#[command(
    name = "gotour",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or passed, 1 not yet, 2 could not, 130 Ctrl-C, 143 SIGTERM."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Args, Debug)]
pub struct Shared {
    /// The workbook to use, not the one above this folder [env: GOTOUR_WORKBOOK]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "GOTOUR_WORKBOOK",
        hide_env = true
    )]
    pub workbook: Option<PathBuf>,
    /// A course of somebody else, in this folder [env: GOTOUR_COURSE]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "GOTOUR_COURSE",
        hide_env = true
    )]
    pub course: Option<PathBuf>,
    /// Print for a program to read
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the next thing to do, from where you left it
    Next,
    /// Read a lesson from its beginning
    Read {
        /// Number or name; without it the lesson you are in
        lesson: Option<String>,
        /// Run its demos under the schedule of this seed: the same each time
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
    },
    /// Run a demo of a lesson
    Demo {
        /// A demo's name, or LESSON/NAME, or a lesson to run all of its demos; without it the demos there are
        name: Option<String>,
        /// Run its programs under the schedule of this seed: the same each time
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
    },
    /// Answer the questions of a lesson, or those at the start, which say where to begin
    Quiz {
        /// Number or name, or `start`; without it the lesson you are in, and before the first the start
        lesson: Option<String>,
    },
    /// Show the lessons and exercises and how far you are
    List,
    /// Say what a term means; without one, all terms
    Glossary {
        /// Such as `data race`
        term: Vec<String>,
    },
    /// Draw your way through the course, from its first day to today
    Certificate {
        /// As a picture, in a new file here
        #[arg(long)]
        svg: bool,
        /// The picture's file; one that is there is not overwritten
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write the course as a book for the browser; needs mdbook
    Book {
        /// A folder that is not there yet
        dir: PathBuf,
        /// Only what mdbook makes the book of
        #[arg(long)]
        source: bool,
        /// Run the demos under the schedule of this seed
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
    },
    /// Run an exercise once, as an ordinary program
    Run {
        /// Number or name; without it the one you work on
        exercise: Option<String>,
    },
    /// Check an exercise under thousands of schedules
    Check(Check),
    /// Check again each time you save
    Watch {
        /// Number or name; without it the one you work on
        exercise: Option<String>,
    },
    /// Show a hint, one more each time
    Hint {
        /// Number or name; without it the one you work on
        exercise: Option<String>,
    },
    /// Show a solution and why it works, once you have your own
    Solution {
        /// Number or name; without it the one you work on
        exercise: Option<String>,
        /// Show it although the exercise is not solved
        #[arg(long)]
        give_up: bool,
    },
    /// Put an exercise's file back as it was shipped; yours is kept
    Reset {
        /// Number or name
        exercise: String,
    },
    /// Make a workbook, or complete the one that is there
    Init {
        /// Where; without it ./workbook, or the workbook you are in
        dir: Option<PathBuf>,
    },
    /// Look whether everything that gotour needs is there
    Doctor,
    /// Print the completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Run an exercise under one schedule, as a failed check printed it
    Replay {
        /// Number or name
        exercise: String,
        /// The schedule, such as G2x2.G3
        token: String,
    },
    /// Walk through a schedule step by step, forward and back
    Step(Step),
    /// Pick who runs next, and break a program in few switches
    Play(Play),
    /// Show what the runtime did: who ran where, who woke whom
    Trace(Trace),
    /// Look at a program while it runs: goroutines, Ps, threads
    Top(Top),
    /// For authors of lessons and exercises
    #[command(subcommand)]
    Dev(Dev),
}

#[derive(Args, Debug)]
#[command(
    after_help = "Without a terminal a moment is printed each second. What the program prints goes to standard error then;\n\
                  on the screen it has a place of its own, and it is printed once the screen is left.\n\
                  The program has nothing on its standard input."
)]
pub struct Top {
    /// An exercise's number or name, a demo's name or LESSON/NAME, or the path of a program that uses `goroutines`
    pub program: String,
    /// PROGRAM is a demo's name, where an exercise has the same
    #[arg(long)]
    pub demo: bool,
    /// Print one moment, a second after the program has begun, and end it
    #[arg(long)]
    pub once: bool,
    /// End the program after so many seconds
    #[arg(long = "for", value_name = "SECONDS", allow_negative_numbers = true)]
    pub seconds: Option<f64>,
    /// What the program is given; after -- where gotour has an option of that name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<std::ffi::OsString>,
}

#[derive(Args, Debug)]
pub struct Step {
    /// An exercise's number or name, or a demo's name or LESSON/NAME; without it the exercise you work on
    pub name: Option<String>,
    /// The schedule, such as G2x2.G3; without it the one that your program failed under last, of a demo the one it is about
    pub token: Option<String>,
    /// NAME is a level's of `gotour play`
    #[arg(long, requires = "name", conflicts_with = "machine")]
    pub level: bool,
    /// Not a schedule, but what the scheduler did while a demo or an exercise ran: Ms, Ps, queues
    #[arg(long, conflicts_with = "token")]
    pub machine: bool,
    /// NAME is a demo's, where an exercise has the same
    #[arg(long, requires = "name", conflicts_with = "level")]
    pub demo: bool,
    /// Which of a demo's programs, from 1; without it one that fails, else the one that did most
    #[arg(long, value_name = "N", conflicts_with = "level")]
    pub program: Option<usize>,
}

#[derive(Args, Debug)]
pub struct Play {
    /// A level's name or number; without it the levels there are, and how you did
    pub level: Option<String>,
    /// Play without keys: who makes which step, such as 2,2,3, or a schedule such as G2x2.G3
    #[arg(
        long,
        requires = "level",
        value_name = "PICKS",
        allow_hyphen_values = true
    )]
    pub picks: Option<String>,
}

#[derive(Args, Debug)]
pub struct Trace {
    /// An exercise's number or name, or a demo's name or LESSON/NAME; without it the exercise you work on
    pub name: Option<String>,
    /// NAME is a demo's, where an exercise has the same
    #[arg(long, requires = "name")]
    pub demo: bool,
    #[command(flatten)]
    pub form: TraceForm,
    /// Where to put it; - prints it. Without it, text is printed and the others go to a new file here
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which of a demo's programs, from 1; without it the one that did most
    #[arg(long, value_name = "N")]
    pub program: Option<usize>,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct TraceForm {
    /// A timeline as text: what you get without a choice
    #[arg(long)]
    pub ascii: bool,
    /// A picture
    #[arg(long)]
    pub svg: bool,
    /// A page for the browser: zoom, search, each slice and each channel explained
    #[arg(long)]
    pub html: bool,
    /// For Perfetto and chrome://tracing
    #[arg(long)]
    pub perfetto: bool,
    /// The scheduler after each event that moves somebody: who runs where, every queue
    #[arg(long)]
    pub frames: bool,
    /// For `go tool trace`
    #[arg(long)]
    pub go: bool,
    /// The lines that Go prints under GODEBUG=schedtrace=10
    #[arg(long)]
    pub schedtrace: bool,
}

#[derive(Args, Debug)]
pub struct Check {
    /// Number or name; without it the one you work on
    pub exercise: Option<String>,
    /// Check every exercise
    #[arg(long, conflicts_with = "exercise")]
    pub all: bool,
    /// Show warnings too, every error, and nothing shortened
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Check that start files fail, solutions pass, and wrong and right answers are told apart
    Check(DevCheck),
    /// Make the skeleton of an exercise or a lesson: each file says what it must hold
    #[command(subcommand)]
    New(DevNew),
}

#[derive(Debug, Subcommand)]
pub enum DevNew {
    /// An exercise, offered last in its lesson
    Exercise {
        /// Small letters, digits and hyphens: `own-copy`
        name: String,
        /// Number or name
        lesson: String,
    },
    /// A lesson with two exercises
    Lesson {
        /// Its number and name: `14-first-steps`
        folder: String,
    },
}

#[derive(Args, Debug)]
pub struct DevCheck {
    /// Numbers or names; without them every exercise
    pub exercises: Vec<String>,
    /// How often each answer is tried, each time under another seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one())]
    pub times: usize,
    /// The seed of the first time; each further time has the next one
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many are tried at the same time; without it one for each core
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub jobs: Option<usize>,
    /// Show what came of every answer
    #[arg(long, short)]
    pub verbose: bool,
}

/// Nothing that was tried no time is proved.
fn at_least_one() -> clap::builder::RangedU64ValueParser<usize> {
    clap::builder::RangedU64ValueParser::new().range(1..)
}

/// The script that teaches `shell` to complete gotour's commands.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gotour", &mut script);
    script
}
