//! The command line's entry: reads the arguments, runs one command, and leaves with its exit code.
#![forbid(unsafe_code)]

// Each module uses only those above it, and a test says so: the order of these lines is that order.
mod text;
mod report;
mod timeline;
mod stage;
#[path = "../lessons/mod.rs"]
mod lessons;
mod curriculum;
mod progress;
mod workbook;
mod check;
mod page;
mod book;
mod proof;
mod skeleton;
mod step;
mod top;
mod play;
mod watch;
mod doctor;
mod cli;
mod commands;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = commands::run(cli::Cli::parse());
    ExitCode::from(match check::execute::Cancel::signal() {
        // As a shell has it for a program that the signal has ended.
        Some(signal) if exit == report::Exit::Interrupted => 128 + signal,
        _ => exit.code(),
    })
}
