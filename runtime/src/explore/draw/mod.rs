//! A failing schedule as people read it: which sentence, which table, which lines of the source.

mod layout;
mod race;
mod rows;
mod source;
mod waits;

use std::path::PathBuf;

use super::report::Kind;
use super::story::{Place, Story};
use rows::Rows;
pub(super) use rows::called;
use source::Sources;
pub(super) use waits::ring;

/// How something is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Render {
    /// Columns.
    pub width: usize,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// Where the places' files are found; they are looked for in the folders above it too.
    pub source_root: PathBuf,
    /// What the program is called in the line that says how to see it again; without a name there is no such line.
    pub program: String,
    /// The schedule was asked for by its token: it is one that fails, and need not be the shortest.
    pub replayed: bool,
}

impl Default for Render {
    fn default() -> Self {
        Render {
            width: 99,
            ascii: false,
            source_root: PathBuf::from("."),
            program: String::new(),
            replayed: false,
        }
    }
}

/// What is drawn of a failure beside its story.
pub(crate) struct Told<'a> {
    pub(crate) kind: Kind,
    pub(crate) token: String,
    pub(crate) preemptions: usize,
    pub(crate) steps: usize,
    pub(crate) message: &'a str,
    pub(crate) story: &'a Story,
}

impl Told<'_> {
    /// The body of a report: everything but its first line.
    pub(crate) fn render(&self, o: &Render) -> String {
        let mut sources = Sources::new(&o.source_root);
        let mut out = String::new();
        let p = if self.preemptions == 1 { "" } else { "s" };
        if !self.story.moments.is_empty() {
            let which = if o.replayed {
                "this"
            } else {
                "shortest failing"
            };
            out.push_str(&format!(
                "  {which} schedule: {} preemption{p}, {} steps\n\n",
                self.preemptions, self.steps
            ));
        }
        let waits = match self.kind {
            Kind::Deadlock => waits::deadlock(self.story, &mut sources, o.width),
            Kind::Leak => waits::leak(self.story, &mut sources, o.width),
            Kind::Race => race::race(self.story, &mut sources, o.width),
            Kind::Nondeterminism => wrap(self.message, o.width),
            // The first line is the headline.
            Kind::StepLimit => {
                let rest = self.message.split_once('\n').map_or("", |(_, rest)| rest);
                wrap(rest, o.width)
            }
            _ => String::new(),
        };
        out.push_str(&waits);
        let rows = Rows::of(self.story, &mut sources, Some(self.kind));
        let table = layout::table(&rows, o.width);
        if !table.is_empty() {
            if !waits.is_empty() {
                out.push('\n');
            }
            out.push_str(&table);
        }
        let quotes = layout::quotes(&rows, &mut sources, o.width);
        if !quotes.is_empty() {
            out.push('\n');
            out.push_str(&quotes);
        }
        if !o.program.is_empty() {
            out.push_str(&format!(
                "\n  again: gotour replay {} {}\n",
                o.program, self.token
            ));
        }
        finish(&out, o.ascii)
    }
}

impl Story {
    /// The steps as a table, each goroutine in a column of its own where there is room.
    pub fn table(&self, o: &Render) -> String {
        let mut sources = Sources::new(&o.source_root);
        let rows = Rows::of(self, &mut sources, None);
        finish(&layout::table(&rows, o.width), o.ascii)
    }

    /// What the program calls each thing, by its index, empty where its source does not say; and what it calls what each
    /// step does.
    pub fn names(&self, source_root: &std::path::Path) -> (Vec<String>, Vec<String>) {
        self.in_words(&mut Sources::new(source_root))
    }

    /// The same, where the texts of the files are at hand.
    pub fn names_in(
        &self,
        text_of: impl Fn(&Place) -> Option<String>,
    ) -> (Vec<String>, Vec<String>) {
        let places = self.moments.iter().filter_map(|m| m.place.as_ref());
        self.in_words(&mut Sources::given(places, text_of))
    }

    fn in_words(&self, sources: &mut Sources) -> (Vec<String>, Vec<String>) {
        (rows::names(self, sources), rows::words(self, sources))
    }

    /// When each goroutine ran: a line each, from left to right.
    pub fn lanes(&self, o: &Render) -> String {
        finish(&layout::lanes(self, o.width), o.ascii)
    }
}

/// A text in lines, two columns in.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let room = width.saturating_sub(2).max(20);
    let mut out = String::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                out.push_str(&format!("  {line}\n"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        out.push_str(&format!("  {line}\n"));
    }
    out
}

/// No blanks at line ends; in ASCII if that is wanted.
pub(super) fn finish(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if ascii {
            for c in line.trim_end().chars() {
                match c {
                    '→' => out.push_str("->"),
                    '←' => out.push_str("<-"),
                    '⏸' => out.push_str("||"),
                    '·' => out.push('.'),
                    '─' => out.push('-'),
                    '│' => out.push('|'),
                    '█' => out.push('#'),
                    '…' => out.push_str("..."),
                    '✗' => out.push('x'),
                    c if c.is_ascii() => out.push(c),
                    _ => out.push('?'),
                }
            }
        } else {
            out.push_str(line.trim_end());
        }
        out.push('\n');
    }
    out
}
