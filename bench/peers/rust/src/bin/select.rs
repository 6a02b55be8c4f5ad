// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! The selects of crossbeam-channel and flume as participants in the scenarios of
//! bench/own.h. crossbeam's Select keeps its list from call to call, flume's Selector is
//! used up by a call and made anew.

#[path = "../own.rs"]
mod own;

use own::{fail, Cell, Tally};
use std::thread;

const THREADS: usize = 4;

/// Channels of one kind, and a select over all of them.
trait Chans: Sync {
    fn of(n: usize, capacity: Option<usize>) -> Self;
    fn len(&self) -> usize;
    fn send_to(&self, at: usize, v: u64);
    /// Select n times to receive; then call with each value.
    fn recv_any(&self, n: u64, got: impl FnMut(u64));
    /// The same, with something to be done before each.
    fn recv_any_after(&self, n: u64, before: impl FnMut(u64), got: impl FnMut(u64));
    /// Select to send each of first, ...
    fn send_any(&self, first: u64, n: u64);
    fn drained(&self) -> bool;
}

struct Crossbeam(
    Vec<(
        crossbeam_channel::Sender<u64>,
        crossbeam_channel::Receiver<u64>,
    )>,
);

impl Chans for Crossbeam {
    fn of(n: usize, capacity: Option<usize>) -> Self {
        let make = || match capacity {
            None => crossbeam_channel::unbounded(),
            Some(c) => crossbeam_channel::bounded(c),
        };
        Crossbeam((0..n).map(|_| make()).collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn send_to(&self, at: usize, v: u64) {
        self.0[at].0.send(v).unwrap();
    }

    fn recv_any(&self, n: u64, got: impl FnMut(u64)) {
        self.recv_any_after(n, |_| (), got)
    }

    fn recv_any_after(&self, n: u64, mut before: impl FnMut(u64), mut got: impl FnMut(u64)) {
        let mut select = crossbeam_channel::Select::new();
        for (_, rx) in &self.0 {
            select.recv(rx);
        }
        for k in 0..n {
            before(k);
            let done = select.select();
            let at = done.index();
            got(done.recv(&self.0[at].1).unwrap());
        }
    }

    fn send_any(&self, first: u64, n: u64) {
        let mut select = crossbeam_channel::Select::new();
        for (tx, _) in &self.0 {
            select.send(tx);
        }
        for v in first..first + n {
            let done = select.select();
            let at = done.index();
            done.send(&self.0[at].0, v).unwrap();
        }
    }

    fn drained(&self) -> bool {
        self.0.iter().all(|(_, rx)| rx.try_recv().is_err())
    }
}

struct Flume(Vec<(flume::Sender<u64>, flume::Receiver<u64>)>);

impl Chans for Flume {
    fn of(n: usize, capacity: Option<usize>) -> Self {
        let make = || match capacity {
            None => flume::unbounded(),
            Some(c) => flume::bounded(c),
        };
        Flume((0..n).map(|_| make()).collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn send_to(&self, at: usize, v: u64) {
        self.0[at].0.send(v).unwrap();
    }

    fn recv_any(&self, n: u64, got: impl FnMut(u64)) {
        self.recv_any_after(n, |_| (), got)
    }

    fn recv_any_after(&self, n: u64, mut before: impl FnMut(u64), mut got: impl FnMut(u64)) {
        for k in 0..n {
            before(k);
            let select = self.0.iter().fold(flume::Selector::new(), |all, (_, rx)| {
                all.recv(rx, |value| value.unwrap())
            });
            got(select.wait());
        }
    }

    fn send_any(&self, first: u64, n: u64) {
        for v in first..first + n {
            let select = self.0.iter().fold(flume::Selector::new(), |all, (tx, _)| {
                all.send(tx, v, |rc| rc.unwrap())
            });
            select.wait();
        }
    }

    fn drained(&self) -> bool {
        self.0.iter().all(|(_, rx)| rx.try_recv().is_err())
    }
}

fn recv_all<C: Chans>(chans: &C, n: u64) -> Tally {
    let mut tally = Tally::default();
    chans.recv_any(n, |v| tally.got(v));
    tally
}

fn select_rx<C: Chans>(chans: &C, n: u64) -> Tally {
    let each = n / THREADS as u64;
    thread::scope(|scope| {
        for i in 0..THREADS {
            let first = 1 + i as u64 * each;
            scope.spawn(move || (first..first + each).for_each(|v| chans.send_to(i, v)));
        }
        recv_all(chans, n)
    })
}

fn select_both<C: Chans>(chans: &C, n: u64) -> Tally {
    let each = n / THREADS as u64;
    thread::scope(|scope| {
        for i in 0..THREADS as u64 {
            scope.spawn(move || chans.send_any(1 + i * each, each));
        }
        let receivers: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| recv_all(chans, each)))
            .collect();
        let mut total = Tally::default();
        for receiver in receivers {
            total.add(receiver.join().unwrap());
        }
        total
    })
}

fn send_in_turns<C: Chans>(chans: &C, v: u64) {
    chans.send_to(v as usize % chans.len(), v);
}

fn busy<C: Chans>(chans: &C, n: u64) -> Tally {
    thread::scope(|scope| {
        scope.spawn(|| (1..=n).for_each(|v| send_in_turns(chans, v)));
        recv_all(chans, n)
    })
}

fn quiet<C: Chans>(chans: &C, n: u64) -> Tally {
    let mut tally = Tally::default();
    chans.recv_any_after(n, |k| send_in_turns(chans, k + 1), |v| tally.got(v));
    tally
}

fn run<C: Chans>(cell: &Cell) -> Tally {
    let (n_chans, run): (_, fn(&C, u64) -> Tally) = match cell.scenario.as_str() {
        "select_rx" => (THREADS, select_rx),
        "select_both" => (THREADS, select_both),
        "busy" => (cell.number, busy),
        "quiet" => (cell.number, quiet),
        _ => fail("no such scenario"),
    };
    let chans = C::of(n_chans, cell.capacity);
    let tally = run(&chans, cell.messages);
    if !chans.drained() {
        fail("messages left in a channel");
    }
    tally
}

fn main() {
    let cell = own::cell();
    own::measure(
        &cell,
        match cell.who.as_str() {
            "crossbeam-channel" => run::<Crossbeam>,
            "flume" => run::<Flume>,
            _ => fail("no such participant"),
        },
    );
}
