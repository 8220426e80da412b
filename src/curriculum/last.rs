//! The ends of things: what is said after an exercise, what is kept of a lesson, and the page after the last one.

use super::{Course, Exercise, Lesson};

/// A piece of the last page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    Text(&'static str),
    /// `@learned`: what is to be remembered of each lesson.
    Learned,
    /// `@timeline`: the learner's own way.
    Way,
}

impl Last {
    /// What a line of `end.md` asks for, if it is a directive.
    pub fn directive(line: &str) -> Option<Last> {
        match line.trim_end() {
            "@learned" => Some(Last::Learned),
            "@timeline" => Some(Last::Way),
            _ => None,
        }
    }
}

/// What `why.md` says, in its three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Afterword {
    pub why: &'static str,
    pub others: &'static str,
    pub then: &'static str,
}

/// How the two later parts of a `why.md` begin.
pub const OTHERS: &str = "**What else would have done it**";
pub const THEN: &str = "**Try this:**";

impl Exercise {
    /// Why the solution works, what else would have, and one thing to try.
    pub fn afterword(&self) -> Afterword {
        let (rest, then) = self.why.split_once(THEN).unwrap_or((self.why, ""));
        let (why, others) = rest.split_once(OTHERS).unwrap_or((rest, ""));
        Afterword {
            why: why.trim(),
            others: others.trim(),
            then: then.trim(),
        }
    }
}

impl Lesson {
    /// The first thing under `What to remember`, on one line.
    fn first_thing(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("\n## What to remember\n")?;
        let mut lines = rest.lines().skip_while(|l| !l.starts_with("- "));
        let mut thing = lines.next()?.strip_prefix("- ")?.trim().to_string();
        for line in lines.take_while(|l| l.starts_with("  ")) {
            thing.push(' ');
            thing.push_str(line.trim());
        }
        Some(thing)
    }
}

impl Course {
    /// A thing to remember of each lesson, as a list in Markdown.
    pub fn learned(&self) -> String {
        let things = self
            .lessons
            .iter()
            .map(|lesson| match lesson.first_thing() {
                Some(thing) => format!("- **{}.** {thing}\n", lesson.title),
                None => format!("- **{}**\n", lesson.title),
            });
        things.collect()
    }

    /// The page after the last lesson. A course without one gets what all of them have.
    pub fn last_page(&self) -> Vec<Last> {
        if self.texts.end.trim().is_empty() {
            return vec![
                Last::Text("# The end of the course\n\nYou have read and solved all of it."),
                Last::Learned,
                Last::Way,
            ];
        }
        let mut parts = Vec::new();
        let mut put = |text: &'static str, part: Option<Last>| {
            if !text.trim().is_empty() {
                parts.push(Last::Text(text.trim_matches('\n')));
            }
            parts.extend(part);
        };
        let (text, mut from, mut at) = (self.texts.end, 0, 0);
        for line in text.split_inclusive('\n') {
            let after = at + line.len();
            if let Some(part) = Last::directive(line) {
                put(&text[from..at], Some(part));
                from = after;
            }
            at = after;
        }
        put(&text[from..], None);
        parts
    }
}
