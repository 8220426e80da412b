//! The way of a learner through the course, as a picture: when each lesson was read and each exercise solved.

use crate::report::Look;
use crate::text;

/// What was done, and when, in seconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Way {
    pub title: String,
    /// One a lesson, in their order.
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The lesson's number and name.
    pub label: String,
    pub read: Option<u64>,
    /// The exercises that are solved, and when.
    pub solved: Vec<(String, u64)>,
    /// How many exercises it has.
    pub exercises: usize,
}

const DAY: u64 = 86_400;

impl Way {
    /// The first and the last moment of it.
    fn span(&self) -> Option<(u64, u64)> {
        let of = |r: &Row| -> Vec<u64> {
            let solved = r.solved.iter().map(|(_, at)| *at);
            r.read.into_iter().chain(solved).collect()
        };
        let all: Vec<u64> = self.rows.iter().flat_map(of).collect();
        Some((*all.iter().min()?, *all.iter().max()?))
    }

    /// What there is, in a sentence.
    pub fn summary(&self) -> String {
        let solved: usize = self.rows.iter().map(|r| r.solved.len()).sum();
        let exercises = self.rows.iter().map(|r| r.exercises).sum();
        let read = self.rows.iter().filter(|r| r.read.is_some()).count();
        let lessons = text::count(self.rows.len(), "lesson");
        let sum = format!(
            "{solved} of {} solved, {read} of {lessons} read",
            text::count(exercises, "exercise")
        );
        match self.span() {
            None => format!("{sum}: the picture begins with the first."),
            Some((from, to)) => {
                let days = to / DAY - from / DAY + 1;
                format!("{sum}, in {}.", text::count(days as usize, "day"))
            }
        }
    }

    /// A row of signs for each lesson.
    pub fn lines(&self, look: Look) -> Vec<String> {
        let Some((from, to)) = self.span() else {
            return text::wrap(&self.summary(), look.width);
        };
        let longest = self.rows.iter().map(|r| text::width(&r.label)).max();
        let labels = longest.unwrap_or(0).min(look.width / 3);
        let track = look.width.saturating_sub(labels + 4).clamp(8, 64);
        let column = |at: u64| ((at - from) * (track as u64 - 1) / (to - from).max(1)) as usize;
        let (begin, end) = (date(from), last_date(from, to));
        let gap = track.saturating_sub(begin.len() + end.len());
        let mut lines = vec![if gap > 0 {
            format!("  {}  {begin}{}{end}", " ".repeat(labels), " ".repeat(gap))
        } else {
            format!("  {}  {begin}", " ".repeat(labels))
        }];
        for row in &self.rows {
            let mut here = vec![0; track];
            for (_, at) in &row.solved {
                here[column(*at)] += 1;
            }
            let read = row.read.map(column);
            let signs = here.iter().enumerate().map(|(at, n)| match n {
                0 if read == Some(at) => "◇".to_string(),
                0 => "·".to_string(),
                1 => "●".to_string(),
                n => n.to_string(),
            });
            // Ten at once are still one sign.
            let signs = signs.map(|s| {
                if s.len() > 1 && s.is_ascii() {
                    "9".into()
                } else {
                    s
                }
            });
            let label = text::pad(&look.cut(&row.label, labels), labels);
            lines.push(format!("  {label}  {}", signs.collect::<String>()));
        }
        lines.push(String::new());
        let legend = "● an exercise solved, 2 two at about that time, ◇ a lesson read to its end";
        for line in text::wrap(&look.fit(legend), look.width.saturating_sub(2)) {
            lines.push(format!("  {line}"));
        }
        lines.push(String::new());
        for line in text::wrap(&self.summary(), look.width.saturating_sub(2)) {
            lines.push(format!("  {line}"));
        }
        lines.iter().map(|l| look.fit(l)).collect()
    }

    /// The same as a picture, with the name and the day of each sign to point at.
    pub fn svg(&self) -> String {
        let (wide, left, right, top, tall) = (960, 230, 40, 84, 28);
        let foot = top + tall * self.rows.len();
        let height = foot + 76;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{height}\" \
             viewBox=\"0 0 {wide} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"14\">\n\
             <style>\n  .back {{ fill: #fff }}\n  text {{ fill: #222 }}\n  .pale {{ fill: #666 }}\n  \
             .line {{ stroke: #ddd }}\n  .solved {{ fill: #2a7f4f }}\n  .read {{ fill: none; stroke: #b8860b; stroke-width: 2 }}\n  \
             @media (prefers-color-scheme: dark) {{\n    .back {{ fill: #1b1d21 }}\n    text {{ fill: #e4e4e4 }}\n    \
             .pale {{ fill: #9a9a9a }}\n    .line {{ stroke: #3a3d44 }}\n    .solved {{ fill: #5fbf87 }}\n    \
             .read {{ stroke: #e0b84c }}\n  }}\n</style>\n\
             <title>{title}</title>\n\
             <rect class=\"back\" width=\"{wide}\" height=\"{height}\"/>\n\
             <text x=\"24\" y=\"38\" font-size=\"20\" font-weight=\"600\">{title}</text>\n",
            title = escaped(&self.title),
        );
        let (from, to) = self.span().unwrap_or((0, 0));
        let room = (wide - left - right) as f64;
        let x = |at: u64| left as f64 + (at - from) as f64 / (to - from).max(1) as f64 * room;
        if self.span().is_some() {
            out.push_str(&format!(
                "<text class=\"pale\" x=\"{left}\" y=\"{y}\">{}</text>\n\
                 <text class=\"pale\" x=\"{end}\" y=\"{y}\" text-anchor=\"end\">{}</text>\n",
                date(from),
                last_date(from, to),
                y = top - 16,
                end = wide - right,
            ));
        }
        for (n, row) in self.rows.iter().enumerate() {
            let y = top + tall * n + tall / 2;
            out.push_str(&format!(
                "<text x=\"24\" y=\"{}\">{}</text>\n\
                 <line class=\"line\" x1=\"{left}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>\n",
                y + 5,
                escaped(&row.label),
                wide - right,
            ));
            if let Some(at) = row.read {
                out.push_str(&format!(
                    "<path class=\"read\" d=\"M{:.1} {y} l7 -7 l7 7 l-7 7 z\"><title>read to its end, {}</title></path>\n",
                    x(at) - 7.0,
                    date(at),
                ));
            }
            for (name, at) in &row.solved {
                out.push_str(&format!(
                    "<circle class=\"solved\" cx=\"{:.1}\" cy=\"{y}\" r=\"5\"><title>{}, {}</title></circle>\n",
                    x(*at),
                    escaped(name),
                    date(*at),
                ));
            }
        }
        out.push_str(&format!(
            "<circle class=\"solved\" cx=\"30\" cy=\"{y}\" r=\"5\"/><text class=\"pale\" x=\"44\" y=\"{t}\">an exercise solved</text>\n\
             <path class=\"read\" d=\"M190 {y} l7 -7 l7 7 l-7 7 z\"/><text class=\"pale\" x=\"214\" y=\"{t}\">a lesson read to its end</text>\n\
             <text x=\"24\" y=\"{s}\">{}</text>\n</svg>\n",
            escaped(&self.summary()),
            y = foot + 24,
            t = foot + 29,
            s = foot + 58,
        ));
        out
    }
}

/// `2026-01-31`
fn date(at: u64) -> String {
    text::moment(at)[..10].to_string()
}

/// What stands at the end of a way: nothing, where all was done on one day.
fn last_date(from: u64, to: u64) -> String {
    let (first, last) = (date(from), date(to));
    if first == last { String::new() } else { last }
}

fn escaped(s: &str) -> String {
    let s = s.replace('&', "&amp;").replace('<', "&lt;");
    s.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, read: Option<u64>, solved: &[(&str, u64)]) -> Row {
        Row {
            label: label.to_string(),
            read,
            solved: solved.iter().map(|(n, at)| (n.to_string(), *at)).collect(),
            exercises: 3,
        }
    }

    fn way() -> Way {
        Way {
            title: "A way & more".to_string(),
            rows: vec![
                row("1 first", Some(0), &[("a", 10), ("b", 20)]),
                row("2 second", None, &[("c<d", 9 * DAY)]),
            ],
        }
    }

    #[test]
    fn signs_stand_where_it_was_done() {
        assert_eq!(
            way().lines(Look::plain(40)),
            [
                "            1970-01-01        1970-01-10",
                "  1 first   2···························",
                "  2 second  ···························●",
                "",
                "  ● an exercise solved, 2 two at about",
                "  that time, ◇ a lesson read to its end",
                "",
                "  3 of 6 exercises solved, 1 of 2",
                "  lessons read, in 10 days.",
            ]
        );
    }

    #[test]
    fn one_day_stands_there_once() {
        let way = Way {
            rows: vec![row("1 first", Some(0), &[("a", DAY - 1)])],
            ..way()
        };
        let lines = way.lines(Look::plain(60));
        assert_eq!(lines[0].trim(), "1970-01-01");
        assert_eq!(way.svg().matches(">1970-01-01<").count(), 1);
    }

    #[test]
    fn nothing_done_is_a_sentence() {
        let way = Way {
            rows: vec![row("1 first", None, &[])],
            ..way()
        };
        assert_eq!(
            way.lines(Look::plain(80)),
            ["0 of 3 exercises solved, 0 of 1 lesson read: the picture begins with the first."]
        );
        assert!(way.svg().contains("the picture begins"));
    }

    #[test]
    fn a_picture_names_each_sign() {
        let svg = way().svg();
        assert!(svg.contains("<title>A way &amp; more</title>"), "{svg}");
        assert!(svg.contains("<title>c&lt;d, 1970-01-10</title>"), "{svg}");
        assert_eq!(svg.matches("class=\"solved\"").count(), 4);
        assert!(svg.ends_with("</svg>\n"));
    }
}
