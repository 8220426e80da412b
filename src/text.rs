//! Small helpers on text: how wide it is on a screen, how it wraps, how it reads without UTF-8.

use unicode_width::UnicodeWidthChar;

/// How many columns `s` takes on a screen. Escape sequences take none.
pub fn width(s: &str) -> usize {
    let mut total = 0;
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            skip_escape(&mut chars);
        } else {
            total += c.width().unwrap_or(0);
        }
    }
    total
}

/// Reads the rest of an escape sequence whose ESC was just read.
fn skip_escape(chars: &mut std::str::Chars<'_>) {
    if chars.next() != Some('[') {
        return;
    }
    for c in chars.by_ref() {
        if ('\u{40}'..='\u{7e}').contains(&c) {
            return;
        }
    }
}

/// `s` without its escape sequences.
pub fn plain(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            skip_escape(&mut chars);
        } else {
            out.push(c);
        }
    }
    out
}

/// Fills `s` with spaces up to `columns`; a longer one stays as it is.
pub fn pad(s: &str, columns: usize) -> String {
    let mut out = s.to_string();
    for _ in width(s)..columns {
        out.push(' ');
    }
    out
}

/// Cuts `s` so that it takes at most `columns`, with a mark where something was left out.
pub fn cut(s: &str, columns: usize, mark: &str) -> String {
    if width(s) <= columns {
        return s.to_string();
    }
    let room = columns.saturating_sub(width(mark));
    let mut out = String::new();
    let mut used = 0;
    for c in plain(s).chars() {
        let w = c.width().unwrap_or(0);
        if used + w > room {
            break;
        }
        used += w;
        out.push(c);
    }
    out.push_str(mark);
    out
}

/// Breaks one paragraph into lines of at most `columns`, at spaces.
///
/// A word that is longer than a line stands alone and is not broken: it may be a path or a command to copy.
pub fn wrap(s: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in s.split_whitespace() {
        let w = width(word);
        if used > 0 && used + 1 + w > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += w;
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Wraps every line of `s` by itself, keeping its indentation and its empty lines.
///
/// Lines that begin with four spaces or more are code and stay whole.
pub fn wrap_all(s: &str, columns: usize) -> Vec<String> {
    let mut out = Vec::new();
    for line in s.lines() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if indent >= 4 || width(line) <= columns {
            out.push(line.trim_end().to_string());
            continue;
        }
        let hang = indent + list_mark(body);
        for (i, piece) in wrap(body, columns.saturating_sub(hang).max(10))
            .into_iter()
            .enumerate()
        {
            let by = if i == 0 { indent } else { hang };
            out.push(format!("{}{piece}", " ".repeat(by)));
        }
    }
    out
}

/// How far the text of a list item stands in from its mark.
fn list_mark(s: &str) -> usize {
    if s.starts_with("- ") || s.starts_with("* ") {
        return 2;
    }
    let digits = s.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && s[digits..].starts_with(". ") {
        return digits + 2;
    }
    0
}

/// The same text for a terminal that is not UTF-8: every sign by one that looks or reads like it.
pub fn ascii(s: &str) -> String {
    if s.is_ascii() {
        return s.to_string();
    }
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '─' | '―' | '━' | '╌' | '┄' | '╴' | '╶' | '—' | '–' | '‐' | '−' | '═' => {
                out.push('-')
            }
            '│' | '┃' | '║' | '┆' | '┊' | '▏' | '▕' => out.push('|'),
            '▶' | '▸' | '►' | '›' | '»' => out.push('>'),
            '◀' | '◂' | '◄' | '‹' | '«' => out.push('<'),
            '▲' | '△' | '↑' => out.push('^'),
            '▼' | '▽' | '↓' => out.push('v'),
            '█' | '▉' | '▊' | '▋' | '▌' | '▓' | '■' | '▪' | '▐' | '▄' | '▀' => {
                out.push('#')
            }
            '▍' | '▎' | '▒' => out.push('='),
            '░' | '·' | '∙' => out.push('.'),
            '•' | '●' | '◆' | '★' | '◉' => out.push('*'),
            '○' | '◯' | '◇' | '□' | '◌' => out.push('o'),
            '✓' | '✔' => out.push_str("ok"),
            '✗' | '✘' | '×' => out.push('x'),
            '→' | '⟶' | '⇒' => out.push_str("->"),
            '←' | '⟵' | '⇐' => out.push_str("<-"),
            '↔' | '⇄' => out.push_str("<->"),
            '…' => out.push_str("..."),
            '‘' | '’' | '′' => out.push('\''),
            '“' | '”' | '″' => out.push('"'),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            '≠' => out.push_str("!="),
            '≈' => out.push('~'),
            '∥' => out.push_str("||"),
            '⏸' => out.push_str("||"),
            'µ' | 'μ' => out.push('u'),
            '²' => out.push('2'),
            '³' => out.push('3'),
            '\u{a0}' | '\u{202f}' | '\u{2009}' => out.push(' '),
            '\u{2500}'..='\u{257f}' => out.push('+'),
            '\u{2580}'..='\u{259f}' => out.push('#'),
            '\u{fe0f}' | '\u{200b}' | '\u{200d}' => {}
            _ => out.push('?'),
        }
    }
    out
}

/// `12345678` as `12,345,678`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 hint`, `2 hints`.
pub fn count(n: usize, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {one}{s}", thousands(n as u64))
}

/// The names in `all` that are most like `wanted`, the nearest first, none that is far.
pub fn near<'a>(wanted: &str, all: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in all {
        let lower = name.to_lowercase();
        let mut score = strsim::jaro_winkler(&wanted, &lower);
        // A part of a name that was typed whole is nearer than one that only sounds like it.
        if wanted.len() >= 3 && lower.contains(&wanted) {
            score = score.max(0.9);
        }
        if score > 0.75 && best.is_none_or(|(s, _)| score > s) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
}

/// A moment as `2026-01-31T12:30:59Z`, from the seconds since 1970.
pub fn moment(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days to a date by counting 400-year eras that begin on the first of March (a leap day is then the last of its year).
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3_600,
        rest % 3_600 / 60,
        rest % 60
    )
}

/// The seconds since 1970 of a moment that `moment` wrote.
pub fn seconds(moment: &str) -> Option<u64> {
    let (date, time) = moment.strip_suffix('Z')?.split_once('T')?;
    let numbers = |s: &str, by: char| -> Option<[u64; 3]> {
        let all: Vec<u64> = s.split(by).map(|n| n.parse().ok()).collect::<Option<_>>()?;
        all.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hours, minutes, seconds] = numbers(time, ':')?;
    if !(1970..10_000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // As in `moment`: years that begin in March.
    let y = year - u64::from(month <= 2);
    let (era, year_of_era) = (y / 400, y % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    Some(days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
}

/// The present moment, as `moment` writes it.
pub fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    moment(since.map_or(0, |d| d.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_columns_and_not_escapes() {
        assert_eq!(width("\u{1b}[1;31mred\u{1b}[0m"), 3);
        assert_eq!(width("→ é"), 3);
        assert_eq!(plain("\u{1b}[1;31mred\u{1b}[0m"), "red");
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let lines = wrap("one two three four", 9);
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
    }

    #[test]
    fn wrapping_a_text_hangs_its_lists_and_keeps_its_code() {
        let text = "- aaa bbb ccc\n    let x = 1; // stays whole\n\nend";
        assert_eq!(
            wrap_all(text, 10),
            [
                "- aaa bbb",
                "  ccc",
                "    let x = 1; // stays whole",
                "",
                "end"
            ]
        );
    }

    #[test]
    fn ascii_leaves_no_other_sign() {
        let s = ascii("✓ a → b ─┼─ “x” µs █░ λ");
        assert!(s.is_ascii());
        assert_eq!(s, "ok a -> b -+- \"x\" us #. ?");
    }

    #[test]
    fn near_finds_the_typing_error_and_not_the_stranger() {
        let all = ["lost-update", "fork-join", "thousand-workers"];
        assert_eq!(near("lost-updat", all), Some("lost-update"));
        assert_eq!(near("workers", all), Some("thousand-workers"));
        assert_eq!(near("zzzz", all), None);
    }

    #[test]
    fn moments_are_dates() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_471_922), "2026-11-23T22:12:02Z");
        for at in [0, 951_782_400, 1_795_471_922, 4_107_542_399] {
            assert_eq!(seconds(&moment(at)), Some(at));
        }
        for no in [
            "",
            "2026-11-23",
            "2026-13-01T00:00:00Z",
            "1969-01-01T00:00:00Z",
        ] {
            assert_eq!(seconds(no), None, "{no}");
        }
    }

    #[test]
    fn numbers_and_cuts() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
        assert_eq!(count(1, "hint"), "1 hint");
        assert_eq!(count(1_000, "hint"), "1,000 hints");
        assert_eq!(cut("abcdef", 4, "…"), "abc…");
        assert_eq!(pad("ab", 4), "ab  ");
    }
}
