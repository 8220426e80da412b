//! Lessons and other texts in Markdown, drawn for the place they are read in. Only this module knows termimad.

pub mod pager;

use crate::report::Look;
use crate::text;
use termimad::crossterm::style::{Attribute, Color};
use termimad::{FmtText, MadSkin};

/// The lines of `markdown` at `look.width` columns.
pub fn lines(markdown: &str, look: Look) -> Vec<String> {
    let skin = skin(look);
    let mut out: Vec<String> = Vec::new();
    for block in blocks(markdown) {
        if !out.is_empty() {
            out.push(String::new());
        }
        match block {
            Block::Prose(md) => {
                // Two columns are left at the right: a terminal that is full wraps by itself.
                let shown = FmtText::from_text(&skin, (&*md).into(), Some(look.width)).to_string();
                for line in shown.lines() {
                    let line = line.replace(PIPE, "|");
                    let line = if look.colour {
                        line
                    } else {
                        line.trim_end().to_string()
                    };
                    out.push(line);
                }
            }
            Block::Heading(level, md) => {
                let marks = "#".repeat(level);
                let md = format!("{marks} {md}");
                let shown = FmtText::from_text(&skin, (&*md).into(), Some(look.width)).to_string();
                let from = out.len();
                out.extend(shown.lines().map(|l| l.trim_end().to_string()));
                if !look.colour && level <= 2 {
                    let widest = out[from..].iter().map(|l| text::width(l)).max();
                    let rule = if level == 1 { "═" } else { "─" };
                    out.push(rule.repeat(widest.unwrap_or(0)));
                }
            }
            Block::Code(code) => {
                for line in code.lines() {
                    for line in code_line(line, look.width.saturating_sub(4)) {
                        let line = if look.colour && !line.is_empty() {
                            format!("\u{1b}[36m{line}\u{1b}[0m")
                        } else {
                            line
                        };
                        out.push(if line.is_empty() {
                            line
                        } else {
                            format!("    {line}")
                        });
                    }
                }
            }
        }
    }
    out.iter().map(|l| look.fit(l)).collect()
}

fn skin(look: Look) -> MadSkin {
    if !look.colour {
        return MadSkin::no_style();
    }
    // Named colours only: they follow the terminal's own palette, dark or light.
    let mut skin = MadSkin::no_style();
    skin.bold.add_attr(Attribute::Bold);
    skin.italic.add_attr(Attribute::Italic);
    skin.strikeout.add_attr(Attribute::CrossedOut);
    skin.inline_code.set_fg(Color::DarkCyan);
    skin.table.set_fg(Color::DarkGrey);
    for h in &mut skin.headers {
        h.set_fg(Color::DarkYellow);
        h.add_attr(Attribute::Bold);
    }
    skin.headers[0].add_attr(Attribute::Underlined);
    skin.bullet.set_fg(Color::DarkYellow);
    skin.quote_mark.set_fg(Color::DarkYellow);
    skin
}

/// A code line that is too long goes on below, marked as one line.
fn code_line(line: &str, columns: usize) -> Vec<String> {
    if text::width(line) <= columns {
        return vec![line.trim_end().to_string()];
    }
    let indent = line.len() - line.trim_start().len();
    let hang = " ".repeat((indent + 4).min(columns / 2));
    let mut out = Vec::new();
    let mut rest = line.to_string();
    while text::width(&rest) > columns {
        // At the last space that leaves the line full enough; code without one is cut anywhere.
        let mut used = 0;
        let (mut space, mut end) = (None, rest.len());
        for (at, c) in rest.char_indices() {
            if used >= columns {
                end = at;
                break;
            }
            if c == ' ' && used > hang.len() + columns / 4 {
                space = Some(at);
            }
            used += text::width(c.encode_utf8(&mut [0; 4]));
        }
        let at = space.unwrap_or(end);
        out.push(rest[..at].trim_end().to_string());
        rest = format!("{hang}{}", rest[at..].trim_start());
    }
    out.push(rest.trim_end().to_string());
    out
}

/// Stands for a pipe that was escaped in a table: termimad would end the cell there.
const PIPE: char = 'ǀ';

#[derive(Debug, PartialEq)]
enum Block {
    Heading(usize, String),
    Prose(String),
    Code(String),
}

/// Cuts a text into headings, code and the rest, and joins the lines of each paragraph: termimad takes every line for one.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut prose: Vec<String> = Vec::new();
    let mut code: Option<String> = None;
    // Whether the next line may go on in the last one.
    let mut open = false;
    for line in markdown.lines() {
        let bare = line.trim_end();
        if bare.trim_start().starts_with("```") {
            match code.take() {
                Some(code) => out.push(Block::Code(code)),
                None => {
                    flush(&mut prose, &mut out);
                    code = Some(String::new());
                }
            }
            open = false;
            continue;
        }
        if let Some(code) = &mut code {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        let start = bare.trim_start();
        if let Some((level, title)) = heading(start) {
            flush(&mut prose, &mut out);
            out.push(Block::Heading(level, escaped(title)));
            open = false;
            continue;
        }
        let table = start.starts_with('|');
        let quote = start.starts_with('>');
        let begins = start.is_empty() || table || quote || is_item(start) || start == "---";
        if open && !begins {
            if let Some(last) = prose.last_mut() {
                last.push(' ');
                last.push_str(&escaped(start));
            }
        } else if quote && prose.last().is_some_and(|l| l.starts_with('>')) {
            let rest = start.trim_start_matches('>').trim_start();
            if let Some(last) = prose.last_mut() {
                last.push(' ');
                last.push_str(&escaped(rest));
            }
        } else if table {
            prose.push(start.replace("\\|", PIPE.encode_utf8(&mut [0; 4])));
        } else {
            prose.push(escaped(bare));
        }
        open = !(start.is_empty() || table || quote || start == "---");
    }
    if let Some(code) = code {
        out.push(Block::Code(code));
    }
    flush(&mut prose, &mut out);
    out
}

fn flush(prose: &mut Vec<String>, out: &mut Vec<Block>) {
    let joined = std::mem::take(prose).join("\n");
    let joined = joined.trim_matches('\n');
    if !joined.is_empty() {
        out.push(Block::Prose(joined.to_string()));
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

fn is_item(line: &str) -> bool {
    if line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") {
        return true;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&digits) && line[digits..].starts_with(". ")
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

    fn plain(md: &str, width: usize) -> String {
        lines(md, Look::plain(width)).join("\n")
    }

    #[test]
    fn paragraphs_are_joined_and_wrapped_anew() {
        assert_eq!(
            plain("one two\nthree four\n\n- five\n  six\n- seven\n", 80),
            "one two three four\n\n• five six\n• seven"
        );
    }

    #[test]
    fn nothing_is_wider_than_the_place() {
        let md = "# A heading that is long enough to be wrapped when the place is narrow\n\n\
            | Go | here |\n|---|---|\n| `go f(a, b, c)` | `go(move \\|\\| f(a, b, c))` and it goes on |\n\n\
            ```\nlet code = that_is(long, enough, to_be, wrapped, at, any, width, of, these);\n```\n\n\
            > a quotation of some length that has to be wrapped as well, to be sure of it\n";
        for width in [40, 60, 80] {
            for line in lines(md, Look::plain(width)) {
                assert!(text::width(&line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_pipe_in_a_table_stays_in_its_cell() {
        let out = plain("| a | b |\n|---|---|\n| `x \\| y` | z |\n", 60);
        assert!(out.contains("│x | y│z  │"), "{out}");
    }

    #[test]
    fn without_colour_there_is_no_escape_and_with_ascii_no_other_sign() {
        let md = "# T\n\n**b** *i* `c` → x\n\n- item\n\n```\ncode\n```\n";
        let look = Look {
            ascii: true,
            ..Look::plain(60)
        };
        let out = lines(md, look).join("\n");
        assert_eq!(out, "T\n-\n\nb i c -> x\n\n* item\n\n    code");
        let look = Look {
            colour: true,
            ..Look::plain(60)
        };
        assert!(lines(md, look).join("\n").contains("\u{1b}["));
    }

    #[test]
    fn stars_that_multiply_and_links() {
        assert_eq!(
            plain("5 * 3 * 2 and `a * b * c`", 60),
            "5 * 3 * 2 and a * b * c"
        );
        assert_eq!(
            plain("see [the file](http://x.y/z) [no]", 60),
            "see the file (http://x.y/z) [no]"
        );
    }

    #[test]
    fn a_long_line_of_code_goes_on_below() {
        assert_eq!(
            code_line("    let x = one(two, three, four);", 24),
            ["    let x = one(two,", "        three, four);"]
        );
        assert_eq!(
            code_line("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 24)
                .concat()
                .replace(' ', ""),
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        );
    }
}
