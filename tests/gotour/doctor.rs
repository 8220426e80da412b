//! The doctor: each thing that is missing is named with what mends it.

use crate::desk::Desk;

#[test]
fn without_cargo_it_says_where_to_get_it() {
    let desk = Desk::new().var("PATH", "/nowhere");
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.out.contains("✗ cargo: could not be started"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("do: install Rust from https://rustup.rs"),
        "{}",
        ran.out
    );
    // Without cargo a trial build would say the same again.
    assert!(!ran.out.contains("trial build"), "{}", ran.out);
}

#[test]
fn an_old_cargo_is_named_with_the_one_that_is_needed() {
    let desk = Desk::new();
    let bin = desk.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let cargo = bin.join("cargo");
    std::fs::write(&cargo, "#!/bin/sh\necho 'cargo 1.70.0 (old 2023-06-01)'\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let ran = desk.var("PATH", &path).run(&["doctor", "--json"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let json = ran.json();
    let cargo = json
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["what"] == "cargo");
    let cargo = cargo.unwrap();
    assert_eq!(cargo["good"], false);
    assert!(
        cargo["found"].as_str().unwrap().contains("1.70.0"),
        "{cargo}"
    );
    assert_eq!(cargo["do"], "rustup update stable");
}

#[test]
fn through_a_pipe_it_says_that_it_builds() {
    let desk = Desk::new();
    let bin = desk.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let cargo = bin.join("cargo");
    // One that is new enough, and builds nothing.
    std::fs::write(&cargo, "#!/bin/sh\necho 'cargo 1.999.0 (new 2030-01-01)'\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let ran = desk.var("PATH", &path).run(&["doctor"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.starts_with("note: building a small program"),
        "{ran:?}"
    );
    assert!(ran.out.contains("✗ trial build"), "{}", ran.out);
}
