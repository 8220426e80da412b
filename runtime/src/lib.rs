//! A goroutine runtime: M, P and G with Go's semantics, and a scheduler that explores instead of running.
#![deny(unsafe_code)]

// Maps, guards and unmaps the memory that goroutines run on.
#[allow(unsafe_code)]
#[allow(dead_code, reason = "used by the schedulers, which come next")]
mod stack;

// Handles the signals of a stack that is full.
#[allow(unsafe_code)]
#[allow(dead_code, reason = "used by the real scheduler, which comes next")]
mod overflow;
