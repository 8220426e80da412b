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

/// Where Go shows its own goroutines and the registers as well: without them, and without addresses in the headers.
pub fn of_the_program(text: &str) -> String {
    let mut blocks = Vec::new();
    for block in text.split("\n\n") {
        let own = block.contains("created by runtime.");
        if own || block.starts_with("rax ") {
            continue;
        }
        let lines: Vec<String> = block
            .lines()
            .map(|line| match (line.find(" gp="), line.find(" [")) {
                (Some(from), Some(to)) if is_header(line) => {
                    format!("{}{}", &line[..from], &line[to..])
                }
                _ if line.starts_with("PC=") => "PC=…".to_string(),
                _ => line.to_string(),
            })
            .collect();
        blocks.push(lines.join("\n"));
    }
    lines_of(blocks.join("\n\n").trim_end())
}

/// The shapes of lines of `name=value`, each once: what is said there, not how much.
pub fn shapes(text: &str) -> String {
    let mut seen = Vec::new();
    for line in text.lines() {
        let (what, fields) = line.split_once(": ").unwrap_or((line, ""));
        let mut shape = numbers(what) + ":";
        let mut in_brackets = 0;
        for word in fields.split(' ') {
            let opens = word.matches(['(', '[']).count();
            let closes = word.matches([')', ']']).count();
            if in_brackets == 0 {
                let name = word.split_once('=').map_or(word, |(name, _)| name);
                shape += " ";
                shape += name;
            }
            in_brackets = in_brackets + opens - closes;
        }
        if !seen.contains(&shape) {
            seen.push(shape);
        }
    }
    lines_of(&seen.join("\n"))
}

/// With an end of line, unless there is none.
fn lines_of(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

/// Every number is `N`.
fn numbers(text: &str) -> String {
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
