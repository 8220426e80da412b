//! Rust files as words: comments are gone, strings are one word, and what only tests compile can be left out.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::str::FromStr as _;

/// One word of a program: an identifier, a literal, `::`, a bracket, or one sign.
#[derive(Debug)]
pub struct Word {
    pub text: String,
    pub line: usize,
    /// A string or number: never a name.
    pub literal: bool,
}

pub struct Words(pub Vec<Word>);

impl Words {
    /// All of a file.
    pub fn of(path: &str, text: &str) -> Words {
        let mut words = Vec::new();
        flatten(parse(path, text), &mut words);
        Words(words)
    }

    /// A file without its `#[cfg(test)]` items.
    pub fn without_tests(path: &str, text: &str) -> Words {
        let mut words = Vec::new();
        flatten(drop_tests(parse(path, text)), &mut words);
        Words(words)
    }

    /// The lines on which `pattern` stands, word by word.
    pub fn find(&self, pattern: &[&str]) -> Vec<usize> {
        self.0
            .windows(pattern.len())
            .filter(|w| {
                w.iter()
                    .zip(pattern)
                    .all(|(w, p)| !w.literal && w.text == *p)
            })
            .map(|w| w[0].line)
            .collect()
    }

    pub fn text(&self, i: usize) -> &str {
        match self.0.get(i) {
            Some(w) if !w.literal => &w.text,
            _ => "",
        }
    }

    /// The first names behind a `::` that ends at `i`: `a` in `a::b`, `a` and `c` in `{a::b, c}`.
    pub fn heads(&self, i: usize) -> Vec<(String, usize)> {
        let Some(first) = self.0.get(i) else {
            return Vec::new();
        };
        if first.text != "{" {
            return vec![(first.text.clone(), first.line)];
        }
        let mut heads = Vec::new();
        let mut depth = 0;
        let mut at_start = true;
        for word in &self.0[i..] {
            match word.text.as_str() {
                "{" => {
                    depth += 1;
                    at_start = depth == 1;
                }
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                "," => at_start = depth == 1,
                _ if at_start => {
                    heads.push((word.text.clone(), word.line));
                    at_start = false;
                }
                _ => {}
            }
        }
        heads
    }
}

fn parse(path: &str, text: &str) -> TokenStream {
    TokenStream::from_str(text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn flatten(tokens: TokenStream, words: &mut Vec<Word>) {
    let mut tokens = tokens.into_iter().peekable();
    let push = |text: String, line: usize, literal: bool, words: &mut Vec<Word>| {
        words.push(Word {
            text,
            line,
            literal,
        });
    };
    while let Some(token) = tokens.next() {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(g) => {
                let (open, close) = match g.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::None => ("", ""),
                };
                let end = g.span_close().start().line;
                push(open.into(), line, false, words);
                flatten(g.stream(), words);
                push(close.into(), end, false, words);
            }
            TokenTree::Ident(name) => push(name.to_string(), line, false, words),
            TokenTree::Literal(l) => push(l.to_string(), line, true, words),
            TokenTree::Punct(p) => {
                if p.as_char() == ':'
                    && p.spacing() == Spacing::Joint
                    && matches!(tokens.peek(), Some(TokenTree::Punct(q)) if q.as_char() == ':')
                {
                    tokens.next();
                    push("::".into(), line, false, words);
                } else {
                    push(p.as_char().to_string(), line, false, words);
                }
            }
        }
    }
}

/// Leaves out every item behind `#[cfg(test)]`, to its closing brace or its semicolon.
fn drop_tests(tokens: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_attribute = matches!(&token, TokenTree::Punct(p) if p.as_char() == '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(g)) if g.stream().to_string().replace(' ', "") == "cfg(test)");
        if is_attribute {
            let mut to_semicolon = false;
            for token in tokens.by_ref() {
                match &token {
                    TokenTree::Punct(p) if p.as_char() == ';' => break,
                    TokenTree::Group(g) if g.delimiter() == Delimiter::Brace && !to_semicolon => {
                        break;
                    }
                    TokenTree::Ident(name) => {
                        // Braces inside these do not end them.
                        to_semicolon |=
                            ["use", "static", "let", "type"].contains(&&*name.to_string());
                    }
                    _ => {}
                }
            }
        } else if let TokenTree::Group(g) = token {
            let mut inner = proc_macro2::Group::new(g.delimiter(), drop_tests(g.stream()));
            inner.set_span(g.span());
            kept.push(TokenTree::Group(inner));
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

#[test]
fn what_only_tests_compile_is_left_out() {
    let text = "use a::b;\n#[cfg(test)]\nuse x::{y};\n#[cfg(test)]\nmod t { fn f() { x::z() } }\nfn g() { /* x */ \"x::w\"; }\n";
    let words = Words::without_tests("here", text);
    assert_eq!(words.find(&["x"]), [0; 0]);
    assert_eq!(words.find(&["g", "("]), [6]);
    assert_eq!(Words::of("here", text).find(&["x", "::"]), [3, 5]);
}

#[test]
fn the_first_names_of_a_path_are_found() {
    let words = Words::of("here", "use crate::{a::{b, c}, d, e::f as g};");
    let heads: Vec<String> = words.heads(3).into_iter().map(|(name, _)| name).collect();
    assert_eq!(heads, ["a", "d", "e"]);
}
