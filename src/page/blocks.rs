//! Cuts a Markdown text into headings, paragraphs, items, quotations, tables and code, and joins the lines of each.

#[derive(Debug, PartialEq)]
pub enum Block {
    Heading(usize, String),
    Paragraph(String),
    /// A list item: how far it stands in, its mark, its text.
    Item {
        indent: usize,
        mark: String,
        text: String,
    },
    Quote(String),
    /// The lines of a table, pipes escaped as `PIPE`.
    Table(String),
    Code(String),
    Rule,
}

/// Stands for a pipe that was escaped in a table: termimad would end the cell there.
pub const PIPE: char = 'ǀ';

pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut code: Option<String> = None;
    // Whether the next line may go on in the last block.
    let mut open = false;
    for line in markdown.lines() {
        let bare = line.trim_end();
        let start = bare.trim_start();
        if start.starts_with("```") {
            match code.take() {
                Some(code) => out.push(Block::Code(code)),
                None => code = Some(String::new()),
            }
            open = false;
            continue;
        }
        if let Some(code) = &mut code {
            code.push_str(&line.replace('\t', "    "));
            code.push('\n');
            continue;
        }
        if start.is_empty() {
            open = false;
            continue;
        }
        if open && !begins(start) && add(&mut out, start) {
            continue;
        }
        if let Some(rest) = start.strip_prefix('>') {
            let rest = rest.trim_start();
            match out.last_mut() {
                Some(Block::Quote(text)) if open => join(text, &escaped(rest)),
                _ => out.push(Block::Quote(escaped(rest))),
            }
        } else if start.starts_with('|') {
            let row = start.replace("\\|", PIPE.encode_utf8(&mut [0; 4]));
            match out.last_mut() {
                Some(Block::Table(rows)) if open => {
                    rows.push('\n');
                    rows.push_str(&row);
                }
                _ => out.push(Block::Table(row)),
            }
        } else if let Some((level, title)) = heading(start) {
            out.push(Block::Heading(level, escaped(title)));
            open = false;
            continue;
        } else if start == "---" {
            out.push(Block::Rule);
        } else if let Some((mark, text)) = item(start) {
            out.push(Block::Item {
                indent: bare.len() - start.len(),
                mark,
                text: escaped(text),
            });
        } else {
            out.push(Block::Paragraph(escaped(start)));
        }
        open = true;
    }
    if let Some(code) = code {
        out.push(Block::Code(code));
    }
    out
}

/// Whether a line begins a block by itself, whatever stands above it.
fn begins(start: &str) -> bool {
    start.starts_with(['|', '>'])
        || start == "---"
        || heading(start).is_some()
        || item(start).is_some()
}

/// Adds a line to the last block. False where that has no lines to join.
fn add(out: &mut [Block], line: &str) -> bool {
    match out.last_mut() {
        Some(Block::Paragraph(text) | Block::Quote(text) | Block::Item { text, .. }) => {
            join(text, &escaped(line));
            true
        }
        _ => false,
    }
}

fn join(text: &mut String, line: &str) {
    text.push(' ');
    text.push_str(line);
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

/// The mark of a list item as it is shown, and its text.
fn item(line: &str) -> Option<(String, &str)> {
    for mark in ["- ", "* ", "+ "] {
        if let Some(text) = line.strip_prefix(mark) {
            return Some(("•".to_string(), text));
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let text = line.get(digits..)?.strip_prefix(". ")?;
    (1..=3)
        .contains(&digits)
        .then(|| (line[..=digits].to_string(), text))
}

/// A star that multiplies is no emphasis; a link is its words and its address.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for (i, piece) in line.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        // Every second piece stands between backticks.
        if i % 2 == 1 {
            out.push_str(piece);
        } else {
            out.push_str(&links(piece).replace(" * ", " \\* "));
        }
    }
    out
}

/// `[words](address)` as `words (address)`.
fn links(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    while let Some(open) = rest.find('[') {
        let after = &rest[open + 1..];
        let link = after.split_once("](").and_then(|(words, tail)| {
            let (address, tail) = tail.split_once(')')?;
            (!words.contains('[') && !address.contains(' ')).then_some((words, address, tail))
        });
        match link {
            Some((words, address, tail)) => {
                out.push_str(&rest[..open]);
                out.push_str(words);
                if words != address {
                    out.push_str(&format!(" ({address})"));
                }
                rest = tail;
            }
            None => {
                out.push_str(&rest[..=open]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(s: &str) -> Block {
        Block::Paragraph(s.to_string())
    }

    #[test]
    fn lines_are_joined_until_something_else_begins() {
        assert_eq!(
            blocks("one\ntwo\n\nthree\n- four\n  five\n1. six\n# seven\neight"),
            [
                paragraph("one two"),
                paragraph("three"),
                Block::Item {
                    indent: 0,
                    mark: "•".to_string(),
                    text: "four five".to_string()
                },
                Block::Item {
                    indent: 0,
                    mark: "1.".to_string(),
                    text: "six".to_string()
                },
                Block::Heading(1, "seven".to_string()),
                paragraph("eight"),
            ]
        );
    }

    #[test]
    fn tables_and_quotations_are_gathered() {
        assert_eq!(
            blocks("| a \\| b |\n|---|\n> one\n> two\nthree"),
            [
                Block::Table("| a ǀ b |\n|---|".to_string()),
                Block::Quote("one two three".to_string()),
            ]
        );
    }

    #[test]
    fn code_is_left_as_it_is_but_for_its_tabs() {
        assert_eq!(
            blocks("```go\n\tx := [1](2)\n\n# no heading\n```"),
            [Block::Code("    x := [1](2)\n\n# no heading\n".to_string())]
        );
    }
}
