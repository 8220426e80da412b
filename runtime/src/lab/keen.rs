//! Two plain schedules that keep back what somebody is about to do: all writes, or all reads, as long as it goes.
//!
//! Everybody first comes to an operation on some object. Then, *reads last*: who is about to write goes on until nobody
//! is, and the reads see what came of it. Or *reads first*: everybody reads before anybody writes, and what is written is
//! written in turns. The one shows who relies on being early, the other who relies on nobody coming in between; it does
//! not matter who was made first, nor by whom.
//!
//! Who gives way, or has gone on for long while others could, is behind all others until each of them was.

use super::plan::CLOCK;
use super::strategy::{View, Why};

/// So many steps in a row are long.
const LONG: u32 = 200;
/// Of more who can run, only the first so many are looked at: a program may make goroutines for ever.
const CROWD: usize = 1_000;

/// See the file's head.
#[derive(Debug)]
pub(crate) struct Keen {
    reads_first: bool,
    /// By goroutine number: when it last made a step, and whether it is behind all others.
    last: Vec<(u64, bool)>,
    in_a_row: u32,
}

impl Keen {
    pub(crate) fn new(reads_first: bool) -> Keen {
        Keen {
            reads_first,
            last: Vec::new(),
            in_a_row: 0,
        }
    }

    pub(super) fn next(&mut self, v: &View<'_>) -> u32 {
        if self.last.len() <= v.intents.len() {
            self.last.resize(v.intents.len() + 1, (0, false));
        }
        if v.why == Why::Yield || v.why == Why::Point && self.in_a_row >= LONG {
            self.last[v.current as usize].1 = true;
        }
        let runnable = &v.runnable[..v.runnable.len().min(CROWD)];
        if runnable.iter().all(|&who| self.last[who as usize].1) {
            for &who in runnable {
                self.last[who as usize].1 = false;
            }
        }
        let rank = |who: u32| {
            let intent = v.intents[who as usize - 1];
            let (last, behind) = self.last[who as usize];
            let kept_back = intent.object != 0 && intent.reads != self.reads_first;
            // Reads and what is written go in turns; where writes come first one writes as long as it can.
            let turn = match self.reads_first {
                true => last,
                false => u64::from(who != v.current),
            };
            (behind, intent.object != 0, kept_back, turn, who)
        };
        let who = runnable.iter().copied().min_by_key(|&who| rank(who));
        let who = who.unwrap_or(v.usual);
        debug_assert_ne!(who, CLOCK);
        self.in_a_row = if who == v.current {
            self.in_a_row + 1
        } else {
            0
        };
        self.last[who as usize].0 = v.steps + 1;
        who
    }
}
