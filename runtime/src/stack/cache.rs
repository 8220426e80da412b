//! The stacks one P has at hand: no lock, no system call, last in first out.

use super::{Stack, StackError, StackPool};

/// How many stacks a cache keeps; half of them move to or from the pool at a time.
pub(super) const KEPT: usize = 64;
/// Every how many `put`s a stack is asked how deep it was used.
pub(super) const SAMPLE: u32 = 4096;
/// How many bytes below the shallow part of its stacks a cache keeps once it has looked: the goroutines of a busy P may
/// well need the depth again.
pub(super) const DEEP_KEPT: usize = 4 << 20;

/// The stacks one P has at hand. Give them back with [`StackCache::flush`] before it is dropped, and when its P has been
/// idle for a while.
#[derive(Debug)]
pub(crate) struct StackCache {
    /// The last is the warmest.
    stacks: Vec<Stack>,
    puts: u32,
}

impl StackCache {
    pub(crate) fn new() -> StackCache {
        StackCache {
            stacks: Vec::new(),
            puts: 0,
        }
    }

    /// The warmest stack there is.
    #[inline]
    pub(crate) fn get(&mut self, pool: &StackPool) -> Result<Stack, StackError> {
        match self.stacks.pop() {
            Some(stack) => Ok(stack),
            None => self.refill(pool),
        }
    }

    #[cold]
    fn refill(&mut self, pool: &StackPool) -> Result<Stack, StackError> {
        self.stacks.reserve_exact(KEPT - self.stacks.len());
        pool.take(KEPT / 2, &mut self.stacks)
    }

    /// Takes a stack whose goroutine has ended.
    #[inline]
    pub(crate) fn put(&mut self, pool: &StackPool, stack: Stack) {
        self.puts = self.puts.wrapping_add(1);
        if self.stacks.len() >= KEPT || self.puts.is_multiple_of(SAMPLE) {
            self.put_slow(pool, stack);
        } else {
            self.stacks.push(stack);
        }
    }

    #[cold]
    fn put_slow(&mut self, pool: &StackPool, stack: Stack) {
        if self.stacks.len() >= KEPT {
            pool.give(self.stacks.drain(..KEPT / 2));
        }
        self.stacks.push(stack);
        if self.puts.is_multiple_of(SAMPLE)
            && self.stacks.last_mut().is_some_and(|s| s.look_deep() > 0)
        {
            // The warmest first: they are the ones that will be used next.
            let mut kept = 0;
            for stack in self.stacks.iter_mut().rev() {
                kept += stack.look_deep();
                if kept > DEEP_KEPT {
                    stack.discard_deep();
                }
            }
        }
    }

    /// Gives every stack to the pool.
    pub(crate) fn flush(&mut self, pool: &StackPool) {
        if !self.stacks.is_empty() {
            pool.give(self.stacks.drain(..));
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.stacks.len()
    }
}
