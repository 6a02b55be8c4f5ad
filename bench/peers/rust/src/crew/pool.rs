// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! Pools of as many threads as processors: rayon, the threadpool crate, tokio's
//! blocking pool. One submitter is the main thread, four are threads.

use crate::clock::fail;
use crate::{Cell, Figures, Tally};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// What one thread ran: alone on its cache lines, as in bench/crew.c.
#[repr(align(128))]
struct Ran {
    count: AtomicU64,
    sum: AtomicU64,
}

const THREADS: usize = 256;
static RAN: [Ran; THREADS] = [const {
    Ran {
        count: AtomicU64::new(0),
        sum: AtomicU64::new(0),
    }
}; THREADS];
static USED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static MINE: &'static Ran = RAN
        .get(USED.fetch_add(1, Ordering::Relaxed))
        .unwrap_or_else(|| fail("jobs ran on too many threads"));
}

/// A job with that value ran in this thread: two loads and two stores.
fn ran(value: u64) {
    MINE.with(|mine| {
        let add = |to: &AtomicU64, n| to.store(to.load(Ordering::Relaxed) + n, Ordering::Relaxed);
        add(&mine.count, 1);
        add(&mine.sum, value);
    });
}

/// All threads' jobs. They must be over.
fn ran_in_all() -> Tally {
    Tally {
        count: RAN.iter().map(|r| r.count.load(Ordering::Relaxed)).sum(),
        sum: RAN.iter().map(|r| r.sum.load(Ordering::Relaxed)).sum(),
    }
}

fn workers() -> usize {
    thread::available_parallelism().map_or_else(|_| fail("processors?"), usize::from)
}

/// Each submitter's share of the values 1 to n.
fn submit(cell: &Cell, share: impl Fn(std::ops::Range<u64>) + Sync) {
    let n = cell.n / cell.threads;
    if cell.threads == 1 {
        return share(1..1 + n);
    }
    thread::scope(|scope| {
        for i in 0..cell.threads {
            let share = &share;
            scope.spawn(move || share(1 + i * n..1 + (i + 1) * n));
        }
    });
}

/// The scope belongs to the submitting thread, which is none of rayon's, and waits for
/// the jobs.
pub fn rayon(cell: &Cell) -> Figures {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers())
        .build()
        .unwrap();
    submit(cell, |values| {
        pool.in_place_scope(|scope| {
            for v in values {
                scope.spawn(move |_| ran(v));
            }
        });
    });
    drop(pool);
    ran_in_all().check(cell.n);
    Figures::Clock
}

pub fn threadpool(cell: &Cell) -> Figures {
    let pool = threadpool::ThreadPool::new(workers());
    if cell.threads == 1 {
        for v in 1..=cell.n {
            pool.execute(move || ran(v));
        }
    } else {
        let n = cell.n / cell.threads;
        let submitters = (0..cell.threads).map(|i| {
            let pool = pool.clone();
            thread::spawn(move || {
                for v in 1 + i * n..1 + (i + 1) * n {
                    pool.execute(move || ran(v));
                }
            })
        });
        for submitter in submitters.collect::<Vec<_>>() {
            submitter.join().unwrap();
        }
    }
    pool.join();
    drop(pool);
    ran_in_all().check(cell.n);
    Figures::Clock
}

/// The one here whose jobs have handles with results.
pub fn tokio_results(cell: &Cell) -> Figures {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.max_blocking_threads(workers()).build().unwrap();
    let jobs: Vec<_> = (1..=cell.n)
        .map(|v| runtime.spawn_blocking(move || v))
        .collect();
    let tally = runtime.block_on(async {
        let mut tally = Tally { count: 0, sum: 0 };
        for job in jobs {
            tally.count += 1;
            tally.sum += job.await.unwrap_or_else(|_| fail("a job failed"));
        }
        tally
    });
    drop(runtime);
    tally.check(cell.n);
    Figures::Clock
}
