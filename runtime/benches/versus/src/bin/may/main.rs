//! The works on may, a runtime of coroutines with stacks.
//!
//! Its channels hold as much as is sent: works that want a bound, or a sender that waits, are not there.

mod channels;
mod outside;
mod running;

use versus::Args;

fn main() {
    let args = Args::of_process();
    may::config().set_workers(args.procs);
    may::go!(move || works(&args))
        .join()
        .expect("it does not panic");
}

fn works(args: &Args) {
    match args.work.as_str() {
        "spawn" => args.timed(running::spawn),
        "gosched2" => args.timed(|n| running::gosched(2, n)),
        "gosched1000" => args.timed(|n| running::gosched(1_000, n)),
        "waitgroup" => args.timed(running::fan_out),
        "parked" => running::parked(args.n),
        "timers" => args.timed(running::timers),
        "blocking" => args.timed(running::blocking),
        "preempt" => args.timed(running::preempt),
        "pingpong" => args.timed(channels::ping_pong),
        "skynet" => args.timed(channels::skynet),
        "select4" => args.timed(channels::select_four),
        "selectdefault" => args.timed(channels::select_default),
        "mutex1" => args.timed(|n| running::mutex(1, n)),
        "mutex8" => args.timed(|n| running::mutex(8, n)),
        "rwmutex8" => args.timed(running::rwlock),
        "cond" => args.timed(running::cond),
        "barrier" => args.timed(running::barrier),
        "echo" => outside::echo(),
        _ => args.not_there(),
    }
}
