//! What the lessons say about Go, asked of Go itself: snippets and programs are run, statements are looked up in its source.
//!
//! `lessons/go.toml` is the list. That every snippet and every left column stands in it is tested always; Go is asked where
//! a `go` of the version of the list is on the PATH. `.ci/run` puts it there, and sets `GOTOUR_ASK_GO`: then there must be one.

use crate::beside::{blocks, code_of, flat, go_and_here};
use crate::desk::output_of;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The module beside Go's library that the lessons name, and what its version is called here.
const SYNC: &str = "golang.org/x/sync";
const NO_VERSION: &str = "v0.0.0";

const LIST: &str = include_str!("../../lessons/go.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The Go that the statements are about: `1.27`.
    go: String,
    program: Vec<Program>,
    statement: Vec<Statement>,
}

/// A program of Go and what it must do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    name: String,
    lesson: String,
    says: String,
    /// `whole`: a file. Otherwise the body of main, and imports are added.
    source: String,
    /// The language version in `go.mod`, where it is not the list's.
    language: Option<String>,
    /// Standard output must be one of these.
    prints: Option<Vec<String>>,
    /// Standard error must hold this.
    complains: Option<String>,
    #[serde(default)]
    exits: i32,
    /// What `go vet` must say.
    vet: Option<Vec<String>>,
    #[serde(default = "once")]
    runs: usize,
    /// Only compiled, not run.
    #[serde(default)]
    compiles_only: bool,
    /// Packages of `golang.org/x/sync` that it imports: Go's own tools bring them along.
    #[serde(default)]
    beside: Vec<String>,
}

/// A statement about Go, and the file of its source that shows it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    lesson: String,
    says: String,
    file: String,
    holds: Vec<String>,
}

fn once() -> usize {
    1
}

fn list() -> List {
    toml::from_str(LIST).unwrap_or_else(|e| panic!("lessons/go.toml: {e}"))
}

/// Every lesson's folder, and its text.
pub fn lessons() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = std::fs::read_dir("lessons")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("lesson.md").exists())
        .map(|p| {
            let name = p.file_name().unwrap().to_str().unwrap().to_string();
            (name, std::fs::read_to_string(p.join("lesson.md")).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn every_snippet_and_every_left_column_is_in_the_list() {
    let list = list();
    let source = |lesson: &str| -> String {
        list.program
            .iter()
            .filter(|p| p.lesson == lesson)
            .map(|p| flat(&p.source))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let mut snippets = 0;
    for (lesson, text) in lessons() {
        let known = source(&lesson);
        for code in blocks(&text, "go") {
            snippets += 1;
            assert!(
                known.contains(&flat(&code)),
                "{lesson}: in no program of lessons/go.toml:\n{code}"
            );
        }
        for [go, _] in go_and_here(&text) {
            for code in code_of(&go) {
                // What stands before an ellipsis.
                let code = flat(code.split('…').next().unwrap_or(&code));
                assert!(
                    known.contains(&code),
                    "{lesson}: in no program of lessons/go.toml: {code}"
                );
            }
        }
        for named in go_files(&text) {
            assert!(
                list.statement
                    .iter()
                    .any(|s| s.lesson == lesson && s.file.starts_with(&named)),
                "{lesson} names {named}, and lessons/go.toml says nothing about it"
            );
        }
    }
    assert!(snippets > 0, "no snippet of Go was found");
}

/// The files of Go's source that a text names.
fn go_files(text: &str) -> Vec<String> {
    code_of(text)
        .into_iter()
        .filter(|c| c.starts_with("src/"))
        .collect()
}

#[test]
fn go_does_what_the_lessons_say() {
    let list = list();
    let Some(go) = Go::find(&list.go) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for program in &list.program {
        if let Err(e) = go.try_program(program, dir.path(), &list.go) {
            wrong.push(format!("{} ({}): {e}", program.name, program.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_source_of_go_holds_what_the_lessons_say() {
    let list = list();
    let Some(go) = Go::find(&list.go) else {
        return;
    };
    let mut wrong = Vec::new();
    for s in &list.statement {
        let path = go.root.join(&s.file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            wrong.push(format!("{}: {} is not there", s.says, s.file));
            continue;
        };
        let text = flat_source(&text);
        for what in &s.holds {
            if !text.contains(&flat_source(what)) {
                wrong.push(format!("{}: {} does not hold `{what}`", s.says, s.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn flat_source(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A Go to ask.
struct Go {
    root: PathBuf,
}

impl Go {
    /// The `go` on the PATH, if it is of that version.
    fn find(version: &str) -> Option<Go> {
        let out = Command::new("go")
            .args(["env", "GOVERSION", "GOROOT"])
            .env("GOTOOLCHAIN", "local")
            .output();
        let text = match out {
            Ok(out) if out.status.success() => String::from_utf8(out.stdout).unwrap(),
            _ => return Go::left_out("there is no go to ask"),
        };
        let mut lines = text.lines();
        let (is, root) = (lines.next()?, lines.next()?);
        if is != format!("go{version}") && !is.starts_with(&format!("go{version}.")) {
            return Go::left_out(&format!("the list is about go{version}, and this is {is}"));
        }
        Some(Go {
            root: PathBuf::from(root),
        })
    }

    fn left_out(why: &str) -> Option<Go> {
        assert!(std::env::var_os("GOTOUR_ASK_GO").is_none(), "{why}");
        eprintln!("left out: {why}");
        None
    }

    fn run(&self, dir: &Path, args: &[&str]) -> Output {
        output_of(
            Command::new("go")
                .args(args)
                .current_dir(dir)
                .stdin(Stdio::null())
                .envs([
                    ("GOTOOLCHAIN", "local"),
                    ("GOPROXY", "off"),
                    ("GOFLAGS", ""),
                ]),
        )
    }

    /// Puts packages of `SYNC` where a module keeps those of others, as Go's own tools have them.
    fn bring(&self, packages: &[String], dir: &Path, language: &str) {
        let mut list = format!("# {SYNC} {NO_VERSION}\n## explicit; go {language}\n");
        for package in packages {
            let to = dir.join("vendor").join(SYNC).join(package);
            std::fs::create_dir_all(&to).unwrap();
            let from = self.root.join("src/cmd/vendor").join(SYNC).join(package);
            for file in std::fs::read_dir(&from).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
            list.push_str(&format!("{SYNC}/{package}\n"));
        }
        std::fs::write(dir.join("vendor/modules.txt"), list).unwrap();
    }

    fn try_program(&self, p: &Program, dir: &Path, version: &str) -> Result<(), String> {
        let dir = dir.join(&p.name);
        std::fs::create_dir(&dir).unwrap();
        let language = p.language.as_deref().unwrap_or(version);
        let mut module = format!("module lesson\n\ngo {language}\n");
        if !p.beside.is_empty() {
            module.push_str(&format!("\nrequire {SYNC} {NO_VERSION}\n"));
            self.bring(&p.beside, &dir, language);
        }
        std::fs::write(dir.join("go.mod"), module).unwrap();
        std::fs::write(dir.join("main.go"), whole(&p.source)).unwrap();

        let built = self.run(&dir, &["build", "-o", "program", "."]);
        if !built.status.success() {
            return Err(format!(
                "it does not compile:\n{}",
                String::from_utf8_lossy(&built.stderr)
            ));
        }
        if let Some(expected) = &p.vet {
            let out = self.run(&dir, &["vet", "."]);
            let said = String::from_utf8_lossy(&out.stderr).into_owned();
            let silent = expected.is_empty() && out.status.success();
            if !silent && (expected.is_empty() || !expected.iter().all(|e| said.contains(e))) {
                return Err(format!("go vet said:\n{said}"));
            }
        }
        if p.compiles_only {
            return Ok(());
        }
        for _ in 0..p.runs {
            let out = output_of(Command::new(dir.join("program")).stdin(Stdio::null()));
            let (printed, complained) = (
                String::from_utf8_lossy(&out.stdout),
                String::from_utf8_lossy(&out.stderr),
            );
            let right = out.status.code() == Some(p.exits)
                && p.prints
                    .as_ref()
                    .is_none_or(|all| all.iter().any(|one| *one == printed))
                && p.complains
                    .as_ref()
                    .is_none_or(|c| complained.contains(c.as_str()));
            if !right {
                return Err(format!("{}\n{printed}{complained}", out.status));
            }
        }
        Ok(())
    }
}

/// The source as a file: a body gets a main around it, and the imports that it uses.
fn whole(source: &str) -> String {
    if source.trim_start().starts_with("package ") {
        return source.to_string();
    }
    let imports: String = ["fmt", "runtime", "runtime/debug", "sync", "time"]
        .into_iter()
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap();
            source.contains(&format!("{name}."))
        })
        .map(|path| format!("import \"{path}\"\n"))
        .collect();
    format!("package main\n\n{imports}\nfunc main() {{\n{source}\n}}\n")
}
