//! The commands that build and run a learner's program.

use super::Context;
use crate::cli;
use crate::report::{Exit, Problem, Result};

fn not_yet() -> Problem {
    Problem::new("this build cannot check yet")
}

pub fn run(_cx: &Context, _exercise: Option<&str>) -> Result<Exit> {
    Err(not_yet())
}

pub fn check(_cx: &Context, _args: &cli::Check) -> Result<Exit> {
    Err(not_yet())
}

pub fn watch(_cx: &Context, _exercise: Option<&str>) -> Result<Exit> {
    Err(not_yet())
}

pub fn replay(_cx: &Context, _exercise: &str, _token: &str) -> Result<Exit> {
    Err(not_yet())
}

pub fn dev_check(_cx: &Context, _exercises: &[String]) -> Result<Exit> {
    Err(not_yet())
}
