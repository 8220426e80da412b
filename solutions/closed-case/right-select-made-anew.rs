//! The select is made anew of those that are open.

use goroutines::prelude::*;
use goroutines::println;

fn letters(numbers: Vec<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for n in numbers {
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        let (mail, fax) = (letters(vec![1, 2]), letters(vec![3, 4, 5]));
        let mut open = vec![mail, fax];
        let (mut count, mut total) = (0, 0);
        while !open.is_empty() {
            let mut cases = goroutines::select::Select::new();
            for c in &open {
                cases.recv(c);
            }
            let chosen = cases.wait();
            let index = chosen.index();
            match chosen.recv::<i64>() {
                Some(n) => {
                    count += 1;
                    total += n;
                }
                None => drop(open.remove(index)),
            }
        }
        println!("{count} letters, {total} in all");
    });
}
