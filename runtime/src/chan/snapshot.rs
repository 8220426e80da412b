//! A channel as a picture shows it: its buffer with its two indices, and who waits.

use std::fmt::Debug;

use super::Hchan;
use crate::seam::{self, Op};

/// What a channel looks like at one moment: Go's `hchan`, field by field.
///
/// Made by [`Chan::snapshot`](super::Chan::snapshot).
///
/// ```
/// use goroutines::prelude::*;
///
/// let ch = chan(3);
/// ch.send('a');
/// ch.close();
/// let s = ch.snapshot();
/// assert_eq!((s.cap, s.qcount, s.closed), (3, 1, true));
/// assert_eq!(s.buf, [Some("'a'".to_string()), None, None]);
/// assert!(s.sendq.is_empty() && s.recvq.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ChanSnapshot {
    /// Places in the buffer (Go: `dataqsiz`).
    pub cap: usize,
    /// How many of them are full.
    pub qcount: usize,
    /// The place that the next send fills.
    pub sendx: usize,
    /// The place that the next receive empties.
    pub recvx: usize,
    /// The places in memory order, each with its value in `Debug` form, or empty.
    pub buf: Vec<Option<String>>,
    /// Who waits to send, longest first, with the value that each would send.
    pub sendq: Vec<Waiting>,
    /// Who waits to receive, longest first.
    pub recvq: Vec<Waiting>,
    /// Whether the channel is closed.
    pub closed: bool,
}

/// A goroutine in a channel's queue.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(1).run(|| {
///     let ch = chan(0);
///     let out = ch.clone();
///     go!(out.send(7));
///     runtime::gosched(); // it runs, and waits
///     let waits = &ch.snapshot().sendq[0];
///     assert_eq!((waits.goroutine, waits.elem.as_deref()), (2, Some("7")));
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// Its number.
    pub goroutine: u64,
    /// What it waits to send, in `Debug` form; nothing for one that waits to receive.
    pub elem: Option<String>,
}

impl<T: Debug> Hchan<T> {
    #[track_caller]
    pub(super) fn snapshot(&self) -> ChanSnapshot {
        seam::point(Op::Look, &self.tag);
        let mut buf = Vec::new();
        if buf.try_reserve_exact(self.cap).is_err() {
            panic!(
                "a snapshot of a channel of capacity {} has a place for each value, and there is not so much memory",
                self.cap
            );
        }
        buf.resize(self.cap, None);
        let state = self.state.lock();
        // A tick in the channel of a timer is not to be seen.
        for (i, v) in state.buf.iter().take(self.cap).enumerate() {
            buf[(state.recvx + i) % self.cap] = Some(format!("{v:?}"));
        }
        let queue = |q: &crate::wait::WaitQueue<Option<T>>| {
            let mut out = Vec::with_capacity(q.len());
            q.for_each(|g, elem| {
                seam::numbered();
                out.push(Waiting {
                    goroutine: g.id(),
                    elem: elem.as_ref().map(|v| format!("{v:?}")),
                });
            });
            out
        };
        ChanSnapshot {
            cap: self.cap,
            qcount: state.buf.len().min(self.cap),
            sendx: if self.cap == 0 {
                0
            } else {
                state.sendx(self.cap)
            },
            recvx: state.recvx,
            buf,
            sendq: queue(&state.sendq),
            recvq: queue(&state.recvq),
            closed: state.closed,
        }
    }
}
