//! What a demo draws in a terminal, as a picture: each piece of text at its column and row.

use crate::text;

/// The size of a place on the terminal, in pixels.
const WIDE: f64 = 8.4;
const TALL: f64 = 18.0;
const MARGIN: f64 = 16.0;

/// How a piece is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paint {
    bold: bool,
    pale: bool,
    /// The number of a colour, 0 to 7.
    colour: Option<u8>,
}

/// A picture of `output`, which may have escapes for colours.
pub fn svg(title: &str, output: &str) -> String {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let columns = lines.iter().map(|l| text::width(l)).max().unwrap_or(0);
    let width = columns.max(20) as f64 * WIDE + 2.0 * MARGIN;
    let height = lines.len().max(1) as f64 * TALL + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', monospace\" \
         font-size=\"14\">\n<title>{}</title>\n<style>\n\
         text {{ fill: #222; white-space: pre }}\n.back {{ fill: #fafafa }}\n.bold {{ font-weight: bold }}\n\
         .pale {{ fill: #777 }}\n.c1 {{ fill: #b3261e }}\n.c2 {{ fill: #2a7f4f }}\n.c3 {{ fill: #9a6700 }}\n\
         .c4 {{ fill: #1f5fbf }}\n.c5 {{ fill: #8a3ea8 }}\n.c6 {{ fill: #13717c }}\n\
         @media (prefers-color-scheme: dark) {{\ntext {{ fill: #e4e4e4 }}\n.back {{ fill: #1b1d21 }}\n\
         .pale {{ fill: #9a9a9a }}\n.c1 {{ fill: #f2857d }}\n.c2 {{ fill: #5fbf87 }}\n.c3 {{ fill: #e0b84c }}\n\
         .c4 {{ fill: #7fb0ff }}\n.c5 {{ fill: #d49be8 }}\n.c6 {{ fill: #63c7d2 }}\n}}\n</style>\n\
         <rect class=\"back\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"6\"/>\n",
        escaped(title),
    );
    let mut paint = Paint::default();
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN + TALL * row as f64 + 13.0;
        let mut column = 0;
        for (piece, painted) in pieces(line, &mut paint) {
            // Words apart from the room between them: so a font of another width moves nothing.
            for (at, word) in words(piece) {
                let before = column + text::width(&piece[..at]);
                out.push_str(&format!(
                    "<text x=\"{:.1}\" y=\"{y:.0}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\"{}>{}</text>\n",
                    MARGIN + before as f64 * WIDE,
                    text::width(word) as f64 * WIDE,
                    class(painted),
                    escaped(word),
                ));
            }
            column += text::width(piece);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// A line cut where its paint changes.
fn pieces<'a>(line: &'a str, paint: &mut Paint) -> Vec<(&'a str, Paint)> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        out.push((&rest[..at], *paint));
        let escape = rest[at..].strip_prefix("\u{1b}[").unwrap_or("");
        let end = escape.find(|c: char| c.is_ascii_alphabetic());
        let Some(end) = end else { return out };
        if escape[end..].starts_with('m') {
            for code in escape[..end].split(';') {
                apply(code, paint);
            }
        }
        rest = &escape[end + 1..];
    }
    out.push((rest, *paint));
    out.retain(|(piece, _)| !piece.is_empty());
    out
}

fn apply(code: &str, paint: &mut Paint) {
    match code.parse().unwrap_or(0) {
        0_u8 => *paint = Paint::default(),
        1 => paint.bold = true,
        2 => paint.pale = true,
        22 => (paint.bold, paint.pale) = (false, false),
        39 => paint.colour = None,
        n @ 30..=37 => paint.colour = Some(n - 30),
        n @ 90..=97 => paint.colour = Some(n - 90),
        _ => {}
    }
}

/// The words of a piece, each with where it begins: what two spaces or more keep apart.
fn words(piece: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut from = 0;
    while from < piece.len() {
        let rest = &piece[from..];
        let start = from + rest.len() - rest.trim_start_matches(' ').len();
        let word = &piece[start..];
        let word = word.find("  ").map_or(word, |end| &word[..end]);
        let word = word.trim_end_matches(' ');
        if word.is_empty() {
            break;
        }
        out.push((start, word));
        from = start + word.len();
    }
    out
}

fn class(paint: Paint) -> String {
    let mut names = Vec::new();
    if paint.bold {
        names.push("bold".to_string());
    }
    if paint.pale {
        names.push("pale".to_string());
    }
    // Black and white are the reader's.
    if let Some(n) = paint.colour.filter(|n| (1..=6).contains(n)) {
        names.push(format!("c{n}"));
    }
    match names.is_empty() {
        true => String::new(),
        false => format!(" class=\"{}\"", names.join(" ")),
    }
}

fn escaped(s: &str) -> String {
    let s = s.replace('&', "&amp;").replace('<', "&lt;");
    s.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_at_its_column() {
        let svg = svg("A & B", "ab  \u{1b}[33m█ c\u{1b}[0m <d>\n  e");
        let texts: Vec<&str> = svg.lines().filter(|l| l.starts_with("<text ")).collect();
        let x = |column: f64| format!("x=\"{:.1}\"", MARGIN + column * WIDE);
        assert_eq!(texts.len(), 4, "{svg}");
        assert!(texts[0].contains(&x(0.0)) && texts[0].ends_with(">ab</text>"));
        assert!(texts[1].contains(&x(4.0)) && texts[1].contains("class=\"c3\""));
        assert!(texts[2].contains(&x(8.0)) && texts[2].ends_with(">&lt;d&gt;</text>"));
        assert!(texts[3].contains(&x(2.0)) && texts[3].contains("y=\"47\""));
        assert!(svg.contains("<title>A &amp; B</title>"));
    }
}
