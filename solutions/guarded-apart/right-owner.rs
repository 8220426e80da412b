//! The purse belongs to a goroutine.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        // One goroutine owns the purse; the others ask it.
        let (moves, counts, over) = (chan::<i32>(0), chan::<SendChan<i32>>(0), chan::<()>(0));
        let (m, c, o) = (moves.receiver(), counts.receiver(), over.receiver());
        go! {
            let (mut left, mut right) = (70, 30);
            loop {
                select! {
                    recv(m) -> n => {
                        let n = n.unwrap();
                        left -= n;
                        right += n;
                    }
                    recv(c) -> to => to.unwrap().send(left + right),
                    recv(o) => return,
                }
            }
        }
        let wg = WaitGroup::new();
        wg.go(move || (0..2).for_each(|_| moves.send(10)));
        wg.go(move || {
            for _ in 0..2 {
                let answer = chan(0);
                counts.send(answer.sender());
                println!("{} coins", answer.recv().unwrap());
            }
        });
        wg.wait();
        over.close();
    });
}
