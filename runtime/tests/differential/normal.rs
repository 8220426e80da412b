//! What may differ between two runs that are equal: the numbers of goroutines, their frames, addresses.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Further things that a case leaves out, each with its reason at the case.
pub type Rule = fn(&str) -> String;

/// Tracebacks as far as they must be equal: who stands in which state, in which order, and by whom it was made.
///
/// Goroutines are numbered anew in the order of their numbers, main keeps the 1: in Go some of the runtime's own come
/// first. Frames are left out: functions have other names here, lines and addresses are each program's own.
pub fn tracebacks(text: &str) -> String {
    let mut out = String::new();
    let mut in_block = false;
    for line in text.lines() {
        if is_header(line) {
            in_block = true;
        } else if line.is_empty() {
            in_block = false;
        } else if in_block {
            match line.strip_prefix("created by ") {
                Some(by) => {
                    let by_whom = by.find(" in goroutine ").map_or("", |at| &by[at..]);
                    let _ = writeln!(out, "created by …{by_whom}");
                }
                None if line.starts_with('\t') || line.contains('(') => {}
                None => {
                    let _ = writeln!(out, "{line}");
                }
            }
            continue;
        }
        let _ = writeln!(out, "{line}");
    }
    if !text.ends_with('\n') {
        out.pop();
    }
    renumbered(&out)
}

fn is_header(line: &str) -> bool {
    line.starts_with("goroutine ") && line.ends_with("]:")
}

const WORD: &str = "goroutine ";

fn renumbered(text: &str) -> String {
    let number = |at: &str| {
        let digits = at.bytes().take_while(u8::is_ascii_digit).count();
        at[..digits].parse::<u64>().ok().map(|n| (n, digits))
    };
    let all: BTreeSet<u64> = text
        .match_indices(WORD)
        .filter_map(|(at, _)| number(&text[at + WORD.len()..]))
        .map(|(n, _)| n)
        .filter(|n| *n != 1)
        .collect();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let (before, after) = rest.split_at(at + WORD.len());
        out += before;
        rest = after;
        if let Some((n, digits)) = number(after) {
            let new = if n == 1 {
                1
            } else {
                2 + all.range(..n).count()
            };
            let _ = write!(out, "{new}");
            rest = &after[digits..];
        }
    }
    out + rest
}

/// Every number is `N`.
pub fn numbers(text: &str) -> String {
    let mut out = String::new();
    let mut in_number = false;
    for c in text.chars() {
        let digit = c.is_ascii_digit();
        if digit && !in_number {
            out.push('N');
        } else if !digit {
            out.push(c);
        }
        in_number = digit;
    }
    out
}
