//! Lines of a learner's file that can be the reason for what a check saw. They are told after it was seen; none of them
//! is a reason to refuse a program.

use super::source::{Kind, Token, tokens};

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The same schedule did something else when it was run again.
    Changes,
    /// The process died, or left in the middle.
    Dies,
    /// A stack was full.
    Overflows,
    /// It did not end.
    Endless,
    /// Goroutines came between each other's steps.
    Between,
}

/// A line, and why it is suspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// From 1.
    pub line: usize,
    /// The line's text.
    pub text: String,
    pub says: String,
}

/// More lines than these are no help.
const MOST: usize = 3;

/// The lines of `text` to look at first.
pub fn suspects(text: &str, about: About) -> Vec<Suspect> {
    let tokens = tokens(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<(usize, String)> = match about {
        About::Changes => changing(&tokens),
        About::Dies => dying(&tokens),
        About::Overflows => recursive(&tokens),
        About::Endless => endless(&tokens),
        About::Between => let_go(&tokens),
    };
    found.dedup_by(|a, b| a.0 == b.0);
    found.truncate(MOST);
    found
        .into_iter()
        .map(|(line, says)| Suspect {
            line,
            text: lines.get(line - 1).unwrap_or(&"").trim_end().to_string(),
            says,
        })
        .collect()
}

fn ident(t: Option<&Token>) -> Option<&str> {
    match &t?.kind {
        Kind::Ident(name) => Some(name),
        _ => None,
    }
}

fn punct(t: Option<&Token>, c: char) -> bool {
    t.is_some_and(|t| matches!(t.kind, Kind::Punct(p, _) if p == c))
}

fn changing(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut order = false;
    for (i, t) in tokens.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| tokens.get(i));
        match &t.kind {
            // `'static` is a lifetime.
            Kind::Ident(word) if word == "static" && !punct(before, '\'') => {
                let name = ident(tokens.get(i + 1)).unwrap_or("it");
                found.push((
                    t.line,
                    format!("`{name}` is a static: what one schedule leaves in it, the next one finds. Make it inside of run."),
                ));
            }
            // Said once: every use of it would be a line.
            Kind::Ident(word) if !order && (word == "HashMap" || word == "HashSet") => {
                order = true;
                let tree = word.replace("Hash", "BTree");
                found.push((
                    t.line,
                    format!("A {word} has another order each time. A {tree} has one."),
                ));
            }
            Kind::Literal(text) if text.contains(":p}") => {
                found.push((t.line, "An address is another one each time.".to_string()))
            }
            _ => {}
        }
    }
    found
}

fn dying(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate() {
        let Kind::Ident(word) = &t.kind else { continue };
        let called = tokens.get(i + 1).is_some_and(|n| n.kind == Kind::Open('('));
        match word.as_str() {
            "exit" | "abort" if called => found.push((
                t.line,
                format!(
                    "`{word}` ends the whole process, with all of its schedules. Return from main."
                ),
            )),
            "unsafe" => found.push((
                t.line,
                "Nobody checks what is unsafe. No exercise needs it.".to_string(),
            )),
            "Drop" if ident(tokens.get(i + 1)) == Some("for") => found.push((
                t.line,
                "A panic inside of a drop, while another panic is on its way, ends the process."
                    .to_string(),
            )),
            _ => {}
        }
    }
    found
}

/// Functions that call themselves.
fn recursive(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate() {
        let (Some("fn"), Some(name)) = (ident(Some(t)), ident(tokens.get(i + 1))) else {
            continue;
        };
        let Some(start) = (i..tokens.len()).find(|&k| tokens[k].kind == Kind::Open('{')) else {
            continue;
        };
        let mut depth = 0_usize;
        for k in start..tokens.len() {
            match &tokens[k].kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                Kind::Ident(word)
                    if word == name
                        && tokens.get(k + 1).is_some_and(|n| n.kind == Kind::Open('(')) =>
                {
                    found.push((
                        tokens[k].line,
                        format!(
                            "`{name}` calls itself here: is there always a call that does not?"
                        ),
                    ));
                    break;
                }
                _ => {}
            }
        }
    }
    found
}

/// Loops that nothing in their first line ends.
fn endless(tokens: &[Token]) -> Vec<(usize, String)> {
    let loops = tokens.iter().enumerate().filter_map(|(i, t)| {
        let opens = || tokens.get(i + 1).is_some_and(|n| n.kind == Kind::Open('{'));
        let says = match ident(Some(t))? {
            "loop" if opens() => {
                "this loop ends only where something in it leaves it: does that happen?"
            }
            "while" => "this loop ends when its condition says so: does anybody make it?",
            _ => return None,
        };
        Some((t.line, says.to_string()))
    });
    loops.collect()
}

/// Locks that are given back in the line that takes them.
fn let_go(tokens: &[Token]) -> Vec<(usize, String)> {
    // The locks of Go's kind, which have no guards.
    let raw = tokens.iter().any(|t| ident(Some(t)) == Some("raw"));
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate() {
        let is = |at: usize, kind: Kind| tokens.get(at).is_some_and(|t| t.kind == kind);
        let called =
            punct(Some(t), '.') && is(i + 2, Kind::Open('(')) && is(i + 3, Kind::Close(')'));
        let method = ident(tokens.get(i + 1)).filter(|_| called);
        let then = ident(tokens.get(i + 5)).filter(|_| punct(tokens.get(i + 4), '.'));
        if let (
            Some("try_lock" | "try_read" | "try_write"),
            Some(looks @ ("is_some" | "is_none")),
        ) = (method, then)
        {
            found.push((
                t.line,
                format!(
                    "`{looks}` only looks: a lock that was got is given back in the same line. Keep it for as long as it is \
                     needed: `if let Some(held) = ...`"
                ),
            ));
            continue;
        }
        if !matches!(method, Some("lock" | "read" | "write")) || !punct(tokens.get(i + 4), ';') {
            continue;
        }
        let starts = tokens[..i].iter().rposition(|t| {
            matches!(t.kind, Kind::Open('{') | Kind::Close('}')) || punct(Some(t), ';')
        });
        let statement = &tokens[starts.map_or(0, |at| at + 1)..i];
        let bare = !raw
            && statement.iter().all(|t| ident(Some(t)) != Some("let"))
            && !statement
                .iter()
                .any(|t| punct(Some(t), '=') || punct(Some(t), '*'));
        let nameless = ident(statement.first()) == Some("let")
            && ident(statement.get(1)) == Some("_")
            && punct(statement.get(2), '=');
        if nameless || bare {
            let what = if nameless {
                "`let _ =` keeps nothing"
            } else {
                "Nobody keeps what is returned"
            };
            found.push((
                t.line,
                format!(
                    "{what}: the lock is given back in the same line. Give the guard a name: \
                     `let _held = ...;`"
                ),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, about: About) -> Vec<usize> {
        suspects(text, about).iter().map(|s| s.line).collect()
    }

    #[test]
    fn a_static_is_one_and_a_lifetime_is_none() {
        let text = "fn f(s: &'static str) {}\nstatic N: Mutex<i32> = Mutex::new(0);\n// static M\n";
        let found = suspects(text, About::Changes);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].line, found[0].text.as_str()),
            (2, "static N: Mutex<i32> = Mutex::new(0);")
        );
        assert!(found[0].says.starts_with("`N` is a static"));
    }

    #[test]
    fn maps_are_said_once_and_addresses_are_seen_in_formats() {
        let text =
            "use std::collections::HashMap;\nlet m: HashMap<i32, i32>;\nprintln!(\"{:p}\", p);\n";
        assert_eq!(lines(text, About::Changes), [1, 3]);
    }

    #[test]
    fn what_ends_a_process_is_found_where_it_is_called() {
        let text = "let exit = 1;\nt::exit(0);\nunsafe { f() }\nimpl Drop for X {}\n";
        assert_eq!(lines(text, About::Dies), [2, 3, 4]);
    }

    #[test]
    fn a_function_that_calls_itself() {
        let text = "fn a() { b(); }\nfn b() -> u64 {\n    if x { 0 } else { b() }\n}\nfn c() {}\nfn d() { c() }\n";
        assert_eq!(lines(text, About::Overflows), [3]);
        assert_eq!(lines("fn", About::Overflows), [0; 0]);
    }

    #[test]
    fn loops_that_may_have_no_end() {
        let text = "fn main() {\n    loop {\n    }\n    while x {}\n    for i in 0..3 {}\n    let r#loop = 1;\n}\n";
        assert_eq!(lines(text, About::Endless), [2, 4]);
    }

    #[test]
    fn a_lock_that_nobody_keeps() {
        let text = "fn f() {\n    let _ = m.lock();\n    a.b.write();\n    let _held = m.lock();\n    \
            *m.lock() = 1;\n    let n = *m.read();\n    drop(m.lock());\n    if x {}\n    m.lock();\n    \
            x = m.lock();\n    s.read(&mut b);\n}\n";
        assert_eq!(lines(text, About::Between), [2, 3, 9]);
        let raw = "let m = raw::Mutex::new();\nm.lock();\nlet _ = other.lock();\n";
        assert_eq!(lines(raw, About::Between), [3]);
        let tried = "while m.try_lock().is_none() {}\nif let Some(g) = m.try_lock() {}\nif m.try_read().is_some() {}\n";
        assert_eq!(lines(tried, About::Between), [1, 3]);
        assert!(
            suspects(tried, About::Between)[0]
                .says
                .starts_with("`is_none` only looks")
        );
    }
}
