//! Works with channels.

use crate::runtime::{Channels, Runtime};

/// There and back again, unbuffered.
pub async fn ping_pong<R: Runtime, C: Channels>(n: u64) -> u64 {
    let (there, mut at_there) = C::channel(0);
    let (back, mut at_back) = C::channel(0);
    R::detach(async move {
        while let Some(v) = C::recv(&mut at_there).await {
            C::send(&back, v + 1).await;
        }
    });
    let mut sum = 0;
    for i in 0..n {
        C::send(&there, i).await;
        sum += C::recv(&mut at_back).await.expect("it answers");
    }
    sum
}

/// The numbers below `n`, from `each` producers to `each` consumers through one channel of 128; `None` if it cannot have
/// several consumers.
pub async fn items<R: Runtime, C: Channels>(each: u64, n: u64) -> Option<u64> {
    let (to, from) = C::channel(128);
    let mut receivers = Vec::new();
    for _ in 1..each {
        receivers.push(C::share(&from)?);
    }
    receivers.push(from);
    for first in 0..each {
        let to = to.clone();
        R::detach(async move {
            for v in (first..n).step_by(each as usize) {
                C::send(&to, v).await;
            }
        });
    }
    // It is closed when the last producer has gone.
    drop(to);
    let consumers: Vec<_> = receivers
        .into_iter()
        .map(|mut from| {
            R::spawn(async move {
                let mut sum = 0;
                while let Some(v) = C::recv(&mut from).await {
                    sum += v;
                }
                sum
            })
        })
        .collect();
    let mut sum = 0;
    for consumer in consumers {
        sum += consumer.await;
    }
    Some(sum)
}

/// The numbers below `n`, from four producers, each through a channel of its own, to one consumer that selects.
pub async fn select_four<R: Runtime, C: Channels>(capacity: usize, n: u64) -> u64 {
    let mut receivers = Vec::new();
    // Kept, so that no channel is closed while others are still used.
    let mut senders = Vec::new();
    for i in 0..4 {
        let (to, from) = C::channel(capacity);
        senders.push(to.clone());
        receivers.push(from);
        R::detach(async move {
            for v in (i..n).step_by(4) {
                C::send(&to, v).await;
            }
        });
    }
    let mut sum = 0;
    let [a, b, c, d] = receivers.as_mut_slice() else {
        unreachable!("there are four")
    };
    for _ in 0..n {
        let four = [C::recv(a), C::recv(b), C::recv(c), C::recv(d)];
        sum += R::first_of(four).await.expect("nobody closes it");
    }
    sum
}

/// `n` looks at a channel that is empty.
pub fn select_default<C: Channels>(n: u64) -> u64 {
    let (_sender, mut from) = C::channel(1);
    let mut missed = 0;
    for _ in 0..n {
        match C::try_recv(&mut from) {
            Some(v) => missed -= v,
            None => missed += 1,
        }
    }
    missed
}

/// The sum of the first `n` primes, each filtered by a task of its own. They end when the last is dropped.
pub async fn sieve<R: Runtime, C: Channels>(n: u64) -> u64 {
    let (first, mut numbers) = C::channel(0);
    R::detach(async move {
        let mut v = 2;
        while C::send(&first, v).await {
            v += 1;
        }
    });
    let mut sum = 0;
    for _ in 0..n {
        let prime = C::recv(&mut numbers).await.expect("primes do not end");
        sum += prime;
        let (to, next) = C::channel(0);
        let mut from = std::mem::replace(&mut numbers, next);
        R::detach(async move {
            while let Some(v) = C::recv(&mut from).await {
                if v % prime != 0 && !C::send(&to, v).await {
                    return;
                }
            }
        });
    }
    sum
}

/// A tree of tasks, ten below each, `n` leaves; each tells its parent the sum below it.
pub async fn skynet<R: Runtime, C: Channels>(n: u64) -> u64 {
    let (up, mut sum) = C::channel(0);
    R::detach(node::<R, C>(up, 0, n));
    C::recv(&mut sum).await.expect("the root tells")
}

#[expect(
    clippy::manual_async_fn,
    reason = "it starts itself, so that it must be promised to be Send"
)]
fn node<R: Runtime, C: Channels>(
    up: C::Sender,
    number: u64,
    size: u64,
) -> impl Future<Output = ()> + Send {
    async move {
        if size == 1 {
            C::send(&up, number).await;
            return;
        }
        let (to, mut sums) = C::channel(0);
        for i in 0..10 {
            R::detach(node::<R, C>(
                to.clone(),
                number + i * (size / 10),
                size / 10,
            ));
        }
        let mut sum = 0;
        for _ in 0..10 {
            sum += C::recv(&mut sums).await.expect("each tells");
        }
        C::send(&up, sum).await;
    }
}
