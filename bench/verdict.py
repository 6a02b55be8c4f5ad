#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""What leat is to reach beside its peers, and where it does: from the threads.jsonl of
one run or of two.

    ./dev verdict FILE.jsonl [FILE.jsonl]

A ratio is how many times as fast as the best peer that runs on threads. Exits with 0 if
every target is met in every run."""

import argparse
import collections
import json
import math
import statistics
import sys

import cells

OF_FLOOR = 1.3      # times its floor: a cell that is within it is met as well

# A target: the cells it is about, who of leat's stands in them, the geometric mean of
# the ratios and the least of them.
Target = collections.namedtuple("Target", "title who has mean least")


def in_groups(*groups):
    return lambda cell: cell.group in groups


def promised(cell):
    return (cell.group in ("threads", "sizes") and cell.scenario == "1:1"
            and cell.bytes in (8, 32) and cell.capacity in ("unbounded", "large", "128"))


TARGETS = (
    Target("plain channels", "leat", in_groups("threads", "sizes"), 1.5, 1.0),
    Target("one sender and one receiver, promised", "leat-spsc", promised, 3.0, 1.5),
    Target("batches of 64", "leat", in_groups("batch"), 4.0, 2.0),
    Target("select", "leat", in_groups("select", "select_n", "select_quiet"), 1.5, 1.0),
    Target("oneshot from the heap", "leat", in_groups("oneshot"), 1.5, 1.2),
    Target("oneshot in the caller's memory", "leat-in", in_groups("oneshot"), 2.0, 1.2),
    Target("broadcast", "leat", in_groups("broadcast", "broadcast-large"), 2.0, 1.2),
    Target("watch", "leat", in_groups("watch"), 2.0, 1.2),
)

# Figures of leat alone, or beside the best peer's: the title, the scenario, the
# capacity, who, what of the row, and what it may be at most (None: the best peer's).
Limit = collections.namedtuple("Limit", "title scenario capacity who figure most")


def field(name):
    return lambda row: row[name]


def grown(row):
    return row["after_kib"] - row["before_kib"]


LIMITS = tuple(
    Limit(f"{title}, {who}", scenario, capacity, who, figure, most)
    for title, scenario, capacity, figure, most in (
        ("p99 of a round trip, ns", "ping", "1", field("p99_ns"), None),
        ("bytes of an empty channel of capacity 0", "empty", "0",
         field("bytes_per_channel"), 256),
        ("bytes of an empty unbounded channel", "empty", "unbounded",
         field("bytes_per_channel"), 1024),
        ("KiB more than before, after ten million messages", "burst", "unbounded",
         grown, 1024))
    for who in ("leat", "leat-spsc"))

# What a run says of one: whether it holds, and the sentence.
Said = collections.namedtuple("Said", "holds text")


class Run:
    """The rows of one run."""

    def __init__(self, name, rows):
        self.name = name
        self.of = {}
        for row in rows:
            cell = cells.Cell(row["group"], row["scenario"], row["capacity"], row["bytes"])
            self.of.setdefault(cell, {})[row["who"]] = row

    def row(self, cell, who):
        return self.of.get(cell, {}).get(who)

    def fastest(self, cell, kinds):
        """The row of the best peer on threads, or None."""
        peers = [row for who, row in self.of.get(cell, {}).items()
                 if kinds.get(who) == "thread"]
        return min(peers, key=lambda row: row["ns_per_msg"], default=None)


class Measured:
    """leat and the best peer in a cell of a run; either may be missing."""

    def __init__(self, run, cell, target, kinds):
        self.mine = run.row(cell, target.who)
        self.peer = run.fastest(cell, kinds)
        self.target = target
        self.there = bool(self.mine and self.peer)
        if not self.there:
            return
        self.ratio = self.peer["ns_per_msg"] / self.mine["ns_per_msg"]
        floor = self.mine.get("floor_ns")
        self.of_floor = self.mine["ns_per_msg"] / floor if floor else None
        self.at_floor = self.of_floor is not None and self.of_floor <= OF_FLOOR
        self.holds = self.ratio >= target.least or self.at_floor
        self.counts = max(self.ratio, target.mean) if self.at_floor else self.ratio

    def text(self):
        if not self.there:
            return "not measured"
        floor = f", {self.of_floor:.1f} floors" if self.of_floor else ""
        return f"{self.ratio:.2f} of {self.peer['who']}{floor}"

    def cpu(self):
        """Not more processor time than the fastest peer."""
        if not self.there:
            return Said(False, "not measured")
        mine, its = self.mine["cpu_ns_per_msg"], self.peer["cpu_ns_per_msg"]
        return Said(mine <= its, f"{mine:.1f} against {its:.1f} of {self.peer['who']}")


def name_of(cell):
    return f"{cell.scenario} {cell.capacity}, {cell.bytes} bytes"


def mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


class Judged:
    """One target in all runs."""

    def __init__(self, runs, target, kinds):
        self.target = target
        self.table = {cell: [Measured(run, cell, target, kinds) for run in runs]
                      for cell in cells.cells(cells.GROUPS, [""])
                      if target.has(cell) and has_peer(cell, target.who, kinds)}

    def columns(self):
        return zip(*self.table.values())

    def means(self):
        """What each run says of the mean."""
        found = []
        for column in self.columns():
            ratios = [m.counts for m in column if m.there]
            if len(ratios) < len(self.table):
                found.append(Said(False, f"{len(self.table) - len(ratios)} not measured"))
                continue
            found.append(Said(mean(ratios) >= self.target.mean, f"{mean(ratios):.2f}"))
        return found

    def missed(self):
        """The cells below the least in some run."""
        return {cell: row for cell, row in self.table.items()
                if not all(m.there and m.holds for m in row)}

    def hungry(self):
        """{cell: what each run says of the processor's time} where it is too much."""
        found = {}
        for cell, row in self.table.items():
            said = [m.cpu() for m in row]
            if not all(s.holds for s in said):
                found[cell] = said
        return found


def has_peer(cell, who, kinds):
    """Does that participant run in the cell, and some peer on threads?"""
    def runs(name):
        _, _, scenarios, capacities = cells.participants(cell.group)[name]
        return cell.scenario in scenarios and cell.capacity in capacities
    table = cells.participants(cell.group)
    return who in table and runs(who) and any(
        runs(name) for name in table if kinds[name] == "thread")


def limit_said(run, limit, kinds):
    """What a run says of a limit."""
    for cell, rows in run.of.items():
        if (cell.scenario, cell.capacity) != (limit.scenario, limit.capacity):
            continue
        peers = [limit.figure(row) for who, row in rows.items()
                 if kinds.get(who) == "thread"]
        most = limit.most if limit.most is not None else min(peers, default=None)
        if limit.who in rows and most is not None:
            mine = limit.figure(rows[limit.who])
            return Said(mine <= most, f"{mine:.0f} of {most:.0f}")
    return Said(False, "not measured")


# ---- the page ---------------------------------------------------------------------

INTRO = """# What leat is to reach

How many times as fast as the best peer that runs on threads, cell by cell of
[threads.md](threads.md). A target is a geometric mean and a least ratio. A cell within
{of_floor} times of its floor counts as met whatever the peers do, and in the mean at
least as the target; *floors* is how many times its floor it takes. Go's tasks never count.
"""


def verdict(holds):
    return "met" if holds else "**not met**"


def summary_line(judged):
    target = judged.target
    means, missed, hungry = judged.means(), judged.missed(), judged.hungry()
    holds = all(m.holds for m in means) and not missed
    return (f"| {target.title} (`{target.who}`) | {target.mean:g} | "
            f"{', '.join(m.text for m in means)} | {target.least:g} | "
            f"{len(judged.table) - len(missed)} of {len(judged.table)} | "
            f"{len(judged.table) - len(hungry)} of {len(judged.table)} | {verdict(holds)} |")


def cells_table(judged, runs, rows):
    """The cells of a target: the least ratio, what each run says, whether it holds."""
    target = judged.target
    lines = ["", f"## {target.title} (`{target.who}`)", "",
             f"| cell | least | {' | '.join(run.name for run in runs)} | |",
             "|---|---:|" + "---|" * (len(runs) + 1)]
    for cell, measured in rows.items():
        holds = all(m.there and m.holds for m in measured)
        lines.append(f"| {name_of(cell)} | {target.least:g} | "
                     f"{' | '.join(m.text() for m in measured)} | {verdict(holds)} |")
    return lines


def cpu_table(all_judged, runs):
    lines = ["", "## More processor time than the fastest peer", "",
             "Nanoseconds of processor time a message.", "",
             f"| cell | {' | '.join(run.name for run in runs)} |",
             "|---|" + "---|" * len(runs)]
    for judged in all_judged:
        for cell, said in judged.hungry().items():
            lines.append(f"| `{judged.target.who}`: {name_of(cell)} | "
                         f"{' | '.join(s.text for s in said)} |")
    return lines


def limits_table(all_judged, runs, kinds):
    whole = sum(len(judged.table) for judged in all_judged)
    modest = [sum(row[at].cpu().holds for judged in all_judged
                  for row in judged.table.values()) for at in range(len(runs))]
    lines = ["", "## Besides", "",
             f"| | {' | '.join(run.name for run in runs)} | |",
             "|---|" + "---:|" * len(runs) + "---|",
             "| cells with no more processor time than the fastest peer |"
             + "".join(f" {n} of {whole} |" for n in modest)
             + f" {verdict(all(n == whole for n in modest))} |"]
    for limit in LIMITS:
        said = [limit_said(run, limit, kinds) for run in runs]
        lines.append(f"| {limit.title} | {' | '.join(s.text for s in said)} | "
                     f"{verdict(all(s.holds for s in said))} |")
    return lines


def all_met(runs, kinds):
    judged = [Judged(runs, target, kinds) for target in TARGETS]
    return (all(m.holds for j in judged for m in j.means())
            and not any(j.missed() or j.hungry() for j in judged)
            and all(limit_said(run, limit, kinds).holds
                    for run in runs for limit in LIMITS))


def page(runs, kinds, everything=False):
    """Markdown: what is met and what is not; with every cell, or those not met."""
    all_judged = [Judged(runs, target, kinds) for target in TARGETS]
    lines = [INTRO.format(of_floor=OF_FLOOR),
             "| target | mean | measured | least | cells that have it | "
             "with no more CPU time | |", "|---|---:|---:|---:|---:|---:|---|",
             *map(summary_line, all_judged), *limits_table(all_judged, runs, kinds)]
    for judged in all_judged:
        rows = judged.table if everything else judged.missed()
        if rows:
            lines += cells_table(judged, runs, rows)
    if any(judged.hungry() for judged in all_judged):
        lines += cpu_table(all_judged, runs)
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        prog="./dev verdict", description="What leat is to reach, and where it does. "
        "Exits with 0 if every target is met in every run.")
    parser.add_argument("files", nargs="+", metavar="FILE.jsonl",
                        help="the threads.jsonl of a run")
    parser.add_argument("--short", action="store_true",
                        help="of the cells only those that are not met")
    args = parser.parse_args()
    runs = []
    for number, path in enumerate(args.files, 1):
        with open(path, encoding="utf-8") as file:
            runs.append(Run(f"run {number}", [json.loads(line) for line in file]))
    kinds = cells.kinds()
    print(page(runs, kinds, not args.short), end="")
    sys.exit(0 if all_met(runs, kinds) else 1)


if __name__ == "__main__":
    main()
