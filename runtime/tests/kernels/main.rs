//! Small programs after the published classes of real concurrency bugs, each of which must be found for what it is; and
//! right programs, in which nothing may ever be found.
//!
//! The classes are those of the studies of Go's bugs (Tu and others, ASPLOS 2019; Yuan and others, CGO 2021); the programs
//! are our own. The wrong ones are tried with the default number of schedules at most; the right ones with a few hundred,
//! and with more where `KERNELS_SCHEDULES` says so:
//!
//! ```text
//! GOTOUR_LIMIT=3600 KERNELS_SCHEDULES=20000 cargo test --release -p goroutines --test kernels -- right --nocapture
//! ```

mod chans;
mod data;
mod groups;
#[path = "../limit/mod.rs"]
mod limit;
mod locks;
mod repeats;
mod right;
mod right_more;
mod time_and_context;

use goroutines::explore::{Kind, Options, check, replay};

/// A program with one bug: its name, how it must be reported, and its main.
type Wrong = (&'static str, &'static [Kind], fn());
/// A program without a bug.
type Right = (&'static str, fn());

const WRONG: &[&[Wrong]] = &[
    locks::WRONG,
    chans::WRONG,
    groups::WRONG,
    time_and_context::WRONG,
    data::WRONG,
];
const RIGHT: &[&[Right]] = &[right::RIGHT, right_more::RIGHT];

/// The default number of schedules.
const BUDGET: usize = 20_000;

#[test]
fn every_kernel_is_found_for_what_it_is() {
    let mut broken = Vec::new();
    let mut names = std::collections::HashSet::new();
    for &(name, kinds, program) in WRONG.iter().copied().flatten() {
        assert!(names.insert(name), "{name} is there twice");
        // The same schedules come first whatever the number, so a few of them say what all would.
        let found = [100, 2_000, BUDGET].into_iter().find_map(|n| {
            let r = check(&Options::new().schedules(n), program);
            r.failure.map(|f| (n, f))
        });
        let Some((within, f)) = found else {
            broken.push(format!("{name}: not found in {BUDGET} schedules"));
            continue;
        };
        println!("{name}: {}, within {within}, {}", f.kind, f.schedule);
        if !kinds.contains(&f.kind) {
            broken.push(format!("{name}: {kinds:?} expected\n{f}"));
        }
        if f.schedule.to_string().len() > 40 {
            broken.push(format!("{name}: {} is long", f.schedule));
        }
        for line in f.to_string().lines().filter(|l| l.chars().count() > 99) {
            broken.push(format!("{name}: a line of over 99 columns\n{line}"));
        }
        let again = replay(&f.schedule, program).failure;
        if again.as_ref().map(|a| (a.kind, &a.message)) != Some((f.kind, &f.message)) {
            let again = again.map(|a| (a.kind, a.message));
            broken.push(format!("{name}: replayed, it is {again:?}"));
        }
    }
    assert!(names.len() >= 60, "{} kernels", names.len());
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn in_right_programs_nothing_is_ever_found() {
    let schedules = std::env::var("KERNELS_SCHEDULES")
        .map_or(400, |n| n.parse().expect("KERNELS_SCHEDULES is a number"));
    let mut broken = Vec::new();
    let mut names = std::collections::HashSet::new();
    let start = std::time::Instant::now();
    let mut all = 0;
    for &(name, program) in RIGHT.iter().copied().flatten() {
        assert!(names.insert(name), "{name} is there twice");
        let (mut ran, mut seed) = (0, 0);
        // All interleavings of a small program are fewer: then again, under other seeds.
        while ran < schedules {
            seed += 1;
            let opts = Options::new().schedules(schedules - ran).seed(seed);
            let r = check(&opts, program);
            if seed == 1 {
                println!("{name}: {} schedules, {} distinct", r.ran, r.distinct);
            }
            ran += r.ran;
            if r.failure.is_some() || !r.notes.is_empty() {
                broken.push(format!("{name}, seed {seed}: {r}"));
                break;
            }
        }
        all += ran;
    }
    println!(
        "{} programs, {all} schedules, {} reports, {:?}",
        names.len(),
        broken.len(),
        start.elapsed()
    );
    assert!(names.len() >= 50, "{} right programs", names.len());
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
