//! Reads the program's source, where it can be read: lines to quote, and what an object is called there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::explore::story::Place;

/// Files that were looked for.
pub(super) struct Sources {
    root: PathBuf,
    files: BTreeMap<String, Option<Vec<String>>>,
}

/// What an expression can begin with that is no name.
const KEYWORDS: [&str; 7] = ["for", "if", "let", "loop", "match", "return", "while"];

/// No longer than this are the methods whose names say more than that of their operation.
const SHORT: usize = 8;

/// No longer than this are names shown.
const LONGEST: usize = 14;

impl Sources {
    pub(super) fn new(root: &Path) -> Sources {
        Sources {
            root: root.canonicalize().unwrap_or_else(|_| root.to_path_buf()),
            files: BTreeMap::new(),
        }
    }

    /// The files of these places, and no others.
    pub(super) fn given<'a>(
        places: impl Iterator<Item = &'a Place>,
        text_of: impl Fn(&Place) -> Option<String>,
    ) -> Sources {
        let mut files = BTreeMap::new();
        for p in places {
            files.entry(p.file.clone()).or_insert_with(|| {
                let text = text_of(p)?;
                Some(text.lines().map(str::to_string).collect())
            });
        }
        Sources {
            root: PathBuf::new(),
            files,
        }
    }

    /// A line of the program, without its indentation.
    pub(super) fn line(&mut self, p: &Place) -> Option<&str> {
        let root = &self.root;
        let file = self.files.entry(p.file.clone()).or_insert_with(|| {
            // The compiler names files from the workspace's folder on, a test runs in its package's.
            let text = root
                .ancestors()
                .find_map(|dir| std::fs::read_to_string(dir.join(&p.file)).ok())?;
            Some(text.lines().map(str::to_string).collect())
        });
        file.as_ref()?
            .get(p.line as usize - 1)
            .map(|l| l.trim_end())
    }

    /// What the object is called on which the call at `p` is made: `counter.n` of `counter.n.get()`.
    pub(super) fn receiver(&mut self, p: &Place) -> Option<String> {
        let line = self.line(p)?;
        let at = line
            .char_indices()
            .nth(p.column as usize - 1)
            .map(|(i, _)| i)?;
        let (before, after) = line.split_at(at);
        let name = match before.strip_suffix('.') {
            Some(before) if starts_a_word(after) => &before[path_before(before)..],
            // `for v in &ch`: the place is that of the expression itself, or of the loop where the expression is a temporary.
            _ => {
                let head = after.strip_prefix("for ");
                let head = head.and_then(|head| head.split_once(" in "));
                let expression = head.map_or(after, |(_, expression)| expression);
                let expression = expression.trim_start_matches(['&', '*']).trim_start();
                let end = expression
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
                    .unwrap_or(expression.len());
                match expression[end..].chars().next() {
                    Some('(' | '!' | ':') => return None,
                    _ => expression[..end].trim_end_matches('.'),
                }
            }
        };
        let name = name.trim_start_matches("self.");
        let is_none = name.starts_with(|c: char| c.is_ascii_digit()) || KEYWORDS.contains(&name);
        if name.is_empty() || is_none {
            return None;
        }
        Some(if name.chars().count() <= LONGEST {
            name.to_string()
        } else {
            let last = name.rsplit(['.', ':']).next().unwrap_or(name);
            match last.chars().count() <= LONGEST {
                true => last.to_string(),
                false => last.chars().take(LONGEST - 1).chain(['…']).collect(),
            }
        })
    }

    /// The first name that is bound to what the call at `p` gives: `ctx` of `let (ctx, cancel) = context::with_cancel(…)`.
    pub(super) fn bound_first(&mut self, p: &Place) -> Option<String> {
        let line = self.line(p)?;
        let (at, _) = line.char_indices().nth(p.column as usize - 1)?;
        let before = line[..at].trim_end().strip_suffix('=')?.trim_start();
        let pattern = before.strip_prefix("let ")?.trim_start_matches(['(', ' ']);
        let pattern = pattern.strip_prefix("mut ").unwrap_or(pattern);
        let name = pattern.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let name = name.take(1).find(|n| starts_a_word(n) && *n != "_")?;
        Some(name.chars().take(LONGEST).collect())
    }

    /// The method that is called at `p`, if its name is short enough to be shown.
    pub(super) fn method(&mut self, p: &Place) -> Option<String> {
        let line = self.line(p)?;
        let (at, _) = line.char_indices().nth(p.column as usize - 1)?;
        let (before, after) = line.split_at(at);
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let called = before.ends_with('.') && after[end..].starts_with('(');
        (called && end > 0 && end <= SHORT).then(|| after[..end].to_string())
    }
}

fn starts_a_word(s: &str) -> bool {
    s.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Where the path begins that ends at the end of `s`: names, fields, indices, calls.
fn path_before(s: &str) -> usize {
    let mut depth = 0usize;
    let mut start = s.len();
    for (i, c) in s.char_indices().rev() {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || matches!(c, '_' | '.' | ':') => {}
            _ => break,
        }
        start = i;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_in(line: &str, at: &str) -> Option<String> {
        let mut s = Sources::new(Path::new("/nowhere"));
        s.files.insert("x".into(), Some(vec![line.into()]));
        let column = line[..line.find(at).expect("it is there")].chars().count() as u32 + 1;
        s.receiver(&Place {
            file: "x".into(),
            line: 1,
            column,
        })
    }

    #[test]
    fn the_receiver_is_what_stands_before_the_dot() {
        let name = |line, at| name_in(line, at).unwrap_or_default();
        assert_eq!(name("    let v = n.get();", "get"), "n");
        assert_eq!(name("counter.n.set(seen + 1);", "set"), "counter.n");
        assert_eq!(name("self.n.set(1)", "set"), "n");
        assert_eq!(name("let x = f(a.0.lock(), b)", "lock"), "a.0");
        assert_eq!(name("*forks[i].lock() = 1", "lock"), "forks[i]");
        assert_eq!(name("table.left(i).lock()", "lock"), "table.left(i)");
        assert_eq!(name("for v in &ch {", "&ch"), "ch");
        assert_eq!(name("for v in results {", "results"), "results");
        assert_eq!(name("for v in &*results {", "for"), "results");
        assert_eq!(name("ä.get()", "get"), "ä");
    }

    #[test]
    fn the_method_is_what_stands_behind_the_dot() {
        let method = |line: &str, at: &str| {
            let mut s = Sources::new(Path::new("/nowhere"));
            s.files.insert("x".into(), Some(vec![line.into()]));
            let column = line[..line.find(at).expect("it is there")].chars().count() as u32 + 1;
            let file = "x".into();
            let line = 1;
            s.method(&Place { file, line, column })
        };
        assert_eq!(method("let b = pool.get();", "get").as_deref(), Some("get"));
        assert_eq!(method("n.compare_and_swap(0, 1)", "compare"), None);
        assert_eq!(method("time::sleep(d);", "time"), None);
        assert_eq!(method("for v in &ch {", "&ch"), None);
    }

    #[test]
    fn what_is_bound_stands_behind_the_let() {
        let bound = |line: &str| {
            let mut s = Sources::new(Path::new("/nowhere"));
            s.files.insert("x".into(), Some(vec![line.into()]));
            let at = line.find("context::").expect("it is there");
            let column = line[..at].chars().count() as u32 + 1;
            let file = "x".into();
            s.bound_first(&Place {
                file,
                line: 1,
                column,
            })
        };
        let name = |line: &str| bound(line).unwrap_or_default();
        assert_eq!(
            name("  let (ctx, cancel) = context::with_cancel(&up);"),
            "ctx"
        );
        assert_eq!(name("let (mut c, _) = context::with_timeout(&up, d);"), "c");
        assert_eq!(name("let pair = context::with_cancel(&up);"), "pair");
        assert_eq!(bound("let (_, cancel) = context::with_cancel(&up);"), None);
        assert_eq!(bound("both = context::with_cancel(&up);"), None);
        assert_eq!(bound("let c = f(context::with_cancel(&up));"), None);
    }

    #[test]
    fn where_there_is_none_there_is_none() {
        assert_eq!(name_in("go(move || {", "go"), None);
        assert_eq!(name_in("println!(\"{}\", 1);", "println"), None);
        assert_eq!(name_in("time::sleep(d);", "time"), None);
        assert_eq!(name_in("go!({ x });", "go"), None);
        assert_eq!(name_in("for n in &merge(a, b) {", "for"), None);
        assert_eq!(name_in("match f() {", "match"), None);
    }
}
