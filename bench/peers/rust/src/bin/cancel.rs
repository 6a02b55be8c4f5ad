// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! tokio-util's CancellationToken as a participant in the scenarios of bench/own.h.

#[path = "../own.rs"]
mod own;

use own::fail;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const LEAVES: usize = 10_000;
const TOKENS_MAX: usize = 1 + 10 + 100 + LEAVES;

/// A parent before its children.
type Tree = Vec<CancellationToken>;

fn make_children(tree: &mut Tree, parent: usize, n: usize) {
    for _ in 0..n {
        let child = tree[parent].child_token();
        tree.push(child);
    }
}

fn make_flat(tree: &mut Tree) {
    tree.push(CancellationToken::new());
    make_children(tree, 0, LEAVES);
}

fn make_deep(tree: &mut Tree) {
    tree.push(CancellationToken::new());
    for _ in 0..10 {
        let middle = tree.len();
        make_children(tree, 0, 1);
        for _ in 0..10 {
            let lower = tree.len();
            make_children(tree, middle, 1);
            make_children(tree, lower, 100);
        }
    }
}

fn check_all(tree: &Tree, cancelled: bool) {
    if tree.iter().any(|token| token.is_cancelled() != cancelled) {
        fail("a token is cancelled that should not be, or is not");
    }
}

fn clocked(total: &mut Duration, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    *total += start.elapsed();
}

fn main() {
    let cell = own::cell();
    let make = match (cell.who.as_str(), cell.scenario.as_str()) {
        ("tokio-util", "flat") => make_flat,
        ("tokio-util", "deep") => make_deep,
        _ => fail("no such participant"),
    };
    let trees = cell.messages as usize / LEAVES;
    if trees == 0 || cell.messages as usize % LEAVES != 0 {
        fail("a tree has ten thousand tokens");
    }
    let mut times = [Duration::ZERO; 3];
    let mut tokens = 0;
    let mut tree = Tree::with_capacity(TOKENS_MAX);
    for _ in 0..trees {
        clocked(&mut times[0], || make(&mut tree));
        tokens += tree.len();
        check_all(&tree, false);
        clocked(&mut times[1], || tree[0].cancel());
        check_all(&tree, true);
        clocked(&mut times[2], || while tree.pop().is_some() {});
    }
    let figures = times.map(|t| format!("{:.2}", t.as_nanos() as f64 / tokens as f64));
    println!("{}", figures.join(" "));
}
