//! The command line's entry: reads the arguments, runs one command, and leaves with its exit code.
#![forbid(unsafe_code)]

fn main() {}
