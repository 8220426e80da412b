//! `gotour book`: what is written, that it is the same each time, and that nothing is overwritten.

use crate::desk::Desk;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// All files below a folder, and what is in them.
fn files(of: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![of.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(of).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_source_of_the_book_holds_the_whole_course() {
    let desk = Desk::new();
    let said = desk.run(&["book", "one", "--source", "--json"]).json();
    assert_eq!(desk.run(&["book", "two", "--source"]).code, Some(0));
    let (one, two) = (files(&desk.path("one")), files(&desk.path("two")));
    assert_eq!(one, two, "the book is not the same each time");
    let list = desk.run(&["list", "--json"]).json();
    let mut pages = 3;
    for lesson in list["lessons"].as_array().unwrap() {
        let name = format!(
            "src/{:02}-{}.md",
            lesson["number"].as_u64().unwrap(),
            lesson["name"].as_str().unwrap()
        );
        let text = &one[&name];
        assert!(!text.lines().any(|l| l.starts_with('@')), "{name}: {text}");
        assert!(
            text.contains("<figure><img src=\"pictures/"),
            "{name}: no picture"
        );
        assert!(
            text.contains("<details><summary>Answers</summary>"),
            "{name}"
        );
        pages += 1;
        for e in lesson["exercises"].as_array().unwrap() {
            let text = &one[&format!("src/exercises/{}.md", e["name"].as_str().unwrap())];
            for n in 1..=3 {
                assert!(text.contains(&format!("<details><summary>Hint {n}</summary>")));
            }
            assert!(text.contains("**What else would have done it**"), "{text}");
            pages += 1;
        }
    }
    assert_eq!(said["pages"], pages);
    let pictures: Vec<_> = one.keys().filter(|k| k.ends_with(".svg")).collect();
    assert_eq!(said["pictures"], pictures.len());
    for picture in pictures {
        let svg = &one[picture];
        assert!(svg.matches("<text ").count() > 3, "{picture}: {svg}");
        assert!(!svg.contains('\u{1b}'), "{picture}");
    }
}

#[test]
fn a_book_goes_into_an_empty_folder_and_says_what_is_missing() {
    let desk = Desk::new();
    fs::create_dir(desk.path("mine")).unwrap();
    fs::write(desk.path("mine/notes.md"), "mine").unwrap();
    let ran = desk.run(&["book", "mine"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "gotour: mine is not empty; name a folder that is not there yet\n"
    );
    assert_eq!(files(&desk.path("mine")).len(), 1);
    // Nothing is on this path: no mdbook either.
    let desk = desk.var("PATH", "nowhere");
    let ran = desk.run(&["book", "new"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("mdbook, which makes the pages, was not found"),
        "{said}"
    );
    assert!(desk.path("new/src/SUMMARY.md").exists());
}
