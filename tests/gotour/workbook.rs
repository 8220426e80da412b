//! The workbook: where it is found, and that nothing of a learner's is ever lost.

use crate::desk::{Desk, output_of};
use std::fs;

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
