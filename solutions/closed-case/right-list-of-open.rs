//! A Select over those that are open.

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
            let mut s = goroutines::select::Select::new();
            for c in &open {
                s.recv(c);
            }
            let chosen = s.wait();
            let i = chosen.index();
            if let Some(n) = chosen.recv::<i64>() {
                count += 1;
                total += n;
            } else {
                open.remove(i);
            }
        }
        println!("{count} letters, {total} in all");
    });
}
