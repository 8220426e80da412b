//! The works on goroutines of this project, by its public names alone.

mod channels;
mod locks;
mod outside;
mod running;
mod scale;

use goroutines::Builder;
use goroutines::trace::Sink;
use versus::Args;

fn main() {
    let args = Args::of_process();
    let mut builder = Builder::new().procs(args.procs);
    // As `--traced` asks: what it catches stays in memory.
    let sink = std::env::var_os("VERSUS_TRACED").map(|_| Sink::new());
    if let Some(sink) = &sink {
        builder = builder.trace(sink.clone());
    }
    builder.run(|| match args.work.as_str() {
        "spawn" => args.timed(running::spawn),
        "gosched2" => args.timed(|n| running::gosched(2, n)),
        "gosched1000" => args.timed(|n| running::gosched(1_000, n)),
        "waitgroup" => args.timed(running::fan_out),
        "skynet" => args.timed(running::skynet),
        "parked" => running::parked(args.n),
        "timers" => args.timed(running::timers),
        "timerstop" => args.timed(running::timer_stop),
        "blocking" => args.timed(running::blocking),
        "preempt" => args.timed(running::preempt),
        "pingpong" => args.timed(channels::ping_pong),
        "chan1" => args.timed(|n| channels::items(1, n)),
        "chan4" => args.timed(|n| channels::items(4, n)),
        "select4" => args.timed(|n| channels::select_four(128, n)),
        "select4u" => args.timed(|n| channels::select_four(0, n)),
        "selectdefault" => args.timed(channels::select_default),
        "sieve" => args.timed(channels::sieve),
        "mutex1" => args.timed(|n| locks::mutex(1, n)),
        "mutex8" => args.timed(|n| locks::mutex(8, n)),
        "rwmutex8" => args.timed(locks::rwmutex),
        "cond" => args.timed(locks::cond),
        "barrier" => args.timed(locks::barrier),
        "context" => args.timed(outside::context_tree),
        "echo" => outside::echo(),
        work => match scaled(work) {
            Some(("yield", goroutines)) => scale::yields(work, goroutines, args.n),
            Some(("pairs", goroutines)) => scale::pairs(work, goroutines, args.n),
            _ => args.not_there(),
        },
    });
    if let Some(sink) = sink {
        let trace = sink.take();
        assert_eq!(trace.lost(), 0, "the trace does not hold it all");
        versus::line("events", trace.events().len() as u64, args.n, 0);
    }
}

/// The kind of work and the number of goroutines in names such as `yield/100`.
fn scaled(work: &str) -> Option<(&str, u64)> {
    let (kind, goroutines) = work.split_once('/')?;
    Some((kind, goroutines.parse().ok()?))
}
