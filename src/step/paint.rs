//! What the screens of `step`, `top` and `play` are drawn with: lines, and panels with a border, in what the terminal can show.

use crate::report::Look;
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
        let more = lines.len().saturating_sub(room);
        let mut shown: Vec<Line<'_>> = Vec::new();
        for (i, line) in lines.iter().enumerate().take(room) {
            // The last row says what there is no room for.
            let text = if more > 0 && i + 1 == room {
                format!(" and {} more", more + 1)
            } else {
                line.clone()
            };
            let here = line.starts_with('▶');
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
