//! The same seed gives the same report, byte for byte, and a token the same failure: again and again, and in every process.
//!
//! A hundred times instead of once:
//!
//! ```text
//! GOTOUR_LIMIT=3600 KERNELS_AGAIN=100 cargo test --release -p goroutines --test kernels -- repeats --nocapture
//! ```

use std::process::Command;

use goroutines::explore::{Options, Report, check, replay};

use super::WRONG;

/// Schedules of one report: most kernels fail in fewer.
const SCHEDULES: usize = 60;
/// Set in the processes that only say what they come to.
const SAY: &str = "KERNELS_SAY";
/// What they say stands between two of these.
const MARK: &str = "\n==== reports ====\n";

fn times() -> usize {
    let asked = std::env::var("KERNELS_AGAIN");
    asked.map_or(1, |n| n.parse().expect("KERNELS_AGAIN is a number"))
}

/// A report with everything there is in it.
fn whole(r: &Report) -> String {
    format!("{r}{r:?}\n")
}

fn reports() -> Vec<(&'static str, fn(), Report)> {
    let opts = Options::new().schedules(SCHEDULES).seed(42);
    let all = WRONG.iter().copied().flatten();
    all.map(|&(name, _, f)| (name, f, check(&opts, f)))
        .collect()
}

fn bytes(reports: &[(&'static str, fn(), Report)]) -> String {
    let say = |(name, _, r): &(&str, fn(), Report)| format!("{name}: {}", whole(r));
    reports.iter().map(say).collect()
}

#[test]
fn repeats_to_the_byte() {
    let first = reports();
    let said = bytes(&first);
    if std::env::var_os(SAY).is_some() {
        std::print!("{MARK}{said}{MARK}");
        return;
    }
    let found = first.iter().filter(|(_, _, r)| r.failure.is_some()).count();
    assert!(found >= 80, "{found}");
    for time in 1..=times() {
        assert!(
            bytes(&reports()) == said,
            "time {time} differs in this process"
        );
        for (name, f, r) in &first {
            let Some(failure) = &r.failure else { continue };
            let again = replay(&failure.schedule, *f).failure;
            assert_eq!(
                again.as_ref(),
                Some(failure),
                "{name}, replayed, time {time}"
            );
        }
        let other = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "repeats::repeats_to_the_byte", "--nocapture"])
            .env(SAY, "1")
            .output()
            .unwrap();
        let out = String::from_utf8(other.stdout).unwrap();
        let theirs = out.split(MARK).nth(1).unwrap_or_default();
        assert!(theirs == said, "process {time} differs");
    }
    std::println!(
        "{} kernels, {found} found: {1} of {1} reports, replays and processes are the same, {2} bytes",
        first.len(),
        times(),
        said.len()
    );
}
