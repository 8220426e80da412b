//! Works with channels.

use may::go;
use may::sync::mpsc::{Sender, channel};

/// There and back again: one value is on its way at a time, so that no bound is missed.
pub fn ping_pong(n: u64) -> u64 {
    let (there, at_there) = channel::<u64>();
    let (back, at_back) = channel::<u64>();
    go!(move || {
        for v in at_there {
            back.send(v + 1).expect("it is received");
        }
    });
    let mut sum = 0;
    for i in 0..n {
        there.send(i).expect("it is received");
        sum += at_back.recv().expect("it answers");
    }
    sum
}

/// The numbers below `n`, from four producers, each through a channel of its own, to one consumer that selects.
/// The channels have no bound.
pub fn select_four(n: u64) -> u64 {
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for i in 0..4 {
        let (to, from) = channel::<u64>();
        senders.push(to.clone());
        receivers.push(from);
        go!(move || {
            for v in (i..n).step_by(4) {
                to.send(v).expect("it is received");
            }
        });
    }
    let [a, b, c, d] = receivers.as_slice() else {
        unreachable!("there are four")
    };
    let mut sum = 0;
    for _ in 0..n {
        let mut got = [None; 4];
        let [at_a, at_b, at_c, at_d] = &mut got;
        one_of(|| {
            may::select!(
                v = a.recv() => *at_a = v.ok(),
                v = b.recv() => *at_b = v.ok(),
                v = c.recv() => *at_c = v.ok(),
                v = d.recv() => *at_d = v.ok()
            )
        });
        sum += got.into_iter().flatten().sum::<u64>();
    }
    sum
}

/// The macro returns from the function that it stands in.
fn one_of(select: impl FnOnce() -> usize) -> usize {
    select()
}

/// `n` looks at a channel that is empty.
pub fn select_default(n: u64) -> u64 {
    let (_sender, from) = channel::<u64>();
    let mut missed = 0;
    for _ in 0..n {
        match from.try_recv() {
            Ok(v) => missed -= v,
            Err(_) => missed += 1,
        }
    }
    missed
}

/// A tree of coroutines, ten below each, `n` leaves; each tells its parent the sum below it.
pub fn skynet(n: u64) -> u64 {
    fn node(up: &Sender<u64>, number: u64, size: u64) {
        if size == 1 {
            up.send(number).expect("it is received");
            return;
        }
        let (to, sums) = channel();
        for i in 0..10 {
            let to = to.clone();
            go!(move || node(&to, number + i * (size / 10), size / 10));
        }
        let sum = (0..10).map(|_| sums.recv().expect("each tells")).sum();
        up.send(sum).expect("it is received");
    }
    let (up, sum) = channel();
    go!(move || node(&up, 0, n));
    sum.recv().expect("the root tells")
}
