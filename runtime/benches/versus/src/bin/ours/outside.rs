//! Contexts and connections.

use std::io::{Read as _, Write as _};

use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;

/// Trees of 1,111 contexts, ten below each, made and cancelled from the root; `n` contexts.
pub fn context_tree(n: u64) -> u64 {
    let mut ended = 0;
    for _ in 0..n / 1_111 {
        let (root, cancel) = context::with_cancel(&context::background());
        let (mut all, mut ends) = (vec![root], Vec::new());
        let mut parent = 0;
        while all.len() < 1_111 {
            for _ in 0..10 {
                // A child is ended by its parent's end: its own cancel is not called, but kept.
                let (child, end) = context::with_cancel(&all[parent]);
                all.push(child);
                ends.push(end);
            }
            parent += 1;
        }
        cancel();
        for c in &all {
            c.done().recv();
            if c.err() == Some(context::Error::Canceled) {
                ended += 1;
            }
        }
    }
    ended
}

/// Serves what is sent to it back, until its input ends. It says first at which port.
pub fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    println!("port {}", address.port());
    go(move || {
        for connection in listener.incoming() {
            let connection = connection.expect("it is accepted");
            go(move || serve(connection));
        }
    });
    runtime::syscall(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .expect("its input can be read");
}

fn serve(mut connection: TcpStream) {
    let mut bytes = [0; 4_096];
    loop {
        match connection.read(&mut bytes) {
            Ok(n) if n > 0 => {
                if connection.write_all(&bytes[..n]).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}
