//! At the first end, a loop over the other.

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
        let mut all = Vec::new();
        let other = loop {
            select! {
                recv(mail) -> v => match v {
                    Some(n) => all.push(n),
                    None => break &fax,
                },
                recv(fax) -> v => match v {
                    Some(n) => all.push(n),
                    None => break &mail,
                },
            }
        };
        all.extend(other);
        println!("{} letters, {} in all", all.len(), all.iter().sum::<i64>());
    });
}
