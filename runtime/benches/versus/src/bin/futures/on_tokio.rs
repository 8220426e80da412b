//! tokio, with the names that its guide uses, and its channels.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify, RwLock, mpsc};
use tokio::task;

use crate::runtime::{Channels, Runtime};

pub struct Tokio;

impl Runtime for Tokio {
    type Mutex = Mutex<u64>;
    type RwLock = RwLock<u64>;
    type Gate = Notify;

    fn run(procs: usize, main: impl Future<Output = ()> + Send + 'static) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(procs)
            .enable_all()
            .build()
            .expect("tokio starts");
        // As a task: the thread that calls `block_on` is none of the workers.
        let main = runtime.spawn(main);
        runtime.block_on(main).expect("it does not panic");
    }

    fn spawn<T: Send + 'static>(
        task: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        let task = tokio::spawn(task);
        async move { task.await.expect("it does not panic") }
    }

    fn detach(task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        task::yield_now()
    }

    fn sleep(d: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(d)
    }

    async fn blocking(f: impl FnOnce() + Send + 'static) {
        task::spawn_blocking(f).await.expect("it does not panic");
    }

    async fn first_of<T: Send>(four: [impl Future<Output = T> + Send; 4]) -> T {
        let [a, b, c, d] = four;
        tokio::select! {
            v = a => v,
            v = b => v,
            v = c => v,
            v = d => v,
        }
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

    fn pass(gate: &Notify) -> impl Future<Output = ()> + Send {
        gate.notified()
    }

    fn open(gate: &Notify) {
        gate.notify_waiters();
    }

    async fn echo() {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        println!("port {}", address.port());
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("it is accepted");
                connection.set_nodelay(true).expect("it is a socket");
                tokio::spawn(serve(connection));
            }
        });
        let input = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let read = task::spawn_blocking(input).await;
        read.expect("it does not panic")
            .expect("its input can be read");
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

/// `tokio::sync::mpsc`.
pub struct Own;

impl Channels for Own {
    const LEAST: usize = 1;
    type Sender = mpsc::Sender<u64>;
    type Receiver = mpsc::Receiver<u64>;

    fn channel(capacity: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::channel(capacity.max(Self::LEAST))
    }

    async fn send(to: &Self::Sender, v: u64) -> bool {
        to.send(v).await.is_ok()
    }

    async fn recv(from: &mut Self::Receiver) -> Option<u64> {
        from.recv().await
    }

    fn try_recv(from: &mut Self::Receiver) -> Option<u64> {
        from.try_recv().ok()
    }

    fn share(_: &Self::Receiver) -> Option<Self::Receiver> {
        None
    }
}
