// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! The oneshots of the crates oneshot, tokio and futures-channel, and crossbeam-channel's
//! channel of capacity 1, as participants in the scenarios of bench/own.h.

#[path = "../own.rs"]
mod own;

use own::{fail, Cell, Desk, Tally};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

trait Tx: Send {
    fn put(self, v: u64);
}

trait Rx {
    fn get(self) -> u64;
}

macro_rules! put {
    ($($tx:ty)*) => {
        $(impl Tx for $tx {
            fn put(self, v: u64) {
                self.send(v).unwrap();
            }
        })*
    };
}

put!(oneshot::Sender<u64> tokio::sync::oneshot::Sender<u64>);
put!(futures_channel::oneshot::Sender<u64> crossbeam_channel::Sender<u64>);

impl Rx for oneshot::Receiver<u64> {
    fn get(self) -> u64 {
        self.recv().unwrap()
    }
}

impl Rx for tokio::sync::oneshot::Receiver<u64> {
    fn get(self) -> u64 {
        self.blocking_recv().unwrap()
    }
}

impl Rx for crossbeam_channel::Receiver<u64> {
    fn get(self) -> u64 {
        self.recv().unwrap()
    }
}

/// Wakes a thread by unparking it.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

thread_local! {
    static WAKER: Waker = Arc::new(Unpark(thread::current())).into();
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    WAKER.with(|waker| loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(waker)) {
            return value;
        }
        thread::park();
    })
}

impl Rx for futures_channel::oneshot::Receiver<u64> {
    fn get(self) -> u64 {
        block_on(self).unwrap()
    }
}

fn alone<T: Tx, R: Rx>(make: fn() -> (T, R), n: u64) -> Tally {
    let mut tally = Tally::default();
    for v in 1..=n {
        let (tx, rx) = make();
        tx.put(v);
        tally.got(rx.get());
    }
    tally
}

fn ask<T: Tx, R: Rx>(make: fn() -> (T, R), n: u64) -> Tally {
    let desk = Desk::new();
    thread::scope(|scope| {
        scope.spawn(|| (1..=n).for_each(|v| T::put(desk.take(), v)));
        let mut tally = Tally::default();
        for _ in 0..n {
            let (tx, rx) = make();
            desk.put(tx);
            tally.got(rx.get());
        }
        tally
    })
}

fn run<T: Tx, R: Rx>(cell: &Cell, make: fn() -> (T, R)) -> Tally {
    match cell.scenario.as_str() {
        "alone" => alone(make, cell.messages),
        "ask" => ask(make, cell.messages),
        _ => fail("no such scenario"),
    }
}

fn main() {
    own::measure(&own::cell(), |cell| match cell.who.as_str() {
        "oneshot" => run(cell, oneshot::channel),
        "tokio" => run(cell, tokio::sync::oneshot::channel),
        "futures-channel" => run(cell, futures_channel::oneshot::channel),
        "crossbeam-channel" => run(cell, || crossbeam_channel::bounded(1)),
        _ => fail("no such participant"),
    });
}
