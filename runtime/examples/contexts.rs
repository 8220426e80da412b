//! What contexts cost: a child made and cancelled, and a tree of 200,000 made and cancelled at its root, in time each.
//!
//! `cargo run --release -p goroutines --example contexts`

use goroutines::prelude::*;
use goroutines::println;

const CHILDREN: u32 = 1_000_000;
const TREE: u32 = 200_000;

fn main() {
    Builder::new().procs(1).run(|| {
        let (parent, _cancel) = context::with_cancel(&context::background());
        let start = time::now();
        for _ in 0..CHILDREN {
            let (_child, cancel) = context::with_cancel(&parent);
            cancel();
        }
        println!("child    {:?}", time::since(start) / CHILDREN);

        let (root, cancel) = context::with_cancel(&context::background());
        let mut tree = vec![root];
        let start = time::now();
        for i in 1..TREE as usize {
            let (child, _cancel) = context::with_cancel(&tree[(i - 1) / 4]);
            child.done();
            tree.push(child);
        }
        println!("tree     {:?}", time::since(start) / TREE);
        let start = time::now();
        cancel();
        println!("cancel   {:?}", time::since(start) / TREE);
        assert!(tree.iter().all(|c| c.err().is_some()));
    });
}
