//! A workbook whose runtime is built already, and the learner's programs that the tests put into it.

use crate::desk::{Desk, Ran};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The exercise that most tests put their programs into.
pub const NAME: &str = "lost-update";

/// A desk with a workbook in which a check builds one program and not the runtime.
pub fn with_workbook() -> Desk {
    let desk = Desk::new();
    let init = desk.run(&["init"]);
    assert_eq!(init.code, Some(0), "{init:?}");
    runtime_into(&desk.path("workbook"));
    desk
}

/// Puts the built runtime into a workbook.
pub fn runtime_into(book: &Path) {
    let target = Path::new("target/gotour/debug");
    for part in ["deps", ".fingerprint", "build"] {
        copy(
            &built().join("workbook").join(target).join(part),
            &book.join(target).join(part),
        );
    }
}

/// A workbook that is kept from run to run; cargo knows when the runtime has changed.
fn built() -> PathBuf {
    static ONE_AT_A_TIME: Mutex<bool> = Mutex::new(false);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("built");
    let mut ready = ONE_AT_A_TIME.lock().unwrap();
    if !*ready {
        fs::create_dir_all(&dir).unwrap();
        let desk = Desk::at(&dir);
        desk.run(&["init"]);
        fs::write(file(&desk), "fn main() {}\n").unwrap();
        let ran = desk.run(&["run", NAME]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        *ready = true;
    }
    dir
}

/// Copies what cargo wrote, times of change included: it compares them.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        // The programs of that other workbook are none of this one.
        let own = name.to_string_lossy();
        if own.starts_with("workbook-") || own.starts_with("lost_update-") {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if entry.file_type().unwrap().is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
            let changed = entry.metadata().unwrap().modified().unwrap();
            File::options()
                .write(true)
                .open(&to)
                .and_then(|f| f.set_modified(changed))
                .unwrap();
        }
    }
}

/// The learner's file of the exercise.
pub fn file(desk: &Desk) -> PathBuf {
    desk.path("workbook/exercises").join(format!("{NAME}.rs"))
}

pub fn save(desk: &Desk, program: &str) {
    fs::write(file(desk), program).unwrap();
}

/// Saves `program` and checks it.
pub fn check(desk: &Desk, program: &str) -> Ran {
    save(desk, program);
    desk.run(&["check", NAME])
}

/// A program around what `run` gets.
pub fn program(body: &str) -> String {
    format!(
        "use goroutines::prelude::*;\nuse goroutines::println;\n\nfn main() {{\n    run(|| {{\n{body}\n    }});\n}}\n"
    )
}
