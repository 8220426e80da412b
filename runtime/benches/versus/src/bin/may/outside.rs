//! Connections.

use std::io::{Read as _, Write as _};

use may::go;
use may::net::{TcpListener, TcpStream};

/// Serves what is sent to it back, until its input ends. It says first at which port.
pub fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    println!("port {}", address.port());
    go!(move || {
        for connection in listener.incoming() {
            let connection = connection.expect("it is accepted");
            connection.set_nodelay(true).expect("it is a socket");
            go!(move || serve(connection));
        }
    });
    // A thread of its own waits for the end of the input: a coroutine would keep a worker.
    let (tell, told) = may::sync::mpsc::channel();
    std::thread::spawn(move || {
        let read = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        tell.send(read)
    });
    told.recv()
        .expect("it tells")
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
