//! The command line's entry: reads the arguments, runs one command, and leaves with its exit code.
#![forbid(unsafe_code)]

// In this order each module uses only those above it.
#[allow(dead_code)] // until the commands that use it are here
mod check;
mod cli;
mod commands;
mod curriculum;
#[path = "../lessons/mod.rs"]
mod lessons;
mod progress;
mod report;
mod stage;
mod text;
mod workbook;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::run(cli::Cli::parse()).code())
}
