//! Lesson 1's demos: jobs in turns, the memory map, one address space, the cost of one more and of a switch, all orders.

mod making;
mod map;
mod orders;
mod process;
mod switch;
mod turns;

use crate::stage::{Demo, Stage};
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: "two-jobs",
        title: "Two jobs, one processor and two",
        run: turns::two_jobs,
    },
    Demo {
        name: "memory-map",
        title: "This process's memory",
        run: map::memory_map,
    },
    Demo {
        name: "one-address",
        title: "Two threads, one address",
        run: one_address,
    },
    Demo {
        name: "making",
        title: "Making a process, a thread, a goroutine",
        run: making::making,
    },
    Demo {
        name: "switch-cost",
        title: "There and back: process, thread, goroutine",
        run: switch::switch_cost,
    },
    Demo {
        name: "all-orders",
        title: "Every order of four lines",
        run: orders::all_orders,
    },
    Demo {
        name: "this-process",
        title: "The threads of this program",
        run: process::this_process,
    },
];

static GLOBAL: AtomicU64 = AtomicU64::new(1);

/// What one thread finds.
struct Seen {
    global: usize,
    heap: usize,
    local: usize,
}

#[inline(never)]
fn look(heap: &AtomicU64, both_here: &Barrier) -> Seen {
    let local = black_box(0_u64);
    let seen = Seen {
        global: &raw const GLOBAL as usize,
        heap: std::ptr::from_ref(heap) as usize,
        local: &raw const local as usize,
    };
    // A thread that ends gives its stack back, and the next may get the same one. So both stay until both have looked.
    both_here.wait();
    seen
}

fn one_address(stage: &mut Stage) -> io::Result<()> {
    let heap = Arc::new(AtomicU64::new(0));
    let both_here = Arc::new(Barrier::new(2));
    let (theirs, there) = (heap.clone(), both_here.clone());
    let first = thread::spawn(move || {
        theirs.store(42, SeqCst);
        look(&theirs, &there)
    });
    let (theirs, there) = (heap.clone(), both_here);
    let second = thread::spawn(move || {
        let seen = look(&theirs, &there);
        (seen, theirs.load(SeqCst))
    });
    let (Ok(a), Ok((b, found))) = (first.join(), second.join()) else {
        return Err(io::Error::other("a thread of this demo panicked"));
    };

    let rows = [
        ("a global variable", a.global, b.global),
        ("a value on the heap", a.heap, b.heap),
        ("a local variable", a.local, b.local),
    ]
    .map(|(what, one, two)| {
        [
            what.to_string(),
            stage.measured(format!("{one:x}")),
            stage.measured(format!("{two:x}")),
            if one == two { "the same" } else { "differs" }.to_string(),
        ]
    });
    let heading = ["address of", "in thread 1", "in thread 2", ""];
    let mut table: Vec<Vec<&str>> = vec![heading.to_vec()];
    table.extend(rows.iter().map(|r| r.iter().map(String::as_str).collect()));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    stage.table(&table)?;
    writeln!(stage)?;
    stage.say(&format!(
        "Thread 1 wrote 42 on the heap. Thread 2 read there: {found}."
    ))
}
