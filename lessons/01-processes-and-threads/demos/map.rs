//! The memory map of this process, as the OS tells it, with code, data, heap and three stacks pointed out.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;
use std::thread;

/// Not zero at the start: so it stands in the program's file, in the part that is copied to memory and may be written.
static DATA: AtomicU64 = AtomicU64::new(42);

/// One line of `/proc/self/maps`.
struct Mapping {
    from: usize,
    to: usize,
    rights: String,
}

/// Something of ours, and the address of a byte in it.
struct Part {
    name: &'static str,
    at: usize,
}

pub(super) fn memory_map(stage: &mut Stage) -> io::Result<()> {
    let (parts, maps) = look()?;
    let mut rows: Vec<(usize, [String; 4])> = Vec::new();
    for part in &parts {
        let found = maps.iter().find(|m| (m.from..m.to).contains(&part.at));
        let (rights, size) = match found {
            Some(m) => (m.rights.clone(), bytes(m.to - m.from)),
            None => ("?".into(), "not in the map".into()),
        };
        let row = [
            part.name.to_string(),
            stage.measured(format!("{:x}", part.at)),
            rights,
            stage.measured(size),
        ];
        rows.push((part.at, row));
    }
    // Drawn as maps of memory are: high addresses on top. A fixed stage keeps the order of `look`.
    if stage.fixed().is_none() {
        rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    }
    let heading = ["part", "a byte in it", "may", "mapping"];
    let mut table: Vec<Vec<&str>> = vec![heading.to_vec()];
    table.extend(rows.iter().map(|(_, r)| r.iter().map(String::as_str).collect()));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    stage.table(&table)?;
    writeln!(stage)?;
    stage.say(&format!(
        "r: may be read, w: written, x: run. A mapping is a piece of the address space, with its size; this process has {}, most of \
         them for libraries. The goroutine's stack lies in a mapping that has room for many of them.",
        stage.measured(maps.len())
    ))
}

/// Reads the map while a second thread and a goroutine are there.
fn look() -> io::Result<(Vec<Part>, Vec<Mapping>)> {
    let heap = Box::new(1_u64);
    let on_main = black_box(0_u64);

    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let second = thread::spawn(move || {
        let local = black_box(0_u64);
        let _ = tell.send(&raw const local as usize);
        // Here until the map has been read: the other end is dropped then.
        let _ = ended.recv();
    });
    let second_at = told.recv().map_err(io::Error::other)?;

    let (goroutine_at, maps) = program(Builder::new(), || {
        let (here, go_on) = (chan(0), chan::<()>(0));
        let (tell, until) = (here.clone(), go_on.clone());
        go! {
            let local = black_box(0_u64);
            tell.send(&raw const local as usize);
            until.recv();
        }
        let at = here.recv().unwrap_or_default();
        let maps = std::fs::read_to_string("/proc/self/maps");
        go_on.close();
        (at, maps)
    })?;
    drop(end);
    let _ = second.join();

    let parts = vec![
        Part {
            name: "stack: first thread",
            at: &raw const on_main as usize,
        },
        Part {
            name: "stack: second thread",
            at: second_at,
        },
        Part {
            name: "stack: goroutine",
            at: goroutine_at,
        },
        Part {
            name: "heap",
            at: &raw const *heap as usize,
        },
        Part {
            name: "data",
            at: &raw const DATA as usize,
        },
        Part {
            name: "code",
            at: memory_map as fn(&mut Stage<'_>) -> io::Result<()> as usize,
        },
    ];
    Ok((parts, maps?.lines().filter_map(mapping).collect()))
}

/// `55d0c000-55d0d000 r-xp 00000000 08:01 1234   /usr/bin/gotour`
fn mapping(line: &str) -> Option<Mapping> {
    let mut words = line.split_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    Some(Mapping {
        from: usize::from_str_radix(from, 16).ok()?,
        to: usize::from_str_radix(to, 16).ok()?,
        rights: words.next()?.chars().take(3).collect(),
    })
}

fn bytes(n: usize) -> String {
    match n {
        n if n >= 1 << 30 => format!("{:.1} GiB", n as f64 / f64::from(1 << 30)),
        n if n >= 1 << 20 => format!("{:.1} MiB", n as f64 / f64::from(1 << 20)),
        n => format!("{} KiB", n / 1024),
    }
}
