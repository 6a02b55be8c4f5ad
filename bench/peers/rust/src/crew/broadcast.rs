// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! bus holds its sender back, tokio's broadcast overwrites. The main thread sends.

use crate::clock::fail;
use crate::{value_of, Cell, Figures, Msg};
use std::sync::Arc;
use std::thread;
use tokio::sync::broadcast::error::RecvError;

/// What each receiver gets a clone of.
pub trait Shared: Clone + Send + Sync + 'static {
    fn of(v: u64) -> Self;
    fn value(&self) -> u64;
}

impl<const W: usize> Shared for Msg<W> {
    fn of(v: u64) -> Self {
        [v; W]
    }
    fn value(&self) -> u64 {
        value_of(self)
    }
}

/// A large one, of which only the pointer is cloned.
#[derive(Clone)]
pub struct Large<const W: usize>(Arc<Msg<W>>);

impl<const W: usize> Shared for Large<W> {
    fn of(v: u64) -> Self {
        Large(Arc::new([v; W]))
    }
    fn value(&self) -> u64 {
        value_of(&self.0)
    }
}

/// What a receiver that may miss some has seen.
#[derive(Default)]
struct Seen {
    count: u64,
    last: u64,
    gaps: u64,
}

impl Seen {
    fn see<M: Shared>(&mut self, msg: &M) {
        let value = msg.value();
        if value <= self.last {
            fail("a value came out of order");
        }
        self.gaps += value - self.last - 1;
        self.last = value;
        self.count += 1;
    }

    /// The stream has ended, and so many were said to be missed.
    fn check(&self, n: u64, missed: u64) {
        if self.last != n || self.gaps != missed || self.count + missed != n {
            fail("received and missed are not what was sent");
        }
    }
}

pub fn bus<M: Shared>(cell: &Cell) -> Figures {
    let mut bus = bus::Bus::<M>::new(cell.capacity);
    thread::scope(|scope| {
        for _ in 0..cell.threads {
            let mut rx = bus.add_rx();
            scope.spawn(move || {
                let mut seen = Seen::default();
                while let Ok(msg) = rx.recv() {
                    seen.see(&msg);
                }
                seen.check(cell.n, 0);
            });
        }
        for v in 1..=cell.n {
            bus.broadcast(M::of(v));
        }
        drop(bus);
    });
    Figures::Clock
}

/// Returns how many it missed.
fn listen<M: Shared>(mut rx: tokio::sync::broadcast::Receiver<M>, n: u64) -> u64 {
    let mut seen = Seen::default();
    let mut missed = 0;
    loop {
        match rx.blocking_recv() {
            Ok(msg) => seen.see(&msg),
            Err(RecvError::Lagged(some)) => missed += some,
            Err(RecvError::Closed) => break,
        }
    }
    seen.check(n, missed);
    missed
}

pub fn tokio<M: Shared>(cell: &Cell) -> Figures {
    let (tx, first) = tokio::sync::broadcast::channel::<M>(cell.capacity);
    let mut rxs = vec![first];
    rxs.resize_with(cell.threads as usize, || tx.subscribe());
    let missed: u64 = thread::scope(|scope| {
        let handles: Vec<_> = rxs
            .into_iter()
            .map(|rx| scope.spawn(move || listen(rx, cell.n)))
            .collect();
        for v in 1..=cell.n {
            if tx.send(M::of(v)).is_err() {
                fail("no receiver");
            }
        }
        drop(tx);
        handles.into_iter().map(|h| h.join().unwrap()).sum()
    });
    Figures::Also(100.0 * missed as f64 / (cell.n * cell.threads) as f64)
}
