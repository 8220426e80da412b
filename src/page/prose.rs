//! Breaks a paragraph of Markdown into lines: marks take no room, code stays together, and what is bold goes on below.

use crate::text;

/// A piece of a paragraph that is not broken: a word, with its marks.
#[derive(Debug, Default)]
struct Word {
    markdown: String,
    columns: usize,
    /// What is open behind it.
    after: Open,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Open {
    bold: bool,
    italic: bool,
}

impl Open {
    fn marks(self) -> &'static str {
        match (self.bold, self.italic) {
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => "",
        }
    }
}

/// The lines of a paragraph, each complete Markdown by itself, at most `columns` wide when it is shown.
pub fn wrap(markdown: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    let mut open = Open::default();
    for word in words(markdown, columns) {
        if used > 0 && used + 1 + word.columns > columns {
            line.push_str(open.marks());
            lines.push(std::mem::take(&mut line));
            line.push_str(open.marks());
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&word.markdown);
        used += word.columns;
        open = word.after;
    }
    line.push_str(open.marks());
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a paragraph. Code is one word with its spaces, unless it would not fit a line.
fn words(markdown: &str, columns: usize) -> Vec<Word> {
    let mut out = Vec::new();
    let mut word = Word::default();
    let mut open = Open::default();
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        if c == '`'
            && let Some((code, tail)) = rest[1..].split_once('`')
        {
            code_word(&mut out, &mut word, code, columns, open);
            rest = tail;
            continue;
        }
        let taken = if c == '\u{1b}' {
            // A colour: it takes no room.
            let end = rest.find('m').map_or(rest.len(), |at| at + 1);
            word.markdown.push_str(&rest[..end]);
            end
        } else if c == ' ' {
            close(&mut out, &mut word, open);
            1
        } else if rest.starts_with("\\*") {
            word.markdown.push_str("\\*");
            word.columns += 1;
            2
        } else if rest.starts_with("**") {
            open.bold = !open.bold;
            word.markdown.push_str("**");
            2
        } else if c == '*' {
            open.italic = !open.italic;
            word.markdown.push('*');
            1
        } else {
            word.markdown.push(c);
            word.columns += text::width(c.encode_utf8(&mut [0; 4]));
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    close(&mut out, &mut word, open);
    out
}

fn close(out: &mut Vec<Word>, word: &mut Word, after: Open) {
    if !word.markdown.is_empty() {
        let mut done = std::mem::take(word);
        done.after = after;
        out.push(done);
    }
}

/// Adds code to the word that is being made, or in pieces where it is too long for a line.
fn code_word(out: &mut Vec<Word>, word: &mut Word, code: &str, columns: usize, open: Open) {
    let whole = text::width(code) + word.columns <= columns;
    let pieces: Vec<&str> = if whole {
        vec![code]
    } else {
        code.split(' ').collect()
    };
    for (i, piece) in pieces.into_iter().enumerate() {
        if i > 0 {
            close(out, word, open);
        }
        word.markdown.push_str(&format!("`{piece}`"));
        word.columns += text::width(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_take_no_room_and_commas_stay_with_their_word() {
        assert_eq!(
            wrap("To make a **thread**, it adds", 14),
            ["To make a", "**thread**, it", "adds"]
        );
        assert_eq!(wrap("aa **bb**", 5), ["aa **bb**"]);
    }

    #[test]
    fn what_is_open_goes_on_in_the_next_line() {
        assert_eq!(
            wrap("**one two three** four", 8),
            ["**one two**", "**three**", "four"]
        );
        assert_eq!(wrap("*one two*", 4), ["*one*", "*two*"]);
    }

    #[test]
    fn code_stays_together_where_it_can() {
        assert_eq!(
            wrap("so `n = n + 1` is not", 11),
            ["so", "`n = n + 1`", "is not"]
        );
        assert_eq!(wrap("`one two three`", 7), ["`one` `two`", "`three`"]);
    }

    #[test]
    fn colours_take_no_room() {
        let red = "\u{1b}[31mxx\u{1b}[0m";
        assert_eq!(
            wrap(&format!("{red} yy zz"), 5),
            [format!("{red} yy"), "zz".to_string()]
        );
    }

    #[test]
    fn stars_in_code_or_escaped_are_no_marks() {
        assert_eq!(wrap("`*n` a \\* b `**`", 4), ["`*n` a", "\\* b", "`**`"]);
    }
}
