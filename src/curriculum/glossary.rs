//! The glossary: the terms of a course, what each means, and where it is explained.

use super::{Course, from_toml, not_a_name};
use crate::report::Result;
use serde::Deserialize;

/// A term, as `glossary.toml` has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub term: String,
    pub says: String,
    /// `lesson#heading`
    pub first: String,
    /// Other forms of it.
    #[serde(default)]
    pub r#as: Vec<String>,
    /// For the tests: earlier places that name it and say that it comes later.
    #[serde(default, rename = "ahead")]
    _ahead: Vec<String>,
    /// For the tests: earlier texts use it as an ordinary word.
    #[serde(default, rename = "word")]
    _word: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    #[serde(default)]
    term: Vec<Term>,
}

impl Term {
    /// The lesson's folder and the heading where it is explained.
    pub fn place(&self) -> (&str, &str) {
        self.first.split_once('#').unwrap_or((&self.first, ""))
    }

    /// The term, and what it is called besides.
    pub fn forms(&self) -> impl Iterator<Item = &str> + Clone {
        let others = self.r#as.iter().map(String::as_str);
        std::iter::once(self.term.as_str()).chain(others)
    }
}

impl Course {
    /// The terms, by the alphabet.
    pub fn glossary(&self) -> Result<Vec<Term>> {
        let mut terms: Terms =
            from_toml(self.texts.root, "lessons/glossary.toml", self.texts.terms)?;
        terms.term.sort_by_key(|t| t.term.to_lowercase());
        Ok(terms.term)
    }

    /// A term by one of its forms.
    pub fn find_term(&self, wanted: &str) -> Result<Term> {
        let all = self.glossary()?;
        // As it is written first: `m` and `M` may be two.
        let is = |fold: fn(&str) -> String| {
            let wanted = fold(wanted);
            all.iter()
                .find(|t| t.forms().any(|form| fold(form) == wanted))
        };
        let found = is(str::to_string).or_else(|| is(str::to_lowercase));
        match found {
            Some(term) => Ok(term.clone()),
            None => not_a_name("term", wanted, all.iter().flat_map(Term::forms)),
        }
    }
}
