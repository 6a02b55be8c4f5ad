#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Run the participants of each cell in turn and write the table.

Called by bench/run.sh, which has built the programs. In each round every cell
runs each of its participants once, one after another in a shuffled order, so
that whatever else the machine does meets all of them alike. A figure is the
median of the rounds. A program that fails, or counts wrongly, ends the run."""

import argparse
import collections
import itertools
import json
import os
import random
import re
import shlex
import statistics
import subprocess
import sys
import time

import chart
import nouns
import report

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
WORK = os.path.join(ROOT, "build", "bench")

ALL = ("seq", "1:1", "4:1", "4:4")
ANY = ("unbounded", "large", "128", "1", "0")   # of those scenarios
PROBES = ("ping", "burst", "empty", "make")     # bench/probe.h
BOUNDED = ("large", "128", "16", "1", "0")
EACH = ("unbounded", *BOUNDED)

Cell = collections.namedtuple("Cell", "group scenario capacity bytes")

# group: (scenarios, capacities, bytes of a message)
GROUPS = {
    "threads": (ALL, ANY, (8,)),
    "sizes": (ALL, ANY, (32, 256)),
    "batch": (("batch",), ("unbounded", "large", "128"), (8,)),
    "place": (("place",), ("16",), (4096, 65536)),
    "latency": (("ping",), ("1",), (8,)),
    "memory": (("burst",), ("unbounded",), (8,)),
    "empty": (("empty", "make"), ("unbounded", "1", "0"), (8,)),
}

# who: (program, kind, scenarios, capacities). Ratios are to the best of kind
# "thread"; Go's channels connect tasks, not threads, and are shown beside them.
# A program in C is there once for each size it is measured with.
PARTICIPANTS = {
    "leat": ("leat", "leat", (*ALL, "batch", "place", *PROBES), EACH),
    "leat-mpsc": ("leat", "leat", ("1:1", "4:1"), EACH),
    "leat-spsc": ("leat", "leat", ("seq", "1:1", "batch", *PROBES), EACH),
    "leat-in-place": ("leat", "leat", ("place",), EACH),
    "crossbeam-channel": ("rust_peers", "thread", (*ALL, "batch", "place",
                                                 *PROBES), EACH),
    "flume": ("rust_peers", "thread", (*ALL, "batch", "place", *PROBES), EACH),
    "kanal": ("rust_peers", "thread", (*ALL, "batch", "place", *PROBES), EACH),
    "std-mpsc": ("rust_peers", "thread",
                 ("seq", "1:1", "4:1", "batch", "place", *PROBES), EACH),
    "gasyncqueue": ("gasyncqueue", "thread",
                    (*ALL, "batch", *PROBES), ("unbounded",)),
    "mutex-condvar": ("mutex_condvar", "thread", (*ALL, "batch", *PROBES), EACH),
    "go": ("go_peers", "task", (*ALL, "batch", *PROBES), BOUNDED),
}

# Enough for a run of some 15 to 100 ms where the participant is a good one.
MESSAGES = {"unbounded": 2000000, "large": 2000000, "128": 500000, "16": 80000,
            "1": 40000, "0": 40000}
MESSAGES_OF = {"ping": 40000, "burst": 10000000, "empty": 1000, "make": 100000}
LARGE_BYTES = 256   # of a message: a quarter of them is enough
HUGE_BYTES = 65536  # of a message: a quarter of that
TIMEOUT_S = 300     # of one run: a channel that hangs is a failure


# Groups whose scenarios have a shape of their own, and programs (bench/own.h): who takes
# part in them, as above.
SELECT = ("select_rx", "select_both")
BUSY = ("busy-1", "busy-8", "busy-64", "busy-512")
QUIET = ("quiet-1", "quiet-8", "quiet-64", "quiet-512")
ONESHOT = ("alone", "ask")
CANCEL = ("flat", "deep")
SELECTORS = {
    "leat": ("leat-select", "leat", (*SELECT, *BUSY, *QUIET), ANY),
    "leat-set": ("leat-select", "leat", (*SELECT, *BUSY, *QUIET), ANY),
    "leat-spsc": ("leat-select", "leat", ("select_rx", *BUSY, *QUIET), ANY),
    "crossbeam-channel": ("rust-select", "thread", (*SELECT, *BUSY, *QUIET), ANY),
    # where both sides select it loses wake-ups and hangs: zesterer/flume issue 135
    "flume": ("rust-select", "thread", ("select_rx", *BUSY, *QUIET), ANY),
    "go": ("go_peers", "task", (*SELECT, *BUSY, *QUIET), BOUNDED),
}
ONESHOTS = {
    "leat": ("leat-oneshot", "leat", ONESHOT, ANY),
    "leat-in": ("leat-oneshot", "leat", ONESHOT, ANY),
    "oneshot": ("rust-oneshot", "thread", ONESHOT, ANY),
    "tokio": ("rust-oneshot", "thread", ONESHOT, ANY),
    "futures-channel": ("rust-oneshot", "thread", ONESHOT, ANY),
    "crossbeam-channel": ("rust-oneshot", "thread", ONESHOT, ANY),
    "go": ("go_peers", "task", ONESHOT, ANY),
}
CANCELS = {
    "leat": ("leat-cancel", "leat", CANCEL, ANY),
    "leat-in": ("leat-cancel", "leat", CANCEL, ANY),
    "tokio-util": ("rust-cancel", "thread", CANCEL, ANY),
    "go": ("go_peers", "task", CANCEL, ANY),
}
GROUPS.update({
    "select": (SELECT, ("unbounded", "large", "1", "0"), (8,)),
    "select_n": (BUSY, ("128", "1"), (8,)),
    "select_quiet": (QUIET, ("128",), (8,)),
    "oneshot": (ONESHOT, ("1",), (8,)),
    "cancel": (CANCEL, ("0",), (8,)),
})
OWN = {"select": SELECTORS, "select_n": SELECTORS, "select_quiet": SELECTORS,
       "oneshot": ONESHOTS, "cancel": CANCELS}
MESSAGES_OF.update({
    "busy-64": 200000, "busy-512": 40000, "quiet-64": 200000,
    "quiet-512": 20000, "alone": 1000000, "ask": 40000, "flat": 200000,
    "deep": 200000})
GROUPS.update(nouns.GROUPS)
OWN.update(nouns.PARTICIPANTS)
MESSAGES_OF.update(nouns.MESSAGES_OF)


def participants(group):
    return OWN.get(group, PARTICIPANTS)


def every_participant():
    """(who, what the tables say of it), once for each table it is in."""
    for table in (PARTICIPANTS, *{id(t): t for t in OWN.values()}.values()):
        yield from table.items()


def cells(only):
    """The cells whose name, such as "sizes 4:4 128 32", fits one of some regular
    expressions."""
    for group, (scenarios, capacities, sizes) in GROUPS.items():
        for cell in itertools.starmap(Cell, itertools.product(
                [group], scenarios, capacities, sizes)):
            if (cell.scenario == "seq"
                    and cell.capacity not in ("unbounded", "large")):
                continue
            if any(re.search(o, " ".join(map(str, cell))) for o in only):
                yield cell


def program(name, size):
    """The path of that program for messages of that size, or None if there is
    none."""
    for path in (f"{name}-{size}", name):
        path = os.path.join(WORK, "bin", path)
        if os.path.exists(path):
            return path
    return None


def output_of(*command):
    """The first line that a command prints, or None if there is no such
    command."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip().split("\n")[0]


def crate_versions():
    with open(os.path.join(BENCH, "peers", "rust", "Cargo.lock"),
              encoding="utf-8") as lock:
        return dict(re.findall(r'name = "(.*)"\nversion = "(.*)"',
                               lock.read()))


def version_of(who):
    if who.startswith("leat"):
        who = "leat"
    if who.startswith("std-"):
        return (output_of("rustc", "--version") or "?").split()[1]
    name = next(said[0] for other, said in every_participant() if other == who
                and program(said[0], 8))
    if name.startswith("rust"):
        return crate_versions()[nouns.CRATES.get(who, who)]
    return output_of(program(name, 8), who, "version")


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        found = re.search(r"^model name\s*: (.*)$", info.read(), re.M)
        if found:
            model = found.group(1)
    uname = os.uname()
    return (f"{model}, {len(os.sched_getaffinity(0))} cores, "
            f"{uname.sysname} {uname.release} {uname.machine}")


def run_one(who, cell, messages):
    name = participants(cell.group)[who][0]
    command = [program(name, cell.bytes), who, cell.scenario, cell.capacity,
               str(messages), str(cell.bytes)]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        sys.exit(f"bench: no end after {TIMEOUT_S} s: {' '.join(command)}")
    if done.returncode != 0:
        sys.exit(f"bench: failed with {done.returncode}: {' '.join(command)}\n"
                 f"{done.stderr}")
    return [float(value) for value in done.stdout.split()]


def run_floors(floors):
    done = subprocess.run([os.path.join(WORK, "bin", "bound")], capture_output=True, text=True,
                          check=True)
    for line in done.stdout.splitlines():
        ns, name = line.split("\t")
        floors.setdefault(name, []).append(float(ns))


def messages_of(cell, quick):
    """A multiple of four, so that four threads can share them."""
    messages = MESSAGES_OF.get(cell.scenario) or MESSAGES[cell.capacity]
    if cell.bytes >= LARGE_BYTES:
        messages //= 4
    if cell.bytes >= HUGE_BYTES:
        messages //= 4
    if quick:
        messages //= 4
    return max(messages // 4, 1) * 4


def run_rounds(args, plan):
    """All samples: {(cell, who): [the numbers a run printed, ...]}, and the
    floors: {name: [ns, ...]}."""
    samples, floors = {}, {}
    order = random.Random(args.seed)
    start = time.monotonic()
    for number in range(args.rounds):
        run_floors(floors)
        for cell, whos in plan.items():
            whos = list(whos)
            order.shuffle(whos)
            for who in whos:
                sample = run_one(who, cell, messages_of(cell, args.quick))
                samples.setdefault((cell, who), []).append(sample)
        print(f"bench: round {number + 1} of {args.rounds}, "
              f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    return samples, floors


# What a run of a scenario prints, if not this.
FIELDS = ("ns_per_msg", "cpu_ns_per_msg")
FIELDS_OF = {
    "ping": ("p50_ns", "p99_ns", "p999_ns"),
    "burst": ("before_kib", "peak_kib", "after_kib"),
    "empty": ("bytes_per_channel",),
    "make": ("ns_per_channel",),
    **{scenario: ("make_ns", "cancel_ns", "drop_ns") for scenario in CANCEL},
    **nouns.FIELDS_OF,
}


def row(cell, who, samples, version):
    """What is published of a participant in a cell: the median of each number."""
    fields = FIELDS_OF.get(cell.scenario, FIELDS)
    return {
        "group": cell.group, "scenario": cell.scenario, "capacity": cell.capacity,
        "bytes": cell.bytes, "who": who, "version": version,
        **{field: round(statistics.median(values), 2)
           for field, values in zip(fields, zip(*samples), strict=True)},
    }


def make_plan(args):
    """{cell: [who, ...]}, and the programs that are missing."""
    plan, missing = {}, set()
    for cell in cells(args.only.split(",")):
        for who, (name, kind, scenarios, capacities) in participants(
                cell.group).items():
            if (not re.search(args.who, who) or kind != "leat" and not args.peers
                    or cell.scenario not in scenarios
                    or cell.capacity not in capacities):
                continue
            if program(name, cell.bytes):
                plan.setdefault(cell, []).append(who)
            elif cell.bytes == 8:
                missing.add(name)
    return plan, missing


def parse_args():
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measure leat, as installed, beside its peers.",
        epilog="Only a full run with all peers writes to docs/bench; any other "
        "writes to build/bench.")
    parser.add_argument("--peers", action="store_true",
                        help="measure the peers, too")
    parser.add_argument("--quick", action="store_true",
                        help="3 rounds and a quarter of the messages")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help='cells, whose names are such as "sizes 4:4 128 32";'
                        ' several expressions with commas between; groups: '
                        + ", ".join(GROUPS))
    parser.add_argument("--who", default="", metavar="REGEX",
                        help="participants")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, help="of the order")
    parser.add_argument("--out", metavar="DIR", help="write here")
    args = parser.parse_args()
    args.full = not (args.quick or args.only or args.who or args.rounds)
    if args.rounds is None:
        args.rounds = 3 if args.quick else 11
    if args.seed is None:
        args.seed = random.SystemRandom().randrange(1 << 31)
    return args


def about(args, versions, missing):
    """What the reader of the table must know, in the order of the page."""
    revision = output_of("git", "-C", ROOT, "describe", "--always", "--dirty",
                         "--abbrev=12") or "unknown"
    return {
        "Command": shlex.join(["./dev", "bench"] + sys.argv[1:]),
        "Date": time.strftime("%Y-%m-%d", time.gmtime()),
        "Machine": machine(),
        "Compilers": ", ".join(filter(None, (
            output_of(os.environ.get("CC", "cc"), "--version"),
            output_of("rustc", "--version"), output_of("go", "version")))),
        "Versions": ", ".join(f"{who} {version}"
                              for who, version in versions.items()
                              if not who.startswith("leat-")),
        "Revision": revision,
        "Rounds": f"{args.rounds}, seed {args.seed}",
        "Not measured": ", ".join(sorted(missing)) or None,
    }


def main():
    args = parse_args()
    plan, missing = make_plan(args)
    for name in sorted(missing):
        print(f"bench: {name} was not built, its rows are left out",
              file=sys.stderr)
    if not plan:
        sys.exit("bench: nothing to measure")
    versions = {who: version_of(who)
                for who in dict.fromkeys(who for who, _ in every_participant())
                if any(who in whos for whos in plan.values())}
    facts = about(args, versions, missing)
    print(f"bench: seed {args.seed}", file=sys.stderr)

    before = os.getloadavg()[0]
    samples, floors = run_rounds(args, plan)
    facts["Load before"] = f"{before:.1f}"

    keys = [(cell, who) for cell, whos in plan.items() for who in whos]
    rows = [row(cell, who, samples[cell, who], versions[who])
            for cell, who in keys]
    spread = {(*cell[1:], who): [sample[0] for sample in samples[cell, who]]
              for cell, who in keys}
    kinds = {who: kind for who, (_, kind, _, _) in every_participant()}
    picture = chart.svg(rows)
    page = report.page(rows, kinds, spread, facts, floors, picture)

    published = args.peers and args.full and not missing
    out = args.out or (os.path.join(ROOT, "docs", "bench") if published
                       else WORK)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "threads.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r, separators=(",", ":")) + "\n" for r in rows)
    with open(os.path.join(out, "threads.md"), "w", encoding="utf-8") as f:
        f.write(page)
    if picture:
        with open(os.path.join(out, "threads.svg"), "w", encoding="utf-8") as f:
            f.write(picture)
    print(page)
    print(f"bench: written to {out}/threads.jsonl and threads.md",
          file=sys.stderr)


if __name__ == "__main__":
    main()
