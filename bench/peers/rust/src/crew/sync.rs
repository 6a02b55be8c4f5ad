// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! Threads that take turns: parking_lot's and std's mutex, tokio's semaphore of one
//! permit, whose threads are a task each on a runtime of their own.

use crate::{Cell, Figures, Tally};
use std::cell::UnsafeCell;
use std::sync::Barrier;
use std::thread;

const NONE: Tally = Tally { count: 0, sum: 0 };

/// Alone on its cache lines, as bench/crew.c has its own.
#[repr(align(128))]
struct Apart<T>(T);

/// One thread for each share of the values 1 to n; they begin when all are there.
fn turns(cell: &Cell, share: impl Fn(std::ops::Range<u64>) + Sync) {
    let n = cell.n / cell.threads;
    let start = Barrier::new(cell.threads as usize);
    thread::scope(|scope| {
        for i in 0..cell.threads {
            let (share, start) = (&share, &start);
            scope.spawn(move || {
                start.wait();
                share(1 + i * n..1 + (i + 1) * n)
            });
        }
    });
}

pub fn parking_lot(cell: &Cell) -> Figures {
    let tally = Apart(parking_lot::Mutex::new(Apart(NONE)));
    turns(cell, |values| {
        for v in values {
            let mut tally = tally.0.lock();
            tally.0.count += 1;
            tally.0.sum += v;
        }
    });
    tally.0.into_inner().0.check(cell.n);
    Figures::Clock
}

pub fn std_mutex(cell: &Cell) -> Figures {
    let tally = Apart(std::sync::Mutex::new(Apart(NONE)));
    turns(cell, |values| {
        for v in values {
            let mut tally = tally.0.lock().unwrap();
            tally.0.count += 1;
            tally.0.sum += v;
        }
    });
    tally.0.into_inner().unwrap().0.check(cell.n);
    Figures::Clock
}

/// What only the holder of the one permit touches.
struct Guarded(UnsafeCell<Tally>);

// SAFETY: whoever touches it has the semaphore's one permit.
unsafe impl Sync for Guarded {}

pub fn tokio_semaphore(cell: &Cell) -> Figures {
    let permits = Apart(tokio::sync::Semaphore::new(1));
    let tally = Apart(Guarded(UnsafeCell::new(NONE)));
    let (permits, guarded) = (&permits.0, &tally.0);
    turns(cell, |values| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            for v in values {
                let _permit = permits.acquire().await.unwrap();
                // SAFETY: this task has the one permit.
                let tally = unsafe { &mut *guarded.0.get() };
                tally.count += 1;
                tally.sum += v;
            }
        });
    });
    tally.0 .0.into_inner().check(cell.n);
    Figures::Clock
}
