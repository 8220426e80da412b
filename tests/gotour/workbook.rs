//! The workbook: where it is found, and that nothing of a learner's is ever lost.

use crate::desk::{Desk, output_of};
use std::fs;
use std::path::Path;

#[test]
fn it_is_found_from_inside_from_beside_and_by_name() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["init", "mine"]).code, Some(0));
    assert!(desk.path("mine/.gotour").is_dir());
    let there = |ran: crate::desk::Ran| ran.json()["workbook"].clone();
    assert_eq!(there(desk.run(&["--json"])), serde_json::Value::Null);
    let mine = desk.path("mine").display().to_string();
    assert_eq!(
        there(desk.run(&["--json", "--workbook", "mine"])),
        serde_json::json!(mine)
    );
    let output = output_of(
        desk.command(&["--json"])
            .current_dir(desk.path("mine/exercises")),
    );
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["workbook"], serde_json::json!(mine));
    let desk = desk.var("GOTOUR_WORKBOOK", "mine");
    assert_eq!(there(desk.run(&["--json"])), serde_json::json!(mine));
    assert_eq!(desk.run(&["hint", "1"]).err, "");
    assert!(!desk.path("workbook").exists());
}

#[test]
fn init_again_changes_nothing_and_says_so() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let before = desk.read("workbook/Cargo.toml");
    let ran = desk.run(&["init"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out.contains("Nothing in it was missing."),
        "{}",
        ran.out
    );
    assert_eq!(desk.read("workbook/Cargo.toml"), before);
}

#[test]
fn init_writes_a_broken_manifest_again_and_keeps_the_learners() {
    let desk = Desk::new();
    desk.run(&["init"]);
    fs::write(desk.path("workbook/Cargo.toml"), "mine").unwrap();
    assert_eq!(desk.run(&["hint", "1"]).err, "");
    assert_eq!(desk.read("workbook/Cargo.toml"), "mine");
    let ran = desk.run(&["init"]);
    let said = ran.flat();
    assert!(
        said.contains("yours is kept as workbook/.gotour/backups/Cargo.1.toml"),
        "{said}"
    );
    assert_eq!(desk.read("workbook/.gotour/backups/Cargo.1.toml"), "mine");
    assert!(desk.read("workbook/Cargo.toml").contains("goroutines"));
}

#[test]
fn progress_that_cannot_be_read_is_set_aside_and_named() {
    let desk = Desk::new();
    desk.run(&["hint", "1"]);
    let file = desk.path("workbook/.gotour/progress.json");
    for (n, content) in [(1, "{ half"), (2, "{\"version\": 99}")] {
        fs::write(&file, content).unwrap();
        let ran = desk.run(&["hint", "1"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let copy = format!("progress.{n}.json");
        assert!(ran.err.contains(&copy), "{}", ran.err);
        assert_eq!(desk.read(&format!("workbook/.gotour/{copy}")), content);
        // The new one is whole.
        let json: serde_json::Value =
            serde_json::from_str(&desk.read("workbook/.gotour/progress.json")).unwrap();
        assert_eq!(json["version"], 1);
    }
}

#[test]
fn many_at_once_lose_nothing_of_each_other() {
    let desk = Desk::new();
    desk.run(&["init"]);
    for level in 1..=3 {
        let children: Vec<_> = (1..=9)
            .map(|n| {
                desk.command(&["hint", &n.to_string()])
                    .stdout(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success());
        }
        let list = desk.run(&["list", "--json"]).json();
        let hints = list["lessons"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|l| l["exercises"].as_array().unwrap())
            .take(9)
            .map(|e| e["hints"].as_u64().unwrap());
        assert_eq!(hints.collect::<Vec<_>>(), [level; 9]);
    }
}

#[test]
fn cargo_takes_the_lock_as_it_is() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline"])
        .current_dir(desk.path("workbook"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn what_is_no_file_is_set_aside_by_a_reset() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let file = desk.path("workbook/exercises/lost-update.rs");
    let shipped = desk.read("workbook/exercises/lost-update.rs");
    let aside = |n: u32| desk.path(format!("workbook/.gotour/backups/lost-update.{n}.rs"));
    let reset = |n: u32| {
        let ran = desk.run(&["reset", "1"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains(&format!("lost-update.{n}.rs")), "{ran:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), shipped);
    };
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    fs::write(file.join("mine.rs"), "mine").unwrap();
    reset(1);
    assert_eq!(
        fs::read_to_string(aside(1).join("mine.rs")).unwrap(),
        "mine"
    );
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("nowhere.rs", &file).unwrap();
    reset(2);
    assert_eq!(fs::read_link(aside(2)).unwrap(), Path::new("nowhere.rs"));
    // Nobody writes into this pipe: who reads it waits for ever.
    fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file).status();
    assert!(made.unwrap().success());
    let ran = desk.run(&["check", "1"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.flat().contains("gotour reset lost-update"), "{ran:?}");
    reset(3);
}

#[test]
fn what_a_link_leads_to_is_written_and_the_link_stays() {
    let desk = Desk::new();
    desk.run(&["hint", "1"]);
    for (name, kept) in [
        ("workbook/.gotour/progress.json", "progress.json"),
        ("workbook/exercises/lost-update.rs", "mine.rs"),
    ] {
        fs::rename(desk.path(name), desk.path(kept)).unwrap();
        std::os::unix::fs::symlink(desk.path(kept), desk.path(name)).unwrap();
    }
    fs::write(desk.path("mine.rs"), "mine").unwrap();
    assert_eq!(desk.run(&["hint", "1"]).code, Some(0));
    assert_eq!(desk.run(&["reset", "1"]).code, Some(0));
    for name in [
        "workbook/.gotour/progress.json",
        "workbook/exercises/lost-update.rs",
    ] {
        assert!(desk.path(name).is_symlink(), "{name}");
    }
    assert!(desk.read("progress.json").contains("\"hints\": 2"));
    assert!(desk.read("mine.rs").contains("fn main"));
    assert_eq!(
        desk.read("workbook/.gotour/backups/lost-update.1.rs"),
        "mine"
    );
}

#[test]
fn no_half_of_a_file_is_left_where_the_disk_is_full() {
    let desk = Desk::new();
    // 512 bytes a file: the signal that says so is not for gotour.
    let full = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} init",
        crate::desk::GOTOUR
    );
    let mut shell = std::process::Command::new("sh");
    let output = output_of(shell.args(["-c", &full]).current_dir(desk.path("")));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(desk.run(&["init"]).code, Some(0));
    let first = desk.read("workbook/exercises/lost-update.rs");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/lost-update/start.rs");
    assert_eq!(first, fs::read_to_string(shipped).unwrap());
}

/// After an update, rustc has put parts of the old runtime and the new one together, which never linked again.
#[test]
fn the_runtime_is_built_whole_and_the_programs_piece_by_piece() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let manifest: toml::Table = toml::from_str(&desk.read("workbook/Cargo.toml")).unwrap();
    let dev = &manifest["profile"]["dev"];
    assert_eq!(
        dev["package"]["*"]["incremental"].as_bool(),
        Some(false),
        "{dev}"
    );
    assert!(dev.get("incremental").is_none(), "{dev}");
}
