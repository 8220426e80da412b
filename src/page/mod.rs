//! Lessons and other texts in Markdown, drawn for the place they are read in. Only this module knows termimad.

mod blocks;
pub mod pager;
mod prose;

use crate::report::Look;
use crate::text;
use blocks::{Block, PIPE, blocks};
use termimad::crossterm::style::{Attribute, Color};
use termimad::{FmtText, MadSkin};

/// The lines of `markdown` at `look.width` columns.
pub fn lines(markdown: &str, look: Look) -> Vec<String> {
    // Before it is wrapped: some signs are longer in ASCII.
    let markdown = if look.ascii {
        text::ascii(markdown)
    } else {
        markdown.to_string()
    };
    let page = Page {
        skin: skin(look),
        look,
    };
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    for block in blocks(&markdown) {
        let item = matches!(block, Block::Item { .. });
        // A list is one block to the eye; everything else stands apart.
        if last.is_some_and(|last| !(last && item)) {
            out.push(String::new());
        }
        last = Some(item);
        page.draw(block, &mut out);
    }
    out.iter().map(|l| look.fit(l)).collect()
}

/// The headings of `markdown`.
pub fn headings(markdown: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut out = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if !fenced && title.len() < line.len() && title.starts_with(' ') {
            out.push(title.trim());
        }
    }
    out
}

struct Page {
    skin: MadSkin,
    look: Look,
}

impl Page {
    fn draw(&self, block: Block, out: &mut Vec<String>) {
        let width = self.look.width;
        match block {
            Block::Heading(level, title) => self.heading(level, &title, out),
            Block::Paragraph(text) => self.hanging("", "", &text, out),
            Block::Item { indent, mark, text } => {
                let indent = " ".repeat(indent);
                let hang = " ".repeat(indent.len() + text::width(&mark) + 1);
                let first = format!("{indent}{} ", self.marked(&mark));
                self.hanging(&first, &hang, &text, out);
            }
            Block::Quote(text) => {
                let bar = format!("{} ", self.marked("▐"));
                self.hanging(&bar, &bar, &text, out);
            }
            Block::Table(rows) => {
                let shown = FmtText::from_text(&self.skin, (&*rows).into(), Some(width));
                out.extend(
                    shown
                        .to_string()
                        .lines()
                        .map(|l| l.trim_end().replace(PIPE, "|")),
                );
            }
            Block::Code(code) => {
                for line in code.lines() {
                    for line in code_line(line, width.saturating_sub(4)) {
                        if line.is_empty() {
                            out.push(line);
                        } else {
                            out.push(format!("    {}", self.painted("36", &line)));
                        }
                    }
                }
            }
            Block::Rule => out.push("─".repeat(width)),
        }
    }

    fn heading(&self, level: usize, title: &str, out: &mut Vec<String>) {
        let marks = "#".repeat(level);
        let mut widest = 0;
        for line in prose::wrap(title, self.look.width) {
            let md = format!("{marks} {line}");
            let shown = FmtText::from_text(&self.skin, (&*md).into(), None).to_string();
            let shown = shown.trim_end();
            widest = widest.max(text::width(shown));
            out.push(shown.to_string());
        }
        if !self.look.colour && level <= 2 {
            let rule = if level == 1 { "═" } else { "─" };
            out.push(rule.repeat(widest));
        }
    }

    /// A paragraph whose first line begins with `first` and the others with `hang`.
    fn hanging(&self, first: &str, hang: &str, markdown: &str, out: &mut Vec<String>) {
        let columns = self.look.width.saturating_sub(text::width(first)).max(10);
        for (i, line) in prose::wrap(markdown, columns).iter().enumerate() {
            let begin = if i == 0 { first } else { hang };
            out.push(format!("{begin}{}", self.skin.inline(line)));
        }
    }

    /// The mark of a list or a quotation.
    fn marked(&self, s: &str) -> String {
        self.painted("33", s)
    }

    fn painted(&self, code: &str, s: &str) -> String {
        if self.look.colour {
            format!("\u{1b}[{code}m{s}\u{1b}[0m")
        } else {
            s.to_string()
        }
    }
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
    skin
}

/// A code line that is too long goes on below, marked as one line.
fn code_line(line: &str, columns: usize) -> Vec<String> {
    if text::width(line) <= columns {
        return vec![line.trim_end().to_string()];
    }
    let indent = line.len() - line.trim_start().len();
    let usual = " ".repeat((indent + 4).min(columns / 2));
    let mut out = Vec::new();
    let mut rest = line.to_string();
    while text::width(&rest) > columns {
        let comment = comment(&rest);
        // A comment goes on as one, below its beginning where there is room.
        let hang = match comment {
            Some((at, mark)) => {
                let before = text::width(&rest[..at]);
                let before = if before <= columns / 3 {
                    before
                } else {
                    usual.len()
                };
                let hang = format!("{}{mark} ", " ".repeat(before));
                if hang.len() + 8 <= columns {
                    hang
                } else {
                    usual.clone()
                }
            }
            None => usual.clone(),
        };
        let full = columns / if comment.is_some() { 8 } else { 4 };
        // At the last space that leaves the line full enough; code without one is cut anywhere.
        let mut used = 0;
        let (mut space, mut end) = (None, rest.len());
        for (at, c) in rest.char_indices() {
            if used >= columns {
                end = at;
                break;
            }
            let mark_alone = comment.is_some_and(|(from, mark)| at == from + mark.len());
            if c == ' ' && used > hang.len() + full && !mark_alone {
                space = Some(at);
            }
            used += text::width(c.encode_utf8(&mut [0; 4]));
        }
        let at = space.unwrap_or(end);
        out.push(rest[..at].trim_end().to_string());
        let hang = match comment {
            Some((from, _)) if at <= from => &usual,
            _ => &hang,
        };
        rest = format!("{hang}{}", rest[at..].trim_start());
    }
    out.push(rest.trim_end().to_string());
    out
}

/// Where the comment of a line begins, and its mark: `//`, `///` or `//!`.
fn comment(line: &str) -> Option<(usize, &'static str)> {
    let at = line.match_indices("//").map(|(at, _)| at).find(|at| {
        let before = &line[..*at];
        // Not in an address or in a text.
        before.chars().next_back().is_none_or(char::is_whitespace)
            && before.matches('"').count().is_multiple_of(2)
    })?;
    let marks = ["///", "//!", "//"];
    let mark = marks.into_iter().find(|m| line[at..].starts_with(m))?;
    Some((at, mark))
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
    fn a_long_comment_goes_on_as_a_comment() {
        assert_eq!(
            code_line("    // one two three four five six", 24),
            ["    // one two three", "    // four five six"]
        );
        assert_eq!(
            code_line("send(1); // one two three four five six", 24),
            [
                "send(1); // one two",
                "    // three four five",
                "    // six"
            ]
        );
        assert_eq!(
            code_line("f(); // one two three four five six", 24),
            ["f(); // one two three", "     // four five six"]
        );
        assert_eq!(
            code_line("    send(one, two, three); // four five six", 24),
            [
                "    send(one, two,",
                "        three); // four",
                "        // five six"
            ]
        );
        assert_eq!(
            code_line("    println!(\"one // two three\");", 24),
            ["    println!(\"one //", "        two three\");"]
        );
        for columns in 8..40 {
            for line in [
                "a // b c d e f g h i j k l m n o p q r s t u v w x y z",
                "//! averyverylongwordthatgoesonandon",
            ] {
                for part in code_line(line, columns) {
                    assert!(text::width(&part) <= columns, "{columns}: {part}");
                }
            }
        }
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
