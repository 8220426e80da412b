//! What the library gives away has an example that runs: every public item, method and macro of it.
//!
//! The sources are read as tokens, so that what a macro makes is seen too: there the doc comments stand in the macro. What
//! is exempt, as for rustdoc: implementations of traits, re-exports, fields, variants, aliases, constants, and what is
//! hidden.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Broken, read, rust_files};

/// Public for the tool alone: hidden where `explore/mod.rs` gives them away.
const HIDDEN: &[&str] = &[
    "runtime/src/explore/draw/",
    "runtime/src/explore/story.rs",
    "runtime/src/explore/wire/",
];

/// One public item.
#[derive(Debug, PartialEq)]
struct Item {
    line: usize,
    name: String,
    docs: String,
}

impl Item {
    /// Whether there is an example among its docs that is compiled and run.
    fn has_example(&self) -> bool {
        let mut open = false;
        for line in self.docs.lines() {
            if let Some(info) = line.trim().strip_prefix("```") {
                if !open && matches!(info, "" | "rust" | "should_panic") {
                    return true;
                }
                open = !open;
            }
        }
        false
    }
}

/// What stands before an item.
#[derive(Default)]
struct Before {
    docs: String,
    public: bool,
    hidden: bool,
    exported: bool,
    tests: bool,
}

/// The public items of a file.
fn items(path: &str, text: &str) -> Vec<Item> {
    let tokens = TokenStream::from_str(text).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut found = Vec::new();
    look(tokens, false, &mut found);
    found
}

/// `in_trait`: what stands there is as public as the trait.
fn look(tokens: TokenStream, in_trait: bool, found: &mut Vec<Item>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut before = Before::default();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(p) if p.as_char() == '#' => {
                if let Some(TokenTree::Group(g)) = tokens.peek() {
                    attribute(&g.stream(), &mut before);
                    tokens.next();
                }
            }
            TokenTree::Ident(word) => {
                let kind = word.to_string();
                let next_is_name = matches!(tokens.peek(), Some(TokenTree::Ident(_)));
                match kind.as_str() {
                    "pub" => {
                        let restricted = matches!(tokens.peek(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
                        before.public = !restricted;
                    }
                    // Before a function they change nothing; alone they are a constant or a block.
                    "const" | "unsafe" | "async" | "extern" if next_is_name => {
                        let is_fn = matches!(tokens.peek(), Some(TokenTree::Ident(w)) if ["fn", "unsafe", "extern", "impl", "trait"].contains(&&*w.to_string()));
                        if !is_fn {
                            skip(&mut tokens);
                            before = Before::default();
                        }
                    }
                    "fn" | "struct" | "enum" | "union" | "trait" | "mod" | "impl"
                    | "macro_rules" => {
                        let line = word.span().start().line;
                        let head = skip(&mut tokens);
                        item(
                            &kind,
                            line,
                            head,
                            std::mem::take(&mut before),
                            in_trait,
                            found,
                        );
                    }
                    "use" | "static" | "type" | "let" => {
                        skip(&mut tokens);
                        before = Before::default();
                    }
                    _ => {}
                }
            }
            // What a macro repeats, and its arms.
            TokenTree::Group(g) => {
                if !before.hidden && !before.tests {
                    look(g.stream(), in_trait, found);
                }
                before = Before::default();
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// All up to the end of an item: its braces or its semicolon.
fn skip(tokens: &mut impl Iterator<Item = TokenTree>) -> Vec<TokenTree> {
    let mut all = Vec::new();
    for token in tokens {
        let ends = match &token {
            TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
            TokenTree::Punct(p) => p.as_char() == ';',
            _ => false,
        };
        all.push(token);
        if ends {
            break;
        }
    }
    all
}

fn attribute(tokens: &TokenStream, before: &mut Before) {
    let mut words = tokens.clone().into_iter();
    let first = words.next().map(|t| t.to_string()).unwrap_or_default();
    match first.as_str() {
        "doc" => match words.nth(1) {
            Some(TokenTree::Literal(text)) => {
                let text = text.to_string();
                let text = text.trim_start_matches('r').trim_matches(['#', '"']);
                before.docs.push_str(text);
                before.docs.push('\n');
            }
            // `concat!`, or `(hidden)`: that one has no second token.
            Some(_) => before.docs.push('\n'),
            None => before.hidden |= tokens.to_string().contains("hidden"),
        },
        "macro_export" => before.exported = true,
        "cfg" => before.tests |= tokens.to_string().replace(' ', "") == "cfg(test)",
        _ => {}
    }
}

fn item(
    kind: &str,
    line: usize,
    head: Vec<TokenTree>,
    before: Before,
    in_trait: bool,
    found: &mut Vec<Item>,
) {
    if before.hidden || before.tests {
        return;
    }
    let body = match head.last() {
        Some(TokenTree::Group(g)) => Some(g.stream()),
        _ => None,
    };
    let public = match kind {
        "macro_rules" => before.exported,
        "fn" => before.public || in_trait,
        _ => before.public,
    };
    let name = head
        .iter()
        .take_while(|t| !matches!(t, TokenTree::Group(_)))
        .find(|t| matches!(t, TokenTree::Ident(_)))
        .map(ToString::to_string);
    if public && kind != "impl" && !(kind == "mod" && body.is_none()) {
        found.push(Item {
            line,
            name: format!("{kind} {}", name.unwrap_or_default()),
            docs: before.docs,
        });
    }
    let Some(body) = body else { return };
    match kind {
        "trait" if public => look(body, true, found),
        "mod" if public => look(body, false, found),
        "macro_rules" => look(body, false, found),
        "impl" => {
            let of_a_trait = head
                .iter()
                .any(|t| matches!(t, TokenTree::Ident(w) if w == "for"));
            if !of_a_trait {
                look(body, false, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_public_item_of_the_library_has_an_example() {
    let mut broken = Broken::rule(
        "Every public item of the library has an example that runs, in its doc comment. Without one:",
    );
    let mut n = 0;
    for path in rust_files(&["runtime/src"]) {
        if HIDDEN.iter().any(|hidden| path.starts_with(hidden)) {
            continue;
        }
        let text = read(&path);
        for item in items(&path, &text) {
            n += 1;
            if !item.has_example() {
                broken.at(format!("{path}:{}", item.line), item.name);
            }
        }
    }
    let gives = read("runtime/src/explore/mod.rs");
    for line in ["pub mod wire;", "pub use draw::", "pub use story::"] {
        if gives.contains(line) && !gives.contains(&format!("#[doc(hidden)]\n{line}")) {
            broken.at(
                "runtime/src/explore/mod.rs",
                format!("`{line}` is not hidden"),
            );
        }
    }
    // A reader that finds nothing proves nothing.
    assert!(n > 250, "{n} public items");
}

#[test]
fn every_public_module_of_the_library_opens_with_an_example() {
    let mut broken = Broken::rule(
        "The page of every public module, and the library's own, has an example that runs in its `//!` comment.",
    );
    let mut pages = vec!["runtime/src/lib.rs".to_string()];
    let mut i = 0;
    while i < pages.len() {
        let path = pages[i].clone();
        i += 1;
        let text = read(&path);
        let docs = text
            .lines()
            .filter_map(|l| l.strip_prefix("//!"))
            .map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l)))
            .collect();
        let page = Item {
            line: 1,
            name: String::new(),
            docs,
        };
        if !page.has_example() {
            broken.at(&path, "no example");
        }
        let folder = match path
            .strip_suffix("/lib.rs")
            .or(path.strip_suffix("/mod.rs"))
        {
            Some(folder) => folder.to_string(),
            None => path.trim_end_matches(".rs").to_string(),
        };
        for (before, line) in std::iter::once("").chain(text.lines()).zip(text.lines()) {
            if before == "#[doc(hidden)]" {
                continue;
            }
            let Some(name) = line
                .strip_prefix("pub mod ")
                .and_then(|l| l.strip_suffix(';'))
            else {
                continue;
            };
            let file = format!("{folder}/{name}.rs");
            let exists = super::root().join(&file).exists();
            pages.push(if exists {
                file
            } else {
                format!("{folder}/{name}/mod.rs")
            });
        }
    }
    assert!(pages.len() > 12, "{pages:?}");
}

#[test]
fn what_has_an_example_is_told_from_what_has_none() {
    let text = r#"
        /// A.
        /// ```
        /// x();
        /// ```
        pub fn with() {}
        /// B.
        pub const fn without() { pub fn inner() {} }
        pub(crate) fn ours() {}
        #[doc(hidden)]
        pub fn hidden() {}
        /// ```text
        /// no code
        /// ```
        pub struct S { pub field: u8 }
        impl<T> S { /// ```no_run
            pub fn not_run() {} fn private() {} }
        impl Clone for S { fn clone(&self) {} }
        pub trait T { fn required(); }
        macro_rules! each { ($($t:ident)*) => { $( impl $t { pub fn made() {} } )* } }
        #[macro_export] macro_rules! given { () => {} }
        pub use a::b; pub const C: u8 = 1; pub type A = u8;
        #[cfg(test)] mod tests { pub fn test() {} }
        mod private { pub fn kept() {} }
    "#;
    let found = items("here", text);
    let names: Vec<_> = found.iter().map(|i| i.name.as_str()).collect();
    let all = [
        "fn with",
        "fn without",
        "struct S",
        "fn not_run",
        "trait T",
        "fn required",
        "fn made",
        "macro_rules given",
    ];
    assert_eq!(names, all);
    let with: Vec<_> = found.iter().filter(|i| i.has_example()).collect();
    assert_eq!(with.len(), 1);
    assert_eq!(with[0].name, "fn with");
}
