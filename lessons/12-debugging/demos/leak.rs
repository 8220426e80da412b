//! A request that is given up, and the worker that nobody receives from: what a check reports of it.

use super::lines::draw;
use crate::stage::{self, Stage};
use crate::text::thousands;
use goroutines::explore::{Options};
use goroutines::prelude::*;
use std::io;
use std::time::Duration;

fn request() {
    let answers = chan::<u32>(0);
    let out = answers.clone();
    go! { out.send(200); }
    select! {
        recv(answers) => {}
        recv(time::after(Duration::from_secs(1))) => {}
    }
}

pub(super) fn leak_report(stage: &mut Stage) -> io::Result<()> {
    let opts = Options::new().seed(stage.fixed().unwrap_or(1));
    let report = stage::check(&opts, request);
    let Some(failure) = report.failure else {
        return Err(io::Error::other("nobody was left behind"));
    };
    draw(stage, failure)?;
    stage.say(&format!(
        "In {} of {} schedules the worker is left behind. In the others its answer was quick enough.",
        thousands(report.failed as u64),
        thousands(report.ran as u64)
    ))
}
