//! Looks at a learner's file, token by token, for what a checked program must not use.
//!
//! Comments and strings are no tokens, so they are never read. Names are followed through `use` (groups, `as`,
//! globs) and `extern crate`. The map of imports is one for the whole file: two modules that import different
//! things under one name are both looked up, which can name a line too many and never one too few.
//! A file that does not even split into tokens passes here: the compiler's message about it is better.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::rules::{ALLOWED, IMPORTABLE, RULES};

/// A pattern that one exercise forbids, beside the table of `rules`.
#[derive(Debug, Clone, Copy)]
pub struct Extra<'a> {
    /// An identifier (`gosched`), a path (`time::sleep`), a macro (`select!`) or a method (`.try_lock`).
    pub pattern: &'a str,
    /// What the learner reads.
    pub says: &'a str,
}

/// Something in the file that must not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// The rule's pattern, or the exercise's.
    pub pattern: String,
    /// The whole name as it was resolved: `std::thread::spawn` for `t::spawn` after `use std::thread as t`.
    pub found: String,
    /// What to use instead, or what the exercise says.
    pub advice: String,
    /// True when the exercise forbids it and not the general table.
    pub by_exercise: bool,
    /// That line's text.
    pub text: String,
}

/// The file's tokens; none where it does not split into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    if let Ok(stream) = text.parse::<TokenStream>() {
        flatten(stream, &mut tokens);
    }
    tokens
}

/// How many numbers are asked for at the most.
const NUMBERS: usize = 64;

/// The numbers that have a meaning in the program, as far as they can be seen: those that stand in it, with and without a
/// minus, and the ends of the types.
pub(super) fn numbers(text: &str) -> Vec<i64> {
    let ends = [i64::MIN, i64::MAX, i32::MIN.into(), i32::MAX.into()];
    let mut numbers = ends.to_vec();
    for token in tokens(text) {
        let Kind::Literal(literal) = token.kind else {
            continue;
        };
        let digits = literal.replace('_', "");
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let Ok(number) = digits[..end.unwrap_or(digits.len())].parse::<i64>() else {
            continue;
        };
        for n in [number, -number] {
            if !numbers.contains(&n) {
                numbers.push(n);
            }
        }
    }
    numbers.truncate(NUMBERS);
    numbers
}

/// Everything forbidden in `text`, in the order of the lines.
pub fn scan(text: &str, extras: &[Extra<'_>]) -> Vec<Finding> {
    let tokens = tokens(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut scan = Scan {
        tokens: &tokens,
        lines: &lines,
        extras,
        names: HashMap::new(),
        globs: Vec::new(),
        findings: Vec::new(),
    };
    let uses = scan.collect_uses();
    scan.look_at_uses(&uses);
    scan.look_at_code(&uses.covered);
    let mut findings = scan.findings;
    findings.sort_by_key(|f| (f.line, f.column));
    findings.dedup_by(|a, b| a.line == b.line && a.pattern == b.pattern);
    findings
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident(String),
    /// One character; true when the next one touches it.
    Punct(char, bool),
    Literal(String),
    Open(char),
    Close(char),
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    column: usize,
}

/// One name that a `use` brings in.
struct Leaf {
    path: Vec<String>,
    glob: bool,
    at: usize,
}

struct Scan<'a> {
    tokens: &'a [Token],
    lines: &'a [&'a str],
    extras: &'a [Extra<'a>],
    /// What a name of this file stands for.
    names: HashMap<String, Vec<Vec<String>>>,
    /// The modules of std of which everything is imported.
    globs: Vec<Vec<String>>,
    findings: Vec<Finding>,
}

impl<'a> Scan<'a> {
    fn ident(&self, i: usize) -> Option<&'a str> {
        match &self.tokens.get(i)?.kind {
            Kind::Ident(name) => Some(name),
            _ => None,
        }
    }

    fn punct(&self, i: usize, c: char) -> bool {
        matches!(self.tokens.get(i), Some(t) if matches!(t.kind, Kind::Punct(p, _) if p == c))
    }

    /// `::` at i. The compiler joins the two characters only when they touch.
    fn colons(&self, i: usize) -> bool {
        matches!(
            self.tokens.get(i).map(|t| &t.kind),
            Some(Kind::Punct(':', true))
        ) && self.punct(i + 1, ':')
    }

    fn open(&self, i: usize, c: char) -> bool {
        matches!(self.tokens.get(i), Some(t) if t.kind == Kind::Open(c))
    }

    fn close(&self, i: usize) -> bool {
        matches!(self.tokens.get(i), Some(t) if matches!(t.kind, Kind::Close(_)))
    }

    /// Reads every `use` and `extern crate`; fills the map of names. Gives the leaves and the tokens they cover.
    fn collect_uses(&mut self) -> Uses {
        let mut uses = Uses {
            leaves: Vec::new(),
            covered: vec![false; self.tokens.len()],
        };
        let mut i = 0;
        while i < self.tokens.len() {
            let start = i;
            match self.ident(i) {
                // `impl Trait + use<'a>` is no import: no path follows.
                Some("use")
                    if self.ident(i + 1).is_some()
                        || self.colons(i + 1)
                        || self.open(i + 1, '{') =>
                {
                    i = self.use_tree(i + 1, &[], &mut uses.leaves);
                }
                Some("extern") if self.ident(i + 1) == Some("crate") => {
                    if let Some(name) = self.ident(i + 2) {
                        let path = vec![name.to_string()];
                        let (alias, next) = self.alias(i + 3);
                        self.name(alias.as_deref().unwrap_or(&path[0].clone()), path.clone());
                        uses.leaves.push(Leaf {
                            path,
                            glob: false,
                            at: i + 2,
                        });
                        i = next;
                    } else {
                        i += 2;
                    }
                }
                _ => {
                    i += 1;
                    continue;
                }
            }
            let end = i.min(self.tokens.len());
            uses.covered[start..end].fill(true);
        }
        uses
    }

    fn alias(&self, i: usize) -> (Option<String>, usize) {
        if self.ident(i) == Some("as") {
            (self.ident(i + 1).map(str::to_string), i + 2)
        } else {
            (None, i)
        }
    }

    fn name(&mut self, name: &str, path: Vec<String>) {
        // `use std::thread;` names itself: following it would go round for ever.
        if path.len() > 1 || path[0] != name {
            self.names.entry(name.to_string()).or_default().push(path);
        }
    }

    /// One tree of a `use` from token `i` on; gives the token after it.
    fn use_tree(&mut self, mut i: usize, prefix: &[String], leaves: &mut Vec<Leaf>) -> usize {
        let mut path = prefix.to_vec();
        let mut at = i;
        loop {
            if self.colons(i) {
                i += 2;
            } else if self.open(i, '{') {
                i += 1;
                while i < self.tokens.len() && !self.close(i) {
                    if self.punct(i, ',') {
                        i += 1;
                        continue;
                    }
                    let next = self.use_tree(i, &path, leaves);
                    i = next.max(i + 1);
                }
                return i + 1;
            } else if self.punct(i, '*') {
                if matches!(
                    path.first().map(String::as_str),
                    Some("std" | "core" | "alloc")
                ) {
                    self.globs.push(path.clone());
                }
                path.push("*".to_string());
                leaves.push(Leaf {
                    path,
                    glob: true,
                    at,
                });
                return i + 1;
            } else if let Some(segment) = self.ident(i).filter(|s| *s != "as") {
                at = i;
                // `std::sync::{self}` is `std::sync`.
                if segment != "self" || path.is_empty() {
                    path.push(segment.to_string());
                }
                i += 1;
                if !self.colons(i) {
                    let (alias, next) = self.alias(i);
                    if let Some(last) = path.last().cloned() {
                        self.name(&alias.unwrap_or(last), path.clone());
                        leaves.push(Leaf {
                            path,
                            glob: false,
                            at,
                        });
                    }
                    return next;
                }
            } else {
                return i;
            }
        }
    }

    /// Every full path that a written one may stand for.
    fn resolve(&self, path: &[String]) -> Vec<Vec<String>> {
        let mut done = Vec::new();
        let mut open = vec![(path.to_vec(), 0)];
        let mut left = 256; // a file that names things in circles is not followed for ever
        while let Some((path, depth)) = open.pop() {
            left -= 1;
            if left == 0 {
                break;
            }
            let skip = path
                .iter()
                .take_while(|s| matches!(s.as_str(), "crate" | "self" | "super" | "$crate"))
                .count();
            let path = &path[skip..];
            let Some(first) = path.first() else { continue };
            let aliases = self.names.get(first).map(Vec::as_slice).unwrap_or_default();
            let mut followed = false;
            for alias in aliases {
                // A name that leads to itself (`use time::time`) is followed once.
                if depth < 8 && alias.first() != Some(first) {
                    let mut longer = alias.clone();
                    longer.extend_from_slice(&path[1..]);
                    open.push((longer, depth + 1));
                    followed = true;
                } else if alias.first() == Some(first) && depth == 0 {
                    let mut longer = alias.clone();
                    longer.extend_from_slice(&path[1..]);
                    done.push(longer);
                    followed = true;
                }
            }
            if !followed {
                done.push(path.to_vec());
                done.extend(self.globs.iter().map(|glob| [glob, path].concat()));
            }
        }
        for path in &mut done {
            if matches!(path[0].as_str(), "core" | "alloc") {
                path[0] = "std".to_string();
            }
        }
        done
    }

    fn look_at_uses(&mut self, uses: &Uses) {
        for leaf in &uses.leaves {
            for path in self.resolve(&leaf.path) {
                let whole = path.join("::");
                if leaf.glob && whole == "std::*" {
                    self.find(
                        leaf.at,
                        "std::*",
                        &whole,
                        "import by name what you need of std",
                        false,
                    );
                } else if leaf.glob || !IMPORTABLE.contains(&whole.as_str()) {
                    self.look_up(leaf.at, &path);
                }
            }
            self.extra_paths(leaf.at, &leaf.path);
        }
        for i in (0..self.tokens.len()).filter(|i| uses.covered[*i]) {
            self.extra_ident(i);
        }
    }

    /// Looks at everything but the imports, whose tokens are no paths of the code.
    fn look_at_code(&mut self, covered: &[bool]) {
        let mut i = 0;
        while i < self.tokens.len() {
            if covered[i] {
                i += 1;
                continue;
            }
            self.extra_ident(i);
            let Some(first) = self.ident(i) else {
                i += 1;
                continue;
            };
            self.look_at_forms(i, first);
            let method =
                self.punct(i.wrapping_sub(1), '.') && i > 0 && !self.punct(i.wrapping_sub(2), '.');
            let mut path = vec![first.to_string()];
            let at = i;
            i += 1;
            while self.colons(i) {
                let Some(next) = self.ident(i + 2) else { break };
                path.push(next.to_string());
                self.extra_ident(i + 2);
                i += 3;
            }
            self.look_at_gaps(at, i, &path);
            if self.punct(i, '!') {
                let last = path.last().cloned().unwrap_or_default();
                self.rule_by_pattern(at, &format!("{last}!"));
            }
            if method {
                continue;
            }
            for full in self.resolve(&path) {
                // One segment that stands only for itself is a local name.
                if full.len() > 1 {
                    self.look_up(at, &full);
                    self.extra_paths(at, &full);
                }
            }
        }
    }

    /// Names that a macro puts together: `std::$module` has nothing in it that the table knows, nor has a macro that is
    /// given `std`.
    fn look_at_gaps(&mut self, at: usize, end: usize, path: &[String]) {
        let gap = self.colons(end) && self.punct(end + 2, '$') && self.ident(end + 3).is_some();
        let given = |i: usize| self.punct(i, ',') || self.open(i, '(') || self.open(i, '[');
        let handed_over = path == ["std"]
            && at > 1
            && given(at - 1)
            && (self.punct(end, ',') || self.close(end))
            && (0..self.tokens.len()).any(|i| self.ident(i) == Some("macro_rules"));
        if !(gap || handed_over) {
            return;
        }
        for full in self.resolve(path) {
            let whole = full.join("::");
            let inside = format!("{whole}::");
            // What a rule names already is found as that.
            let known = RULES.iter().any(|r| starts_with(&whole, r.pattern));
            let hides = RULES.iter().any(|r| r.pattern.starts_with(&inside));
            if hides && !known && full[0] == "std" {
                let found = if gap { inside + "$..." } else { whole };
                let advice =
                    "the whole name, written out: a macro that puts it together hides what it is";
                self.find(at, "std::$", &found, advice, false);
                return;
            }
        }
    }

    /// The forms that are no paths: methods, `static mut`, `extern "C"`, `mod file;`.
    fn look_at_forms(&mut self, i: usize, name: &str) {
        if i > 0 && self.punct(i - 1, '.') && self.open(i + 1, '(') {
            self.rule_by_pattern(i, &format!(".{name}"));
        }
        match name {
            "static" if self.ident(i + 1) == Some("mut") => self.rule_by_pattern(i, "static mut"),
            "extern" => {
                let abi = matches!(
                    self.tokens.get(i + 1).map(|t| &t.kind),
                    Some(Kind::Literal(_))
                );
                if self.open(i + 1 + usize::from(abi), '{') {
                    self.rule_by_pattern(i, "extern \"C\"");
                }
            }
            "mod" if self.ident(i + 1).is_some() && self.punct(i + 2, ';') => {
                self.rule_by_pattern(i, "mod file");
            }
            _ => {}
        }
    }

    fn rule_by_pattern(&mut self, at: usize, pattern: &str) {
        if let Some(rule) = RULES.iter().find(|r| r.pattern == pattern) {
            let found = match pattern {
                "mod file" => format!("mod {};", self.ident(at + 1).unwrap_or_default()),
                _ => pattern.to_string(),
            };
            self.find(at, rule.pattern, &found, rule.instead, false);
        }
    }

    /// Looks a full path up in the table; the longest rule that fits speaks.
    fn look_up(&mut self, at: usize, path: &[String]) {
        let whole = path.join("::");
        let clock = path.len() >= 2 && path.ends_with(&["Instant".to_string(), "now".to_string()]);
        let rule = if clock {
            RULES.iter().find(|r| r.pattern == "Instant::now")
        } else if ALLOWED.iter().any(|a| starts_with(&whole, a)) {
            None
        } else {
            RULES
                .iter()
                .filter(|r| starts_with(&whole, r.pattern))
                .max_by_key(|r| r.pattern.len())
        };
        if let Some(rule) = rule {
            self.find(at, rule.pattern, &whole, rule.instead, false);
        }
    }

    /// The exercise's patterns of one word: identifiers, macros, methods.
    fn extra_ident(&mut self, i: usize) {
        let Some(name) = self.ident(i) else { return };
        for extra in self.extras {
            let pattern = extra.pattern.trim();
            let hit = if let Some(word) = pattern.strip_suffix('!') {
                word == name && self.punct(i + 1, '!')
            } else if let Some(word) = pattern.strip_prefix('.') {
                word == name && i > 0 && self.punct(i - 1, '.')
            } else {
                pattern == name
            };
            if hit {
                let found = pattern.to_string();
                self.find(i, pattern, &found, extra.says, true);
            }
        }
    }

    /// The exercise's patterns that are paths: their segments in a row anywhere in the full path.
    fn extra_paths(&mut self, at: usize, path: &[String]) {
        for extra in self.extras {
            let segments: Vec<&str> = extra.pattern.trim().split("::").collect();
            if segments.len() > 1 && path.windows(segments.len()).any(|w| w == segments) {
                self.find(at, extra.pattern.trim(), &path.join("::"), extra.says, true);
            }
        }
    }

    fn find(&mut self, at: usize, pattern: &str, found: &str, advice: &str, by_exercise: bool) {
        let token = &self.tokens[at];
        self.findings.push(Finding {
            line: token.line,
            column: token.column + 1,
            pattern: pattern.to_string(),
            found: found.to_string(),
            advice: advice.to_string(),
            by_exercise,
            text: self
                .lines
                .get(token.line - 1)
                .copied()
                .unwrap_or_default()
                .to_string(),
        });
    }
}

struct Uses {
    leaves: Vec<Leaf>,
    /// For each token, whether it is part of an import.
    covered: Vec<bool>,
}

/// Whether path `whole` is `start` or goes on from it.
pub fn starts_with(whole: &str, start: &str) -> bool {
    whole
        .strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    for tree in stream {
        let mut push = |kind, span: proc_macro2::LineColumn| {
            out.push(Token {
                kind,
                line: span.line,
                column: span.column,
            });
        };
        match tree {
            TokenTree::Ident(ident) => {
                let at = ident.span().start();
                let name = ident.to_string();
                push(Kind::Ident(name.trim_start_matches("r#").to_string()), at);
            }
            TokenTree::Punct(punct) => {
                let joint = punct.spacing() == Spacing::Joint;
                push(Kind::Punct(punct.as_char(), joint), punct.span().start());
            }
            TokenTree::Literal(literal) => {
                push(Kind::Literal(literal.to_string()), literal.span().start())
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    // Only macro expansion makes these, and nothing is expanded here.
                    Delimiter::None => (' ', ' '),
                };
                push(Kind::Open(open), group.span_open().start());
                flatten(group.stream(), out);
                out.push(Token {
                    kind: Kind::Close(close),
                    line: group.span_close().start().line,
                    column: group.span_close().start().column,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
