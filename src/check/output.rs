//! Compares what a program printed with what it should print, and shows the difference in few lines.

use similar::{ChangeTag, TextDiff};

use crate::curriculum::Match;

/// Lines of a difference that are shown.
const SHOWN: usize = 9;
/// Lines of each side that are compared to show where they differ.
const COMPARED: usize = 2_000;

/// Whether `printed` is what was expected. Blanks at the very end make no difference.
pub fn fits(how: Match, expected: &str, printed: &str) -> bool {
    let (expected, printed) = (expected.trim_end(), printed.trim_end());
    match how {
        Match::Exact => expected == printed,
        Match::Unordered => sorted(expected) == sorted(printed),
        Match::Contains => missing(expected, printed).is_none(),
    }
}

/// The lines that a learner reads: `-` is missing, `+` is too much, a blank stands before what is right.
pub fn difference(how: Match, expected: &str, printed: &str) -> Vec<String> {
    let lines = match how {
        Match::Exact => exact(expected.trim_end(), printed.trim_end()),
        Match::Unordered => {
            let (mut old, mut new) = (sorted(expected.trim_end()), sorted(printed.trim_end()));
            old.retain(|line| match new.iter().position(|l| l == line) {
                Some(at) => {
                    new.remove(at);
                    false
                }
                None => true,
            });
            let minus = old.iter().map(|l| marked(ChangeTag::Delete, l));
            minus
                .chain(new.iter().map(|l| marked(ChangeTag::Insert, l)))
                .collect()
        }
        Match::Contains => {
            let missing = missing(expected.trim_end(), printed.trim_end());
            let mut lines: Vec<String> = missing
                .iter()
                .map(|(_, line)| marked(ChangeTag::Delete, line))
                .collect();
            if let Some((after, _)) = missing
                && after > 0
            {
                let before = expected.lines().nth(after - 1).unwrap_or_default();
                lines.insert(0, marked(ChangeTag::Equal, before));
            }
            lines
        }
    };
    shortened(lines, SHOWN)
}

fn exact(expected: &str, printed: &str) -> Vec<String> {
    // What differs beyond these lines is not shown anyway, and a flood would take long to compare.
    let old: Vec<&str> = expected.lines().take(COMPARED).collect();
    let new: Vec<&str> = printed.lines().take(COMPARED).collect();
    let diff = TextDiff::from_slices(&old, &new);
    let mut lines = Vec::new();
    for (n, group) in diff.grouped_ops(1).iter().enumerate() {
        if n > 0 {
            lines.push("  ...".to_string());
        }
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        lines.extend(changes.map(|change| marked(change.tag(), change.value())));
    }
    lines
}

/// At most `most` lines; what is left out is counted.
pub fn shortened(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        let more = lines.len() - (most - 1);
        lines.truncate(most - 1);
        lines.push(format!("  ... {more} more lines"));
    }
    lines
}

fn marked(tag: ChangeTag, line: &str) -> String {
    let sign = match tag {
        ChangeTag::Equal => ' ',
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
    };
    format!("{sign} {}", line.trim_end_matches('\n'))
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// The first expected line that does not occur after those before it, with its index.
fn missing<'a>(expected: &'a str, printed: &str) -> Option<(usize, &'a str)> {
    let mut printed = printed.lines();
    expected
        .lines()
        .enumerate()
        .find(|(_, line)| !printed.any(|p| p == *line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact() {
        assert!(fits(Match::Exact, "a\nb\n", "a\nb"));
        assert!(!fits(Match::Exact, "a\nb\n", "b\na\n"));
        assert_eq!(difference(Match::Exact, "2\n", "1\n"), ["- 2", "+ 1"]);
        assert_eq!(
            difference(Match::Exact, "a\nb\nc\nd\ne\nf\n", "a\nx\nc\nd\ne\n"),
            ["  a", "- b", "+ x", "  c", "  ...", "  e", "- f"]
        );
        assert_eq!(difference(Match::Exact, "a\n", ""), ["- a"]);
    }

    #[test]
    fn unordered() {
        assert!(fits(Match::Unordered, "a\nb\nb\n", "b\na\nb\n"));
        assert!(!fits(Match::Unordered, "a\nb\nb\n", "b\na\na\n"));
        assert_eq!(
            difference(Match::Unordered, "a\nb\nb\n", "b\na\na\n"),
            ["- b", "+ a"]
        );
    }

    #[test]
    fn contains() {
        assert!(fits(Match::Contains, "a\nc\n", "x\na\nb\nc\n"));
        assert!(!fits(Match::Contains, "a\nc\n", "c\na\n"));
        assert_eq!(
            difference(Match::Contains, "a\nc\n", "c\na\n"),
            ["  a", "- c"]
        );
    }

    #[test]
    fn a_long_difference_is_short() {
        let many: String = (0..100).map(|n| format!("{n}\n")).collect();
        let lines = difference(Match::Exact, &many, "");
        assert_eq!(lines.len(), SHOWN);
        assert_eq!(lines[SHOWN - 1], "  ... 92 more lines");
    }
}
