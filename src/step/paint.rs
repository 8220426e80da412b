//! What the screens of `step`, `top` and `play` are drawn with: lines, and panels with a border, in what the terminal can show.

use crate::report::Look;
use crate::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Borders, Paragraph};

/// Draws for one look.
#[derive(Clone, Copy, Debug)]
pub struct Painter {
    pub look: Look,
}

impl Painter {
    /// A text that is cut where the room ends; in colour, and beyond ASCII, only where that can be shown.
    fn fit(&self, text: &str, width: u16) -> String {
        self.look.cut(text, usize::from(width))
    }

    /// The first of these texts that has room, or else the last one.
    pub fn first_that_fits(&self, width: u16, texts: &[&str]) -> String {
        let fits = |t: &&&str| text::width(&self.look.fit(t)) <= usize::from(width);
        let text = texts.iter().find(fits).or(texts.last());
        text.map_or(String::new(), |t| (*t).to_string())
    }

    /// Lines of help, each `front` columns of keys and then what they do, which goes on below itself where there is little
    /// room.
    pub fn keys(&self, lines: &[&str], front: usize, columns: usize) -> Vec<String> {
        let mut out = Vec::new();
        for line in lines {
            let mut keys: String = line.chars().take(front).collect();
            let does: String = line.chars().skip(front).collect();
            for part in text::wrap(&does, columns.saturating_sub(front).max(12)) {
                out.push(format!("{keys}{part}"));
                keys = " ".repeat(front);
            }
        }
        out
    }

    pub fn lines(&self, frame: &mut Frame<'_>, area: Rect, lines: Vec<String>, style: Style) {
        let lines: Vec<Line<'_>> = lines
            .iter()
            .map(|l| Line::from(self.fit(l, area.width)))
            .collect();
        frame.render_widget(Paragraph::new(lines).style(style), area);
    }

    pub fn panel(&self, frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<String>) {
        let inner = area.width.saturating_sub(2);
        let room = usize::from(area.height.saturating_sub(2));
        let mut shown: Vec<Line<'_>> = Vec::new();
        for text in in_view(lines, room) {
            let here = text.starts_with('▶');
            let style = if here && self.look.colour {
                Style::default().fg(Color::Yellow)
            } else if here {
                Style::default().add_modifier(Modifier::BOLD)
            } else {
                Style::default()
            };
            shown.push(Line::from(self.fit(&text, inner)).style(style));
        }
        let mut block = Block::default().title(title.to_string());
        if self.look.ascii {
            block = block.borders(Borders::TOP).border_set(ASCII);
        } else {
            block = block
                .borders(Borders::ALL)
                .border_type(BorderType::Plain)
                .border_style(Style::default().add_modifier(Modifier::DIM));
        }
        frame.render_widget(Paragraph::new(shown).block(block), area);
    }
}

/// The lines that there is room for, the first one with a mark among them; the last row says how many there are besides.
fn in_view(mut lines: Vec<String>, room: usize) -> Vec<String> {
    if lines.len() <= room {
        return lines;
    }
    let marked = lines.iter().position(|l| l.starts_with('▶'));
    if room < 2
        && let Some(at) = marked
    {
        return lines.drain(at..at + room).collect();
    }
    let kept = room.saturating_sub(1);
    let first = marked.map_or(0, |at| (at + 1).saturating_sub(kept));
    let more = lines.len() - kept;
    let mut shown: Vec<String> = lines.drain(first..first + kept).collect();
    if room > 0 {
        shown.push(format!(" and {more} more"));
    }
    shown
}

/// Borders for a terminal that has no lines to draw.
const ASCII: ratatui::symbols::border::Set = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_line_is_in_view_whatever_the_room() {
        let lines = || vec![" a".to_string(), " b".into(), " c".into(), "▶d".into()];
        assert_eq!(in_view(lines(), 4), lines());
        assert_eq!(in_view(lines(), 3), [" c", "▶d", " and 2 more"]);
        assert_eq!(in_view(lines(), 2), ["▶d", " and 3 more"]);
        assert_eq!(in_view(lines(), 1), ["▶d"]);
        assert!(in_view(lines(), 0).is_empty());
        let plain = || lines()[..3].to_vec();
        assert_eq!(in_view(plain(), 2), [" a", " and 2 more"]);
        assert_eq!(in_view(plain(), 1), [" and 3 more"]);
    }

    #[test]
    fn what_keys_do_goes_on_below_itself() {
        let paint = Painter {
            look: Look::plain(80),
        };
        let lines = ["n N   on to the next switch", "q     leave"];
        assert_eq!(paint.keys(&lines, 6, 80), lines);
        assert_eq!(
            paint.keys(&lines, 6, 20),
            ["n N   on to the next", "      switch", "q     leave"]
        );
    }
}
