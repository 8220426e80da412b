//! The shared tables beside plain vectors, in random programs.

use super::*;
use crate::lab::Rng;

/// Clocks as the books have them: one vector each, merged element by element.
#[derive(Default)]
struct Plain {
    of: Vec<Vec<u32>>,
    slots: std::collections::HashMap<(u32, usize), Vec<u32>>,
}

fn merge(into: &mut Vec<u32>, other: &[u32]) {
    if into.len() < other.len() {
        into.resize(other.len(), 0);
    }
    for (a, &b) in into.iter_mut().zip(other) {
        *a = (*a).max(b);
    }
}

impl Plain {
    fn tick(&mut self, who: u32) {
        self.of[who as usize][who as usize] += 1;
    }

    fn birth(&mut self, by: Option<u32>) {
        let who = self.of.len();
        let mut clock = by.map_or_else(Vec::new, |by| self.of[by as usize].clone());
        clock.resize(64, 0);
        clock[who] = 1;
        if let Some(by) = by {
            self.tick(by);
        }
        self.of.push(clock);
    }

    fn acquire(&mut self, me: u32, at: (u32, usize)) {
        if let Some(there) = self.slots.get(&at) {
            merge(&mut self.of[me as usize], there);
        }
    }

    fn exchange(&mut self, me: u32, at: (u32, usize)) {
        let known = self.of[me as usize].clone();
        self.acquire(me, at);
        self.slots.insert(at, known);
        self.tick(me);
    }

    fn release(&mut self, me: u32, at: (u32, usize)) {
        merge(self.slots.entry(at).or_default(), &self.of[me as usize]);
        self.tick(me);
    }

    fn give(&mut self, me: u32, other: u32) {
        let known = self.of[me as usize].clone();
        merge(&mut self.of[other as usize], &known);
        self.tick(me);
    }

    fn meet(&mut self, me: u32, other: u32) {
        let theirs = self.of[other as usize].clone();
        let mine = self.of[me as usize].clone();
        merge(&mut self.of[me as usize], &theirs);
        merge(&mut self.of[other as usize], &mine);
        self.tick(me);
        self.tick(other);
    }
}

#[test]
fn shared_tables_say_what_plain_vectors_say() {
    // One and the same for all programs: what is reused must not show.
    let mut clocks = Clocks::default();
    for seed in 0..300 {
        let mut rng = Rng::new(seed, 0);
        let mut plain = Plain::default();
        clocks.reset(true);
        clocks.birth(None);
        plain.birth(None);
        let mut alive = vec![0_u32];
        // From which of its spans on somebody is asked about: there it first touched a variable.
        let mut since = [u32::MAX; 40];
        for step in 0..200 {
            let me = alive[rng.below(alive.len())];
            let other = alive[rng.below(alive.len())];
            let at = (rng.below(3) as u32, rng.below(2));
            match rng.below(8) {
                0 if plain.of.len() < 40 => {
                    alive.push(plain.of.len() as u32);
                    clocks.birth(Some(me));
                    plain.birth(Some(me));
                }
                1 if alive.len() > 2 => {
                    alive.retain(|&g| g != me);
                    clocks.ended(me);
                }
                2 if me != other => {
                    clocks.meet(me, other);
                    plain.meet(me, other);
                }
                3 if me != other => {
                    clocks.give(me, other);
                    plain.give(me, other);
                }
                4 => {
                    clocks.exchange(me, at.0, at.1);
                    plain.exchange(me, at);
                }
                5 | 6 => {
                    clocks.release(me, at.0, at.1);
                    plain.release(me, at);
                }
                _ => {
                    clocks.acquire(me, at.0, at.1);
                    plain.acquire(me, at);
                }
            }
            let toucher = alive[rng.below(alive.len())];
            if rng.below(4) == 0 {
                clocks.access(toucher, 9, false, Location::caller(), 0);
                let first = &mut since[toucher as usize];
                *first = (*first).min(clocks.of[toucher as usize].span);
            }
            for &g in &alive {
                for who in 0..plain.of.len() as u32 {
                    let since = since[who as usize];
                    let asked = |span: u32| if span < since { 0 } else { span };
                    assert_eq!(
                        asked(clocks.knows(g, who)),
                        asked(plain.of[g as usize][who as usize]),
                        "seed {seed}, step {step}: what {g} knows of {who}"
                    );
                }
            }
        }
    }
}
