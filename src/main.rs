//! The command line's entry: reads the arguments, runs one command, and leaves with its exit code.
#![forbid(unsafe_code)]

// Each module uses only those to its left (a test says so):
// text < report < stage < lessons < curriculum < progress < workbook < check < page < watch < doctor < cli < commands
mod check;
mod cli;
mod commands;
mod curriculum;
mod doctor;
#[path = "../lessons/mod.rs"]
mod lessons;
mod page;
mod progress;
mod report;
mod stage;
mod text;
mod watch;
mod workbook;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::run(cli::Cli::parse()).code())
}
