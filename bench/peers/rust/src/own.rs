// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! What the programs of bench/own.h share: the command line, the clock, the account. Not
//! each uses all of it.
#![allow(dead_code)]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

pub struct Cell {
    pub who: String,
    /// Without its number.
    pub scenario: String,
    /// 0: none.
    pub number: usize,
    /// None: unbounded.
    pub capacity: Option<usize>,
    pub messages: u64,
}

#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub count: u64,
    pub sum: u64,
}

impl Tally {
    pub fn got(&mut self, v: u64) {
        self.count += 1;
        self.sum += v;
    }

    pub fn add(&mut self, other: Tally) {
        self.count += other.count;
        self.sum += other.sum;
    }
}

pub fn fail(what: &str) -> ! {
    eprintln!("bench: {what}");
    std::process::exit(1)
}

pub fn cell() -> Cell {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 6 {
        fail("usage: peers who scenario capacity messages bytes");
    }
    let messages: u64 = args[4].parse().unwrap_or_else(|_| fail("messages?"));
    let (scenario, number) = match args[2].split_once('-') {
        Some((word, n)) => (word, n.parse().unwrap_or_else(|_| fail("scenario?"))),
        None => (args[2].as_str(), 0),
    };
    if messages == 0 || messages % 4 != 0 || args[5] != "8" {
        fail("messages are a multiple of 4, and of 8 bytes");
    }
    // As bench/cell.c does: glibc is cheaper in a process without threads.
    thread::spawn(|| ()).join().unwrap();
    Cell {
        who: args[1].clone(),
        scenario: scenario.to_string(),
        number,
        capacity: match args[3].as_str() {
            "unbounded" => None,
            "large" => Some(messages as usize),
            number => Some(number.parse().unwrap_or_else(|_| fail("capacity?"))),
        },
        messages,
    }
}

fn cpu_ns() -> u64 {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: t is a timespec that the call may write.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t) } != 0 {
        fail("a clock cannot be read");
    }
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// Run, check, print.
pub fn measure(cell: &Cell, run: impl FnOnce(&Cell) -> Tally) {
    let cpu = cpu_ns();
    let wall = Instant::now();
    let got = run(cell);
    let wall = wall.elapsed().as_nanos() as f64;
    let cpu = (cpu_ns() - cpu) as f64;

    let n = cell.messages;
    let sum = n * (n + 1) / 2;
    if got.count != n || got.sum != sum {
        fail(&format!(
            "{} got {} messages of sum {}, not {n} of sum {sum}",
            cell.who, got.count, got.sum
        ));
    }
    println!("{:.2} {:.2}", wall / n as f64, cpu / n as f64);
}

/// own_desk of bench/own.h: hands one thing at a time to a thread that looks out for it.
#[repr(align(64))]
pub struct Desk<T> {
    full: AtomicBool,
    what: UnsafeCell<Option<T>>,
}

// SAFETY: `full` says which of the two threads `what` belongs to.
unsafe impl<T: Send> Sync for Desk<T> {}

/// Looks before the processor is offered to others.
const LOOKS: u32 = 100;

impl<T> Desk<T> {
    pub fn new() -> Self {
        Desk {
            full: AtomicBool::new(false),
            what: UnsafeCell::new(None),
        }
    }

    fn await_full(&self, full: bool) {
        let mut looks = 0;
        while self.full.load(Ordering::Acquire) != full {
            looks += 1;
            if looks > LOOKS {
                thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }

    pub fn put(&self, what: T) {
        self.await_full(false);
        // SAFETY: it is empty, so it is the giver's.
        unsafe { *self.what.get() = Some(what) };
        self.full.store(true, Ordering::Release);
    }

    pub fn take(&self) -> T {
        self.await_full(true);
        // SAFETY: it is full, so it is the taker's.
        let what = unsafe { (*self.what.get()).take() };
        self.full.store(false, Ordering::Release);
        what.unwrap_or_else(|| fail("nothing on the desk"))
    }
}
