//! The house's own rules, as tests: what matters here and no compiler looks at.
//!
//! Each rule reads the checkout and lists all that breaks it: where, what, and what to do.

mod course;
mod doors;
mod examples;
mod files;
mod glossary;
mod order;
mod reading;
mod unsafety;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The files below `folder`, as paths from the root, in order. A folder that is not there has none.
pub fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(root().join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                // What is built is nobody's to read.
                if entry.file_name() != "target" {
                    folders.push(path);
                }
            } else {
                found.push(path.to_str().unwrap().to_string());
            }
        }
    }
    found.sort();
    found
}

pub fn rust_files(folders: &[&str]) -> Vec<String> {
    folders
        .iter()
        .flat_map(|folder| files_below(folder))
        .filter(|path| path.ends_with(".rs"))
        .collect()
}

/// Where the project's own code stands; exercises and solutions have rules of their own.
pub const CODE: &[&str] = &[
    "src",
    "lessons",
    "runtime/src",
    "runtime/tests",
    "runtime/examples",
    "runtime/benches",
    "tests",
];

/// Whether a file holds tests only: nothing of it is in what a user runs.
pub fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// What breaks a rule.
pub struct Broken {
    rule: &'static str,
    places: Vec<String>,
}

impl Broken {
    pub fn rule(rule: &'static str) -> Self {
        Broken {
            rule,
            places: Vec::new(),
        }
    }

    pub fn at(&mut self, place: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.places.push(format!("{place}: {what}"));
    }
}

/// A rule is judged when all places have been looked at.
impl Drop for Broken {
    fn drop(&mut self) {
        if self.places.is_empty() || std::thread::panicking() {
            return;
        }
        let mut text = format!("{}\n", self.rule);
        for place in &self.places {
            writeln!(text, "  {place}").unwrap();
        }
        panic!("{text}");
    }
}
