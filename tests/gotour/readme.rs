//! What README.md shows is what gotour prints.

use crate::book::{file, with_workbook};
use crate::desk::Desk;
use crate::house::root;
use std::fs;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// A text whose measured times are left out: `17 ms` as `… ms`.
fn untimed(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out = String::new();
    for (i, word) in words.iter().enumerate() {
        let measured = words
            .get(i + 1)
            .is_some_and(|next| next.trim_end() == "ms" || next.starts_with("ms\n"));
        out.push_str(if i > 0 { " " } else { "" });
        out.push_str(if measured { "…" } else { word });
    }
    out
}

#[test]
fn the_check_that_it_shows_is_printed_so() {
    let text = readme();
    let mut lines = text.lines().skip_while(|l| *l != "    $ gotour check 1");
    assert!(lines.next().is_some(), "README.md shows a check no more");
    let shown: Vec<&str> = lines
        .take_while(|l| l.is_empty() || l.starts_with("    "))
        .map(|l| l.strip_prefix("    ").unwrap_or(l))
        .collect();
    let desk = with_workbook();
    assert!(file(&desk).exists());
    let ran = desk.run(&["check", "1"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let (shown, printed) = (untimed(shown.join("\n").trim()), untimed(ran.out.trim()));
    assert!(
        shown == printed,
        "README.md shows\n{shown}\nand this is printed\n{printed}"
    );
}

#[test]
fn each_command_is_in_its_table_and_each_row_is_a_command() {
    let help = Desk::new().run(&["--help"]).out;
    let mut commands: Vec<&str> = help
        .lines()
        .skip_while(|l| *l != "Commands:")
        .skip(1)
        .take_while(|l| !l.is_empty())
        .filter_map(|l| l.split_whitespace().next())
        // For authors, in COURSES.md; and clap's own.
        .filter(|c| !matches!(*c, "dev" | "help"))
        .collect();
    let text = readme();
    let mut rows: Vec<&str> = text
        .lines()
        .skip_while(|l| *l != "## Commands")
        .filter(|l| l.starts_with("| `"))
        .filter_map(|l| l.split('|').nth(1))
        .flat_map(|names| names.split('`').skip(1).step_by(2))
        .collect();
    commands.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, commands);
}
