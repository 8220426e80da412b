//! The order of the modules: each uses only those whose `mod` line stands above its own.

use super::reading::Words;
use super::{Broken, is_test, read, rust_files};
use std::collections::HashMap;

/// The `mod` lines of a crate's root, in their order.
fn rooms(root_file: &str) -> Vec<String> {
    let text = read(root_file);
    let words = Words::without_tests(root_file, &text);
    let mut rooms = Vec::new();
    for i in 0..words.0.len() {
        if words.text(i) == "mod" && words.text(i + 2) == ";" {
            rooms.push(words.text(i + 1).to_string());
        }
    }
    rooms
}

/// Where a name that stands at the crate's root comes from: a re-export, or an exported macro.
fn homes(root_file: &str, files: &[(String, String, Words)]) -> HashMap<String, String> {
    let mut homes = HashMap::new();
    let root = Words::without_tests(root_file, &read(root_file));
    for i in 0..root.0.len() {
        if root.text(i) == "use" && root.text(i + 2) == "::" {
            let room = root.text(i + 1).to_string();
            for (name, _) in root.heads(i + 3) {
                homes.insert(name, room.clone());
            }
        }
    }
    for (_, room, words) in files {
        for i in 0..words.0.len() {
            if words.text(i) == "macro_rules" && words.text(i + 1) == "!" {
                homes
                    .entry(words.text(i + 2).to_string())
                    .or_insert_with(|| room.clone());
            }
        }
    }
    homes
}

/// The path of the module that a file is: `["chan", "ends"]` for `runtime/src/chan/ends.rs`.
fn module(path: &str) -> Vec<String> {
    let below = ["runtime/src/", "src/"]
        .iter()
        .find_map(|folder| path.strip_prefix(folder))
        .unwrap_or(path);
    let mut parts: Vec<String> = below
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_string)
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The names of the crate's root that a file uses.
fn used(module: &[String], words: &Words) -> Vec<(String, usize)> {
    let mut used = Vec::new();
    let mut depth = 0usize;
    // How deep the braces of the inline modules are that we stand in.
    let mut inline: Vec<usize> = Vec::new();
    let mut i = 0;
    while i < words.0.len() {
        match words.text(i) {
            "{" => depth += 1,
            "}" => {
                inline.retain(|&at| at < depth);
                depth -= 1;
            }
            "mod" if words.text(i + 2) == "{" => inline.push(depth + 1),
            "crate" if words.text(i + 1) == "::" => used.extend(words.heads(i + 2)),
            "super" if words.text(i + 1) == "::" => {
                let mut up = 1;
                while words.text(i + 2) == "super" {
                    up += 1;
                    i += 2;
                }
                if up == module.len() + inline.len() {
                    used.extend(words.heads(i + 2));
                }
                i += 1;
            }
            _ => {}
        }
        i += 1;
    }
    used
}

fn in_order(root_file: &str, folders: &[&str]) {
    let mut broken = Broken::rule(
        "Modules use only those above them. Move what is shared down into a module that both may use, or hand it in as \
         an argument; the order is that of the `mod` lines.",
    );
    let rooms = rooms(root_file);
    let place = |name: &str| rooms.iter().position(|room| room == name);
    let files: Vec<(String, String, Words)> = rust_files(folders)
        .into_iter()
        .filter(|path| path != root_file && !is_test(path))
        .map(|path| {
            let words = Words::without_tests(&path, &read(&path));
            (path.clone(), module(&path)[0].clone(), words)
        })
        .collect();
    let homes = homes(root_file, &files);
    let mut looked_at = 0;
    for (path, room, words) in &files {
        let Some(own) = place(room) else {
            broken.at(
                path,
                format!("`{room}` has no `mod` line in {root_file}; is the file left over?"),
            );
            continue;
        };
        for (name, line) in used(&module(path), words) {
            let target = match place(&name) {
                Some(at) => Some(at),
                None => homes.get(&name).and_then(|home| place(home)),
            };
            looked_at += 1;
            match target {
                Some(at) if at <= own => {}
                Some(at) => broken.at(
                    format!("{path}:{line}"),
                    format!("`{room}` uses `{}`, which stands below it", rooms[at]),
                ),
                None => broken.at(
                    format!("{path}:{line}"),
                    format!("where does `crate::{name}` come from? Name its module"),
                ),
            }
        }
    }
    assert!(
        rooms.len() > 5 && looked_at > 30,
        "{root_file}: only {looked_at} uses were found; does this test still read the code?"
    );
}

#[test]
fn the_rooms_of_the_runtime_stand_in_order() {
    in_order("runtime/src/lib.rs", &["runtime/src"]);
}

#[test]
fn the_modules_of_gotour_stand_in_order() {
    in_order("src/main.rs", &["src", "lessons"]);
}

#[test]
fn uses_are_found_in_every_spelling() {
    let text = "use crate::{a::x, b};\nuse super::c::y;\nmod inner { use super::d; use super::super::e; }\n\
                fn f() { crate::g::h(); super::super::i() }\n#[cfg(test)]\nmod tests { use crate::z; }\n";
    let words = Words::without_tests("room.rs", text);
    let names: Vec<String> = used(&["room".into()], &words)
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(names, ["a", "b", "c", "e", "g"]);
    let words = Words::without_tests("room/part.rs", text);
    let names: Vec<String> = used(&["room".into(), "part".into()], &words)
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(names, ["a", "b", "g", "i"]);
}
