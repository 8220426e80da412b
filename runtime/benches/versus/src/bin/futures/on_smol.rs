//! smol, with its executor on as many threads as asked for, and its channels.

use std::future::pending;
use std::time::Duration;

use smol::channel;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::lock::{Mutex, RwLock};
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Timer, future};

use crate::runtime::{Channels, Runtime};

static EXECUTOR: Executor<'static> = Executor::new();

pub struct Smol;

/// A channel that is closed.
pub struct Gate(channel::Sender<()>, channel::Receiver<()>);

impl Default for Gate {
    fn default() -> Gate {
        let (sender, receiver) = channel::bounded(1);
        Gate(sender, receiver)
    }
}

impl Runtime for Smol {
    type Mutex = Mutex<u64>;
    type RwLock = RwLock<u64>;
    type Gate = Gate;

    fn run(procs: usize, main: impl Future<Output = ()> + Send + 'static) {
        for _ in 0..procs {
            std::thread::spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())));
        }
        smol::block_on(EXECUTOR.spawn(main));
    }

    fn spawn<T: Send + 'static>(
        task: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        EXECUTOR.spawn(task)
    }

    fn detach(task: impl Future<Output = ()> + Send + 'static) {
        EXECUTOR.spawn(task).detach();
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        future::yield_now()
    }

    async fn sleep(d: Duration) {
        Timer::after(d).await;
    }

    fn blocking(f: impl FnOnce() + Send + 'static) -> impl Future<Output = ()> + Send {
        smol::unblock(f)
    }

    fn first_of<T: Send>(
        four: [impl Future<Output = T> + Send; 4],
    ) -> impl Future<Output = T> + Send {
        let [a, b, c, d] = four;
        future::race(future::race(a, b), future::race(c, d))
    }

    async fn lock_and_add(number: &Mutex<u64>) {
        *number.lock().await += 1;
    }

    async fn locked(number: &Mutex<u64>) -> u64 {
        *number.lock().await
    }

    async fn write_and_add(number: &RwLock<u64>) {
        *number.write().await += 1;
    }

    async fn read(number: &RwLock<u64>) -> u64 {
        *number.read().await
    }

    async fn pass(gate: &Gate) {
        // It ends with an error: the channel is closed.
        let _ = gate.1.recv().await;
    }

    fn open(gate: &Gate) {
        gate.0.close();
    }

    async fn echo() {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        println!("port {}", address.port());
        Smol::detach(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("it is accepted");
                connection.set_nodelay(true).expect("it is a socket");
                Smol::detach(serve(connection));
            }
        });
        let input = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        smol::unblock(input).await.expect("its input can be read");
    }
}

async fn serve(mut connection: TcpStream) {
    let mut bytes = [0; 4_096];
    loop {
        match connection.read(&mut bytes).await {
            Ok(n) if n > 0 => {
                if connection.write_all(&bytes[..n]).await.is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

/// `smol::channel`.
pub struct Own;

impl Channels for Own {
    const LEAST: usize = 1;
    type Sender = channel::Sender<u64>;
    type Receiver = channel::Receiver<u64>;

    fn channel(capacity: usize) -> (Self::Sender, Self::Receiver) {
        channel::bounded(capacity.max(Self::LEAST))
    }

    async fn send(to: &Self::Sender, v: u64) -> bool {
        to.send(v).await.is_ok()
    }

    async fn recv(from: &mut Self::Receiver) -> Option<u64> {
        from.recv().await.ok()
    }

    fn try_recv(from: &mut Self::Receiver) -> Option<u64> {
        from.try_recv().ok()
    }

    fn share(from: &Self::Receiver) -> Option<Self::Receiver> {
        Some(from.clone())
    }
}
