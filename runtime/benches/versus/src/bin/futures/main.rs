//! The works on futures: tokio and smol with their own channels, and tokio with those of kanal and flume.

mod channels;
mod on_smol;
mod on_tokio;
mod others;
mod running;
mod runtime;

use std::hint::black_box;
use std::time::Instant;

use runtime::{Channels, Runtime};
use versus::Args;

use on_smol::Smol;
use on_tokio::Tokio;
use others::{Flume, Kanal};

fn main() {
    let mut args = Args::of_process();
    let (library, work) = match args.work.split_once('/') {
        Some((library, work)) => (library.to_string(), work.to_string()),
        None => panic!("wanted LIBRARY/WORK, got {}", args.work),
    };
    args.work = work;
    let procs = args.procs;
    match library.as_str() {
        "tokio" => Tokio::run(procs, with_runtime::<Tokio, on_tokio::Own>(args)),
        "smol" => Smol::run(procs, with_runtime::<Smol, on_smol::Own>(args)),
        "kanal" => Tokio::run(procs, with_channels::<Tokio, Kanal>(args)),
        "flume" => Tokio::run(procs, with_channels::<Tokio, Flume>(args)),
        other => panic!("there is no library {other}"),
    }
}

/// What every work does with the clock: [`Args::timed`] for futures.
async fn timed<W: Future<Output = u64>>(args: &Args, work: impl Fn(u64) -> W) {
    black_box(work(args.warm_up()).await);
    let start = Instant::now();
    let sum = work(args.n).await;
    args.report(start.elapsed(), sum);
}

/// All works of a runtime with channels of its own.
async fn with_runtime<R: Runtime, C: Channels>(args: Args) {
    match args.work.as_str() {
        "spawn" => timed(&args, running::spawn::<R>).await,
        "gosched2" => timed(&args, |n| running::gosched::<R>(2, n)).await,
        "gosched1000" => timed(&args, |n| running::gosched::<R>(1_000, n)).await,
        "waitgroup" => timed(&args, running::fan_out::<R>).await,
        "parked" => running::parked::<R>(args.n).await,
        "timers" => timed(&args, running::timers::<R>).await,
        "blocking" => timed(&args, running::blocking::<R>).await,
        "preempt" => args.timed(running::preempt::<R>),
        "mutex1" => timed(&args, |n| running::mutex::<R>(1, n)).await,
        "mutex8" => timed(&args, |n| running::mutex::<R>(8, n)).await,
        "rwmutex8" => timed(&args, running::rwlock::<R>).await,
        "echo" => R::echo().await,
        _ => with_channels::<R, C>(args).await,
    }
}

/// The works that are about channels.
async fn with_channels<R: Runtime, C: Channels>(args: Args) {
    match args.work.as_str() {
        "pingpong" => timed(&args, channels::ping_pong::<R, C>).await,
        "chan1" => items::<R, C>(&args, 1).await,
        "chan4" => items::<R, C>(&args, 4).await,
        "select4" => timed(&args, |n| channels::select_four::<R, C>(128, n)).await,
        "select4u" => timed(&args, |n| channels::select_four::<R, C>(0, n)).await,
        "selectdefault" => args.timed(channels::select_default::<C>),
        "sieve" => timed(&args, channels::sieve::<R, C>).await,
        "skynet" => timed(&args, channels::skynet::<R, C>).await,
        _ => args.not_there(),
    }
}

async fn items<R: Runtime, C: Channels>(args: &Args, each: u64) {
    let can_share = C::share(&C::channel(1).1).is_some();
    if each > 1 && !can_share {
        args.not_there();
    }
    let work = async |n| {
        let sum = channels::items::<R, C>(each, n).await;
        sum.expect("it can have several consumers")
    };
    black_box(work(args.warm_up()).await);
    let start = Instant::now();
    let sum = work(args.n).await;
    args.report(start.elapsed(), sum);
}
