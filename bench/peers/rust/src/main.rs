// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! crossbeam-channel, flume, kanal and std's mpsc as participants: the same
//! program as bench/cell.h describes. Everything is generic over the channel,
//! so each loop is compiled for its channel with nothing indirect in it.

mod clock;

use clock::{cpu_ns, fail};
use std::thread;
use std::time::{Duration, Instant};

/// A message of some size: each of its words is the value.
trait Msg: Send + 'static {
    fn of(v: u64) -> Self;
    fn sum(&self) -> u64;
}

/// A large one, which is moved by moving its pointer.
struct Boxed<const N: usize>(Box<[u64]>);

impl<const N: usize> Msg for Boxed<N> {
    fn of(v: u64) -> Self {
        Boxed(vec![v; N].into_boxed_slice())
    }
    fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl<const N: usize> Msg for [u64; N] {
    fn of(v: u64) -> Self {
        [v; N]
    }
    fn sum(&self) -> u64 {
        self.iter().sum()
    }
}

trait Tx<M>: Send + Clone {
    fn put(&self, m: M);
}

trait Rx<M>: Send + Sized {
    fn get(&self) -> M;
    /// At least one message, and more if the channel has a call for that.
    fn get_many(&self, into: &mut Vec<M>) {
        into.push(self.get());
    }
    /// Does a try find nothing?
    fn drained(&self) -> bool;
    /// A second receiver, where there can be one.
    fn again(&self) -> Option<Self>;
}

macro_rules! channel {
    ($tx:ty, $rx:ty) => {
        channel!(@tx $tx);
        impl<M: Msg> Rx<M> for $rx {
            fn get(&self) -> M {
                self.recv().unwrap()
            }
            fn drained(&self) -> bool {
                !matches!(self.try_recv(), Ok(_))
            }
            fn again(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    };
    (@tx $tx:ty) => {
        impl<M: Msg> Tx<M> for $tx {
            fn put(&self, m: M) {
                if self.send(m).is_err() {
                    fail("closed");
                }
            }
        }
    };
}

channel!(crossbeam_channel::Sender<M>, crossbeam_channel::Receiver<M>);
channel!(@tx flume::Sender<M>);
channel!(@tx kanal::Sender<M>);
channel!(@tx std::sync::mpsc::Sender<M>);
channel!(@tx std::sync::mpsc::SyncSender<M>);

impl<M: Msg> Rx<M> for flume::Receiver<M> {
    fn get(&self) -> M {
        self.recv().unwrap()
    }
    fn get_many(&self, into: &mut Vec<M>) {
        into.push(self.get());
        into.extend(self.drain());
    }
    fn drained(&self) -> bool {
        self.try_recv().is_err()
    }
    fn again(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<M: Msg> Rx<M> for kanal::Receiver<M> {
    fn get(&self) -> M {
        self.recv().unwrap()
    }
    fn get_many(&self, into: &mut Vec<M>) {
        if self.drain_into(into).unwrap() == 0 {
            into.push(self.get());
        }
    }
    fn drained(&self) -> bool {
        // kanal says Ok(None) where others say Err(Empty)
        !matches!(self.try_recv(), Ok(Some(_)))
    }
    fn again(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<M: Msg> Rx<M> for std::sync::mpsc::Receiver<M> {
    fn get(&self) -> M {
        self.recv().unwrap()
    }
    fn drained(&self) -> bool {
        self.try_recv().is_err()
    }
    fn again(&self) -> Option<Self> {
        None
    }
}

const BATCH: usize = 64;

struct Cell {
    scenario: String,
    capacity: Option<usize>,
    messages: u64,
}

struct Tally {
    count: u64,
    sum: u64,
}

fn send<M: Msg, T: Tx<M>>(tx: &T, first: u64, n: u64) {
    for v in first..first + n {
        tx.put(M::of(v));
    }
}

fn recv<M: Msg, R: Rx<M>>(rx: &R, n: u64) -> Tally {
    let mut tally = Tally { count: 0, sum: 0 };
    for _ in 0..n {
        tally.sum += rx.get().sum();
        tally.count += 1;
    }
    tally
}

fn recv_batches<M: Msg, R: Rx<M>>(rx: &R, n: u64) -> Tally {
    let mut tally = Tally { count: 0, sum: 0 };
    let mut batch = Vec::with_capacity(BATCH);
    while tally.count < n {
        rx.get_many(&mut batch);
        tally.count += batch.len() as u64;
        tally.sum += batch.drain(..).map(|m| m.sum()).sum::<u64>();
    }
    tally
}

/// 1:1, received in batches. None of them can send a batch.
fn batches<M: Msg, T: Tx<M>, R: Rx<M>>(tx: T, rx: &R, n: u64) -> Tally {
    thread::scope(|scope| {
        scope.spawn(move || send(&tx, 1, n));
        recv_batches(rx, n)
    })
}

fn percentiles(mut trips: Vec<u64>) -> Vec<f64> {
    trips.sort_unstable();
    [500, 990, 999]
        .map(|mille| trips[(trips.len() - 1) * mille / 1000] as f64)
        .to_vec()
}

/// The three percentiles of the nanoseconds of a round trip.
fn ping<M: Msg, T: Tx<M>, R: Rx<M>>(make: impl Fn() -> (T, R), n: u64) -> Vec<f64> {
    let (there_tx, there_rx) = make();
    let (back_tx, back_rx) = make();
    let mut trips = Vec::with_capacity(n as usize);
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..n {
                back_tx.put(there_rx.get());
            }
        });
        for v in 1..=n {
            let start = Instant::now();
            there_tx.put(M::of(v));
            let answer = back_rx.get();
            trips.push(start.elapsed().as_nanos() as u64);
            if answer.sum() != v {
                fail("another message came back");
            }
        }
    });
    if !back_rx.drained() {
        fail("messages left in the channel");
    }
    percentiles(trips)
}

/// A line of /proc/self/status: KiB.
fn status_kib(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap_or_else(|| fail(name)).parse().unwrap()
}

fn burst<M: Msg, T: Tx<M>, R: Rx<M>>(make: impl Fn() -> (T, R), n: u64) -> Vec<f64> {
    let before = status_kib("VmRSS:");
    let (tx, rx) = make();
    send(&tx, 1, n);
    let tally = recv(&rx, n);
    if !rx.drained() {
        fail("messages left in the channel");
    }
    let after = status_kib("VmRSS:");
    if tally.count != n || tally.sum != n * (n + 1) / 2 {
        fail("wrong count or sum of the burst");
    }
    vec![before, status_kib("VmHWM:"), after]
}

/// Bytes that malloc has given out, its own included.
fn allocated() -> usize {
    // SAFETY: it only reads malloc's own accounts.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}

fn empty<M: Msg, T: Tx<M>, R: Rx<M>>(
    make: impl Fn() -> (T, R),
    capacity: Option<usize>,
    n: u64,
) -> Vec<f64> {
    let mut channels = Vec::with_capacity(n as usize);
    let before = allocated();
    for _ in 0..n {
        channels.push(make());
    }
    let bytes = allocated() - before;
    for (v, (tx, rx)) in (1..).zip(&channels) {
        if capacity != Some(0) {
            tx.put(M::of(v));
            if rx.get().sum() != v {
                fail("another message came out");
            }
        }
        if !rx.drained() {
            fail("messages left in a channel");
        }
    }
    vec![bytes as f64 / n as f64]
}

fn make_and_drop<C>(make: impl Fn() -> C, n: u64) -> Vec<f64> {
    let start = Instant::now();
    for _ in 0..n {
        drop(std::hint::black_box(make()));
    }
    vec![start.elapsed().as_nanos() as f64 / n as f64]
}

/// A message that ends who gets it.
const STOP: u64 = 0;

/// Until all who spin have given up and sleep.
fn settle() {
    let mut now = cpu_ns();
    loop {
        let before = now;
        thread::sleep(Duration::from_millis(20));
        now = cpu_ns();
        if now - before <= 1_000_000 {
            return;
        }
    }
}

/// The percentiles of a send to one of so many threads that sleep, until its answer.
fn parked<M: Msg, T: Tx<M>, R: Rx<M>>(
    make: impl Fn() -> (T, R),
    waiters: usize,
    n: u64,
) -> Vec<f64> {
    let (there_tx, there_rx) = make();
    let (back_tx, back_rx) = make();
    let mut trips = Vec::with_capacity(n as usize);
    thread::scope(|scope| {
        for _ in 0..waiters {
            let rx = there_rx
                .again()
                .unwrap_or_else(|| fail("only one receiver"));
            let tx = back_tx.clone();
            let wait = move || loop {
                let value = rx.get().sum();
                if value == STOP {
                    return;
                }
                tx.put(M::of(value));
            };
            let thread = thread::Builder::new().stack_size(64 << 10);
            if thread.spawn_scoped(scope, wait).is_err() {
                fail("a thread cannot be started");
            }
        }
        settle();
        for v in 1..=n {
            thread::sleep(Duration::from_micros(500));
            let start = Instant::now();
            there_tx.put(M::of(v));
            let answer = back_rx.get();
            trips.push(start.elapsed().as_nanos() as u64);
            if answer.sum() != v {
                fail("another message came back");
            }
        }
        (0..waiters).for_each(|_| there_tx.put(M::of(STOP)));
    });
    percentiles(trips)
}

fn texts(numbers: Vec<f64>) -> Vec<String> {
    numbers.iter().map(|x| format!("{x:.2}")).collect()
}

/// One of the scenarios of bench/probe.h, or None if it is none of them.
fn probe<M: Msg, T: Tx<M>, R: Rx<M>>(
    cell: &Cell,
    make: impl Fn() -> (T, R),
) -> Option<Vec<String>> {
    let n = cell.messages;
    if let Some(waiters) = cell.scenario.strip_prefix("parked-") {
        let waiters = waiters.parse().unwrap_or_else(|_| fail("waiters?"));
        return Some(texts(parked(make, waiters, n)));
    }
    let numbers = match cell.scenario.as_str() {
        "ping" => ping(make, n),
        "burst" => burst(make, n),
        "empty" => empty(make, cell.capacity, n),
        "make" => make_and_drop(make, n),
        _ => return None,
    };
    Some(texts(numbers))
}

/// "64:64": so many senders, so many receivers.
fn sides(scenario: &str) -> (u64, u64) {
    let side = |text: &str| text.parse().ok().filter(|n| (1..=64).contains(n));
    match scenario.split_once(':') {
        Some((tx, rx)) => side(tx).zip(side(rx)),
        None => None,
    }
    .unwrap_or_else(|| fail("no such scenario"))
}

/// `senders` threads; one receiver is the calling thread, several are threads.
fn spread<M: Msg, T: Tx<M>, R: Rx<M>>(
    tx: T,
    rx: &R,
    senders: u64,
    receivers: u64,
    n: u64,
) -> Tally {
    thread::scope(|scope| {
        let each = n / senders;
        for i in 0..senders {
            let tx = tx.clone();
            scope.spawn(move || send(&tx, 1 + i * each, each));
        }
        drop(tx);
        if receivers == 1 {
            return recv(rx, n);
        }
        let handles: Vec<_> = (0..receivers)
            .map(|_| {
                let rx = rx.again().unwrap_or_else(|| fail("only one receiver"));
                scope.spawn(move || recv(&rx, n / receivers))
            })
            .collect();
        let mut total = Tally { count: 0, sum: 0 };
        for handle in handles {
            let tally = handle.join().unwrap();
            total.count += tally.count;
            total.sum += tally.sum;
        }
        total
    })
}

fn run<M: Msg, T: Tx<M>, R: Rx<M>>(cell: &Cell, make: impl Fn() -> (T, R)) -> Tally {
    if let Some(numbers) = probe(cell, &make) {
        println!("{}", numbers.join(" "));
        std::process::exit(0);
    }
    let (tx, rx) = make();
    let n = cell.messages;
    let tally = match cell.scenario.as_str() {
        "seq" => {
            send(&tx, 1, n);
            recv(&rx, n)
        }
        "place" => spread(tx, &rx, 1, 1, n),
        "batch" => batches(tx, &rx, n),
        scenario => {
            let (senders, receivers) = sides(scenario);
            spread(tx, &rx, senders, receivers, n)
        }
    };
    if !rx.drained() {
        fail("messages left in the channel");
    }
    tally
}

fn run_who<M: Msg>(who: &str, cell: &Cell) -> Tally {
    match (who, cell.capacity) {
        ("crossbeam-channel", None) => run::<M, _, _>(cell, crossbeam_channel::unbounded),
        ("crossbeam-channel", Some(c)) => run::<M, _, _>(cell, || crossbeam_channel::bounded(c)),
        ("flume", None) => run::<M, _, _>(cell, flume::unbounded),
        ("flume", Some(c)) => run::<M, _, _>(cell, || flume::bounded(c)),
        ("kanal", None) => run::<M, _, _>(cell, kanal::unbounded),
        ("kanal", Some(c)) => run::<M, _, _>(cell, || kanal::bounded(c)),
        ("std-mpsc", None) => run::<M, _, _>(cell, std::sync::mpsc::channel),
        ("std-mpsc", Some(c)) => run::<M, _, _>(cell, || std::sync::mpsc::sync_channel(c)),
        _ => fail("no such participant"),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 6 {
        fail("usage: peers who scenario capacity messages bytes");
    }
    let messages: u64 = args[4].parse().unwrap_or_else(|_| fail("messages?"));
    let capacity = match args[3].as_str() {
        "unbounded" => None,
        "large" => Some(messages as usize),
        number => Some(number.parse().unwrap_or_else(|_| fail("capacity?"))),
    };
    let cell = Cell {
        scenario: args[2].clone(),
        capacity,
        messages,
    };
    if messages == 0 || messages % 4 != 0 {
        fail("the number of messages must be a multiple of 4");
    }

    // As bench/cell.c does: glibc is cheaper in a process without threads.
    thread::spawn(|| ()).join().unwrap();

    let cpu = cpu_ns();
    let wall = Instant::now();
    let (got, words) = match args[5].as_str() {
        "8" => (run_who::<[u64; 1]>(&args[1], &cell), 1),
        "32" => (run_who::<[u64; 4]>(&args[1], &cell), 4),
        "64" => (run_who::<[u64; 8]>(&args[1], &cell), 8),
        "256" => (run_who::<[u64; 32]>(&args[1], &cell), 32),
        "512" => (run_who::<[u64; 64]>(&args[1], &cell), 64),
        "4096" => (run_who::<Boxed<512>>(&args[1], &cell), 512),
        "16384" => (run_who::<Boxed<2048>>(&args[1], &cell), 2048),
        "65536" => (run_who::<Boxed<8192>>(&args[1], &cell), 8192),
        _ => fail("bytes?"),
    };
    let wall = wall.elapsed().as_nanos() as f64;
    let cpu = (cpu_ns() - cpu) as f64;

    let sum = messages * (messages + 1) / 2 * words;
    if got.count != messages || got.sum != sum {
        fail(&format!(
            "{} got {} messages of sum {}, not {} of sum {}",
            args[1], got.count, got.sum, messages, sum
        ));
    }
    println!("{:.2} {:.2}", wall / messages as f64, cpu / messages as f64);
}
