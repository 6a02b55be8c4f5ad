#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Run the participants of each cell in turn and write the table.

Called by bench/run.sh, which has built the programs. In each round every cell
runs each of its participants once, one after another in a shuffled order, so
that whatever else the machine does meets all of them alike. A figure is the
median of the rounds. A program that fails, or counts wrongly, ends the run."""

import argparse
import json
import os
import random
import re
import shlex
import statistics
import subprocess
import sys
import time

import cells
import chart
import floors
import growth
import nouns
import report
import verdict

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
WORK = os.path.join(ROOT, "build", "bench")
ROUNDS, ROUNDS_OF_GROWTH = (11, 3), (5, 2)     # and with --quick
TIMEOUT_S = 300     # of one run: a channel that hangs is a failure


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
    name = next(said[0] for other, said in cells.every_participant() if other == who
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
    name = cells.participants(cell.group)[who][0]
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


def run_floors(args):
    return floors.measure(os.path.join(WORK, "bin", "bound"),
                          *(["growth"] if args.growth else []))


def run_rounds(args, plan):
    """All samples: {(cell, who): [the numbers a run printed, ...]}, and the floors of
    each round."""
    samples, bounds = {}, []
    order = random.Random(args.seed)
    start = time.monotonic()
    for number in range(args.rounds):
        bounds.append(run_floors(args))
        for cell, whos in plan.items():
            whos = list(whos)
            order.shuffle(whos)
            for who in whos:
                sample = run_one(who, cell, cells.messages_of(cell, args.quick))
                samples.setdefault((cell, who), []).append(sample)
        print(f"bench: round {number + 1} of {args.rounds}, "
              f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    return samples, bounds


def quartiles(field, values):
    """The median of a number, and its quartiles."""
    low, _, high = (statistics.quantiles(values, n=4, method="inclusive")
                    if len(values) > 1 else values * 3)
    return {field: round(statistics.median(values), 2),
            f"{field}_q1": round(low, 2), f"{field}_q3": round(high, 2)}


def row(cell, who, samples, version, way):
    """What is published of a participant in a cell: the median and quartiles of each
    number; of leat the floor, too, if it has one: (ns, what it is)."""
    found = {
        "group": cell.group, "scenario": cell.scenario, "capacity": cell.capacity,
        "bytes": cell.bytes, "who": who, "version": version,
    }
    if cell.group in growth.GROUPS:
        found["number"] = growth.number_of(cell)
    for field, values in zip(cells.fields_of(cell.scenario), zip(*samples), strict=True):
        found.update(quartiles(field, values))
    if way and who.startswith("leat"):
        found.update(floor_ns=round(way[0], 2), floor=way[1])
    return found


def way_of(cell, who, least):
    """The floor of that participant in that cell."""
    if cell.group in growth.GROUPS:
        return growth.floor_of(cell, least)
    return floors.way_of(cell, who, floors.Floors(least))


def make_plan(args):
    """{cell: [who, ...]}, and the programs that are missing."""
    plan, missing = {}, set()
    groups = growth.GROUPS if args.growth else cells.GROUPS
    for cell in cells.cells(groups, args.only.split(",")):
        for who, (name, kind, scenarios, capacities) in cells.participants(
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
    parser.add_argument("--growth", action="store_true",
                        help="instead of the table: how cost grows with the message, "
                        "the threads, those who wait, the capacity, the cases")
    parser.add_argument("--quick", action="store_true",
                        help="fewer rounds and a quarter of the messages")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help='cells, whose names are such as "sizes 4:4 128 32";'
                        ' several expressions with commas between; groups: '
                        + ", ".join((*cells.GROUPS, *growth.GROUPS)))
    parser.add_argument("--who", default="", metavar="REGEX",
                        help="participants")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, help="of the order")
    parser.add_argument("--out", metavar="DIR", help="write here")
    args = parser.parse_args()
    args.full = not (args.quick or args.only or args.who or args.rounds)
    if args.rounds is None:
        args.rounds = (ROUNDS_OF_GROWTH if args.growth else ROUNDS)[args.quick]
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


def pages(args, rows, facts, least):
    """{file name: text} of what is to be written, the page to be shown first."""
    lines = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in rows)
    if args.growth:
        return {"growth.md": growth.page(rows, facts, least), "growth.jsonl": lines,
                **growth.pictures(rows)}
    picture = chart.svg(rows)
    kinds = cells.kinds()
    found = {"threads.md": report.page(rows, kinds, facts, least, picture),
             "threads.jsonl": lines, "threads.svg": picture,
             "verdict.md": verdict.page([verdict.Run("this run", rows)], kinds)}
    return {name: text for name, text in found.items() if text}


def write(out, files):
    os.makedirs(out, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(out, name), "w", encoding="utf-8") as f:
            f.write(text)


def main():
    args = parse_args()
    plan, missing = make_plan(args)
    for name in sorted(missing):
        print(f"bench: {name} was not built, its rows are left out",
              file=sys.stderr)
    if not plan:
        sys.exit("bench: nothing to measure")
    versions = {who: version_of(who)
                for who in dict.fromkeys(who for who, _ in cells.every_participant())
                if any(who in whos for whos in plan.values())}
    facts = about(args, versions, missing)
    print(f"bench: seed {args.seed}", file=sys.stderr)

    before = os.getloadavg()[0]
    samples, bounds = run_rounds(args, plan)
    facts["Load before"] = f"{before:.1f}"

    least = floors.least(bounds)
    rows = [row(cell, who, samples[cell, who], versions[who], way_of(cell, who, least))
            for cell, whos in plan.items() for who in whos]
    files = pages(args, rows, facts, least)
    published = args.peers and args.full and not missing
    out = args.out or (os.path.join(ROOT, "docs", "bench") if published
                       else WORK)
    write(out, files)
    print(next(iter(files.values())))
    print(f"bench: written to {out}: {', '.join(files)}", file=sys.stderr)


if __name__ == "__main__":
    main()
