//! Channels and select.

use goroutines::prelude::*;

/// There and back again, unbuffered.
pub fn ping_pong(n: u64) -> u64 {
    let (there, back) = (chan::<u64>(0), chan::<u64>(0));
    let (their_there, their_back) = (there.clone(), back.clone());
    go(move || {
        for v in &their_there {
            their_back.send(v + 1);
        }
    });
    let mut sum = 0;
    for i in 0..n {
        there.send(i);
        sum += back.recv().expect("it answers");
    }
    there.close();
    sum
}

/// The numbers below `n`, from `each` producers to `each` consumers through one channel of 128.
pub fn items(each: u64, n: u64) -> u64 {
    let c = chan::<u64>(128);
    let sums = chan::<u64>(each as usize);
    let producers = WaitGroup::new();
    for first in 0..each {
        let c = c.clone();
        producers.go(move || {
            for v in (first..n).step_by(each as usize) {
                c.send(v);
            }
        });
    }
    for _ in 0..each {
        let (c, sums) = (c.clone(), sums.clone());
        go(move || sums.send(c.iter().sum()));
    }
    producers.wait();
    c.close();
    (0..each).filter_map(|_| sums.recv()).sum()
}

/// The numbers below `n`, from four producers, each through a channel of its own, to one consumer that selects.
pub fn select_four(capacity: usize, n: u64) -> u64 {
    let c: [Chan<u64>; 4] = std::array::from_fn(|_| chan(capacity));
    for (i, c) in (0..).zip(&c) {
        let c = c.clone();
        go(move || {
            for v in (i..n).step_by(4) {
                c.send(v);
            }
        });
    }
    let mut sum = 0;
    for _ in 0..n {
        let v = select! {
            recv(c[0]) -> v => v,
            recv(c[1]) -> v => v,
            recv(c[2]) -> v => v,
            recv(c[3]) -> v => v,
        };
        sum += v.expect("nobody closes it");
    }
    sum
}

/// `n` looks at a channel that is empty.
pub fn select_default(n: u64) -> u64 {
    let c = chan::<u64>(1);
    let mut missed = 0;
    for _ in 0..n {
        select! {
            recv(c) -> v => missed -= v.expect("nobody sends"),
            default => missed += 1,
        }
    }
    missed
}

/// The sum of the first `n` primes, each filtered by a goroutine of its own. They are left waiting at the end.
pub fn sieve(n: u64) -> u64 {
    let mut numbers = chan::<u64>(0);
    let first = numbers.clone();
    go(move || {
        for v in 2.. {
            first.send(v);
        }
    });
    let mut sum = 0;
    for _ in 0..n {
        let prime = numbers.recv().expect("primes do not end");
        sum += prime;
        let (from, to) = (numbers, chan::<u64>(0));
        numbers = to.clone();
        go(move || {
            for v in from {
                if v % prime != 0 {
                    to.send(v);
                }
            }
        });
    }
    sum
}
