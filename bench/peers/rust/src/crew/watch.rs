// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! tokio's watch. The main thread writes. Who waits for a change is one task on a
//! runtime of its own thread, from the first wait to the last.

use crate::clock::fail;
use crate::{value_of, Cell, Figures, Msg};
use std::thread;
use std::time::Instant;
use tokio::sync::watch;

pub fn update_and_read<const W: usize>(cell: &Cell) -> Figures {
    let (tx, rx) = watch::channel::<Msg<W>>([0; W]);
    thread::scope(|scope| {
        for _ in 0..cell.threads {
            let rx = rx.clone();
            scope.spawn(move || {
                let mut last = 0;
                for _ in 0..cell.n {
                    let value = value_of(&*rx.borrow());
                    if value < last {
                        fail("a value came out of order");
                    }
                    last = value;
                }
            });
        }
        for v in 1..=cell.n {
            if tx.send([v; W]).is_err() {
                fail("no reader");
            }
        }
    });
    if value_of(&*rx.borrow()) != cell.n {
        fail("the last value is wrong");
    }
    Figures::Clock
}

fn block_on<F: std::future::Future>(task: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(task)
}

async fn expect<const W: usize>(rx: &mut watch::Receiver<Msg<W>>, value: u64) {
    rx.changed().await.unwrap_or_else(|_| fail("closed"));
    if value_of(&*rx.borrow_and_update()) != value {
        fail("another value came");
    }
}

fn set<const W: usize>(tx: &watch::Sender<Msg<W>>, value: u64) {
    if tx.send([value; W]).is_err() {
        fail("no reader");
    }
}

pub fn wake<const W: usize>(cell: &Cell) -> Figures {
    let (there_tx, mut there_rx) = watch::channel::<Msg<W>>([0; W]);
    let (back_tx, mut back_rx) = watch::channel::<Msg<W>>([0; W]);
    let mut trips = Vec::with_capacity(cell.n as usize);
    thread::scope(|scope| {
        scope.spawn(move || {
            block_on(async {
                for v in 1..=cell.n {
                    expect(&mut there_rx, v).await;
                    set(&back_tx, v);
                }
            });
        });
        block_on(async {
            for v in 1..=cell.n {
                let start = Instant::now();
                set(&there_tx, v);
                expect(&mut back_rx, v).await;
                trips.push(start.elapsed().as_nanos() as u64);
            }
        });
    });
    trips.sort_unstable();
    let at = |mille| trips[(cell.n as usize - 1) * mille / 1000];
    Figures::Instead([500, 990, 999].map(at).to_vec())
}
