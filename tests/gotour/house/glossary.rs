//! The glossary: every term that a lesson marks has its row, and each row's term is explained where it first stands.

use super::{Broken, read};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Glossary {
    term: Vec<Term>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    term: String,
    says: String,
    first: String,
    #[serde(default)]
    r#as: Vec<String>,
    #[serde(default)]
    ahead: Vec<String>,
    #[serde(default)]
    word: bool,
}

impl Term {
    fn forms(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.term).chain(&self.r#as)
    }
}

/// What stands below one heading of a lesson, without code and directives, on one line.
struct Section {
    /// `lesson#heading`
    place: String,
    text: String,
}

impl Section {
    /// What is in bold here. What is said often, and wrong, stands in bold too, in quotation marks: that is no term.
    fn marked(&self) -> Vec<&str> {
        let pieces = self.text.split("**").enumerate();
        let bold = pieces.filter(|(n, _)| n % 2 == 1).map(|(_, bold)| bold);
        bold.filter(|b| !b.starts_with('"')).collect()
    }

    /// Whether a form of a term stands here as a word.
    fn names(&self, form: &str) -> bool {
        let text = self.text.replace('*', "");
        let joins = |c: char| c.is_alphanumeric() || c == '-' || c == ':';
        // One letter is a name only as a capital.
        let (text, form) = match form.len() {
            1 => (text, form.to_string()),
            _ => (text.to_lowercase(), form.to_lowercase()),
        };
        text.match_indices(&form).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let mut after = text[at + form.len()..].chars();
            let after = after.next().filter(|c| *c != ':').into_iter();
            !before.is_some_and(joins) && !after.into_iter().any(joins)
        })
    }
}

/// All sections of the course, in its order.
fn sections() -> Vec<Section> {
    let mut all = Vec::new();
    for (folder, text) in crate::go::lessons() {
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            if fenced {
                continue;
            }
            if let Some(heading) = line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
                all.push(Section {
                    place: format!("{folder}#{heading}"),
                    text: format!("{heading} "),
                });
            } else if !line.starts_with('@') && !line.starts_with("```") {
                let section: &mut Section = all.last_mut().expect("a lesson begins with its title");
                section.text.push_str(line.trim());
                section.text.push(' ');
            }
        }
    }
    for section in &mut all {
        let pieces = section.text.split('`').enumerate();
        section.text = pieces.filter(|(n, _)| n % 2 == 0).map(|(_, s)| s).collect();
    }
    all
}

fn glossary() -> Vec<Term> {
    let glossary: Glossary =
        toml::from_str(&read("lessons/glossary.toml")).unwrap_or_else(|e| panic!("{e}"));
    glossary.term
}

#[test]
fn every_term_that_is_marked_has_its_row() {
    let mut broken = Broken::rule(
        "A term stands in bold where it is explained, and lessons/glossary.toml has a row for it: what it means in a \
         sentence or two, and the place. (What is said often, and wrong, stands in bold and in quotation marks.)",
    );
    let terms = glossary();
    let known = |marked: &str| {
        let marked = marked.to_lowercase();
        terms
            .iter()
            .flat_map(Term::forms)
            .any(|form| form.to_lowercase() == marked)
    };
    for section in sections() {
        for marked in section.marked().into_iter().filter(|m| !known(m)) {
            broken.at(&section.place, format!("`{marked}` has no row"));
        }
    }
}

#[test]
fn every_row_names_the_place_where_its_term_first_stands() {
    let mut broken = Broken::rule(
        "A row of lessons/glossary.toml names the place (lesson#heading) where its term is explained: it stands there in \
         bold, and nowhere before; where an earlier text has to name it, that text says where it comes, and the row \
         lists it under `ahead`. An ordinary word has `word = true`. The rows stand in the order of their places.",
    );
    let sections = sections();
    let mut forms = BTreeMap::new();
    let mut last = 0;
    for term in glossary() {
        for form in term.forms() {
            // G and g are two; so are Once and once, which no two rows have.
            if let Some(other) = forms.insert(form.clone(), term.term.clone()) {
                broken.at(&term.term, format!("`{form}` is a form of `{other}` too"));
            }
        }
        let says = term.says.trim();
        if !says.ends_with('.') || says.len() > 200 {
            broken.at(&term.term, "it says a sentence or two, at most 200 letters");
        }
        let Some(at) = sections.iter().position(|s| s.place == term.first) else {
            broken.at(&term.term, format!("there is no {}", term.first));
            continue;
        };
        if at < last {
            broken.at(&term.term, "stands after a row whose place comes later");
        }
        last = at;
        let marks = |s: &Section| {
            let is = |m: &&str| term.forms().any(|f| f.to_lowercase() == m.to_lowercase());
            s.marked().iter().any(is)
        };
        if !marks(&sections[at]) {
            broken.at(&term.term, format!("is not in bold in {}", term.first));
        }
        for ahead in &term.ahead {
            if !sections[..at].iter().any(|s| s.place == *ahead) {
                broken.at(&term.term, format!("there is no {ahead} before it"));
            }
        }
        for section in &sections[..at] {
            if marks(section) {
                broken.at(&term.term, format!("is in bold in {}", section.place));
            } else if !term.word && !term.ahead.contains(&section.place) {
                for form in term.forms().filter(|form| section.names(form)) {
                    broken.at(&term.term, format!("{} says `{form}`", section.place));
                }
            }
        }
    }
}
