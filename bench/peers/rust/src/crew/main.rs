// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! bus, tokio's broadcast, watch, semaphore and blocking pool, parking_lot, rayon and
//! threadpool as participants: the same program as bench/crew.h describes.

mod broadcast;
#[path = "../clock.rs"]
mod clock;
mod pool;
mod sync;
mod watch;

use clock::{cpu_ns, fail};
use std::thread;
use std::time::Instant;

pub struct Cell {
    pub word: String,
    pub threads: u64,
    pub capacity: usize,
    pub n: u64,
}

/// What a run prints besides the figures of the clock, or instead of them.
pub enum Figures {
    Clock,
    Also(f64),
    Instead(Vec<u64>),
}

/// Each of its words is the value.
pub type Msg<const W: usize> = [u64; W];

/// The value, if all words are the same.
pub fn value_of<const W: usize>(msg: &Msg<W>) -> u64 {
    if msg.iter().sum::<u64>() != msg[0] * W as u64 {
        fail("a torn value");
    }
    msg[0]
}

pub struct Tally {
    pub count: u64,
    pub sum: u64,
}

impl Tally {
    /// The values 1 to n must have been got.
    pub fn check(&self, n: u64) {
        if self.count != n || self.sum != n * (n + 1) / 2 {
            fail(&format!("got {} of sum {}, not {n}", self.count, self.sum));
        }
    }
}

fn run<const W: usize>(who: &str, cell: &Cell) -> Figures {
    match (who, cell.word.as_str()) {
        ("bus", "block") => broadcast::bus::<Msg<W>>(cell),
        ("tokio-broadcast", "lossy") => broadcast::tokio::<Msg<W>>(cell),
        ("tokio-watch", "watch") => watch::update_and_read::<W>(cell),
        ("tokio-watch", "wake") => watch::wake::<W>(cell),
        ("parking-lot", "mutex") => sync::parking_lot(cell),
        ("std-mutex", "mutex") => sync::std_mutex(cell),
        ("tokio-sem", "sem") => sync::tokio_semaphore(cell),
        ("rayon", "jobs") => pool::rayon(cell),
        ("threadpool", "jobs") => pool::threadpool(cell),
        ("tokio-blocking", "results") => pool::tokio_results(cell),
        _ => fail("no such participant in such a scenario"),
    }
}

fn run_large<const W: usize>(who: &str, cell: &Cell) -> Figures {
    match (who, cell.word.as_str()) {
        ("bus", "block") => broadcast::bus::<broadcast::Large<W>>(cell),
        ("tokio-broadcast", "lossy") => broadcast::tokio::<broadcast::Large<W>>(cell),
        _ => fail("no such participant with such messages"),
    }
}

fn parse(args: &[String]) -> Cell {
    let n = args[4].parse().unwrap_or_else(|_| fail("n?"));
    if n == 0 || n % 4 != 0 {
        fail("n must be a multiple of 4");
    }
    let (word, threads) = args[2].split_once('-').unwrap_or_else(|| fail("scenario?"));
    Cell {
        word: word.to_string(),
        threads: threads.parse().unwrap_or_else(|_| fail("threads?")),
        capacity: match args[3].as_str() {
            "unbounded" => usize::MAX,
            "large" => n as usize,
            number => number.parse().unwrap_or_else(|_| fail("capacity?")),
        },
        n,
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 6 {
        fail("usage: crew who scenario-threads capacity n bytes");
    }
    let cell = parse(&args);

    // As bench/crew.c does: glibc is cheaper in a process without threads.
    thread::spawn(|| ()).join().unwrap();

    let cpu = cpu_ns();
    let wall = Instant::now();
    let figures = match args[5].as_str() {
        "8" => run::<1>(&args[1], &cell),
        "256" => run::<32>(&args[1], &cell),
        "4096" => run_large::<512>(&args[1], &cell),
        _ => fail("bytes?"),
    };
    let wall = wall.elapsed().as_nanos() as f64 / cell.n as f64;
    let cpu = (cpu_ns() - cpu) as f64 / cell.n as f64;
    match figures {
        Figures::Clock => println!("{wall:.2} {cpu:.2}"),
        Figures::Also(figure) => println!("{wall:.2} {cpu:.2} {figure:.2}"),
        Figures::Instead(all) => {
            println!(
                "{}",
                all.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
            )
        }
    }
}
