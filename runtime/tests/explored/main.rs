//! The library's own objects under thousands of schedules, or under all there are: what must hold in each of them, and
//! what orders what.

mod asks;
mod crowds;
mod edges;
mod groups;
#[path = "../limit/mod.rs"]
mod limit;
mod locks;
mod objects;
mod orders;
mod times;

use goroutines::explore::{Kind, Options, Report, Strategy, check};
use goroutines::go;

fn opts() -> Options {
    Options::new().schedules(3_000)
}

/// In no schedule of `f` anything fails, races and leaks included.
#[track_caller]
fn holds(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&opts(), f);
    assert!(r.failure.is_none(), "{name}: {r}\n{}", told(&r));
}

/// The same, and the schedules were all there are.
#[track_caller]
fn always(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let all = Options::new()
        .strategy(Strategy::Exhaustive)
        .schedules(100_000);
    let r = check(&all, f);
    assert!(r.failure.is_none(), "{name}: {r}\n{}", told(&r));
    assert!(r.exhausted, "{name}: more than {} schedules", r.ran);
}

/// Some schedule of `f` has a data race.
#[track_caller]
fn races(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&opts(), f);
    let kind = r.failure.as_ref().map(|f| f.kind);
    assert_eq!(kind, Some(Kind::Race), "{name}: {r}\n{}", told(&r));
}

/// Some schedule of `f` comes to `reached`: so that what `holds` says is not said of nothing.
#[track_caller]
fn happens(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&opts(), f);
    let kind = r.failure.as_ref().map(|f| f.kind);
    assert_eq!(kind, Some(Kind::Panic), "{name} never happens: {r}");
}

fn told(r: &Report) -> String {
    r.failure
        .as_ref()
        .map_or_else(String::new, ToString::to_string)
}

/// A goroutine that is waited for by nothing that orders it.
fn start(f: impl FnOnce() + Send + 'static) {
    go(f);
}
