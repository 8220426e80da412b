//! Channels that come without a runtime: kanal's and flume's.

use crate::runtime::Channels;

pub struct Kanal;

impl Channels for Kanal {
    const LEAST: usize = 0;
    type Sender = kanal::AsyncSender<u64>;
    type Receiver = kanal::AsyncReceiver<u64>;

    fn channel(capacity: usize) -> (Self::Sender, Self::Receiver) {
        kanal::bounded_async(capacity)
    }

    async fn send(to: &Self::Sender, v: u64) -> bool {
        to.send(v).await.is_ok()
    }

    async fn recv(from: &mut Self::Receiver) -> Option<u64> {
        from.recv().await.ok()
    }

    fn try_recv(from: &mut Self::Receiver) -> Option<u64> {
        from.try_recv().ok().flatten()
    }

    fn share(from: &Self::Receiver) -> Option<Self::Receiver> {
        Some(from.clone())
    }
}

pub struct Flume;

impl Channels for Flume {
    const LEAST: usize = 0;
    type Sender = flume::Sender<u64>;
    type Receiver = flume::Receiver<u64>;

    fn channel(capacity: usize) -> (Self::Sender, Self::Receiver) {
        flume::bounded(capacity)
    }

    async fn send(to: &Self::Sender, v: u64) -> bool {
        to.send_async(v).await.is_ok()
    }

    async fn recv(from: &mut Self::Receiver) -> Option<u64> {
        from.recv_async().await.ok()
    }

    fn try_recv(from: &mut Self::Receiver) -> Option<u64> {
        from.try_recv().ok()
    }

    fn share(from: &Self::Receiver) -> Option<Self::Receiver> {
        Some(from.clone())
    }
}
