//! A trace for reading, frame by frame: each event that moves something, and the machine after it.

use std::fmt::Write;

use super::event::Event;
use super::machine::Machine;

/// Writes them.
pub(super) fn write(events: &[Event]) -> String {
    let mut machine = Machine::new();
    let mut out = String::new();
    let mut n = 0;
    for e in events {
        if machine.step(e).is_none() {
            continue;
        }
        n += 1;
        let said = e.to_string();
        let mut said = said.split_whitespace();
        let time = said.next().unwrap_or_default();
        // A dash stands for no P, and for no goroutine.
        let said: Vec<&str> = said.filter(|word| *word != "-").collect();
        let _ = writeln!(out, "frame {n}, at {time} µs: {}", said.join(" "));
        for line in machine.to_string().lines() {
            let _ = writeln!(out, "  {line}");
        }
        out.push('\n');
    }
    if n == 0 {
        out.push_str("nothing was traced\n");
    }
    out
}
