#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""What docs/performance.md says about speed is so in what was measured last. A comment
below a sentence has the figures that it stands on, and the range in which it holds:

    <!-- 0.2..0.6: batch unbounded 8 leat / 1:1 unbounded 8 leat -->

One figure, or one over another, is:

    SCENARIO CAPACITY BYTES WHO [FIELD]   a row of docs/bench/threads.jsonl; nanoseconds
                                          a message, or another field of the row
    growth SCENARIO ...                   likewise of docs/bench/growth.jsonl
    floor WHAT                            a row of the floors in docs/bench/threads.md
    count PATH                            instructions, from tests/instructions/counts

A sentence that does not hold any more is to be written anew, not its range."""
import json
import re

from source import ROOT, Report, text_of

DOCUMENT = "docs/performance.md"
CLAIM = re.compile(r"^<!-- ([\d.]+)\.\.([\d.]+): (.+?) -->$", re.M)
COMMENT = re.compile(r"<!-- *[\d.]+ *\.\.")
COUNTS = "tests/instructions/counts/gcc-12.2.0-debian-x86_64"


def rows_of(path, prefix=""):
    """{the words of a figure: its value} of the rows of a run"""
    found = {}
    for line in text_of(path).splitlines():
        row = json.loads(line)
        cell = (f"{prefix}{row['scenario']} {row['capacity']} {row['bytes']} "
                f"{row['who']}")
        for field, value in row.items():
            if isinstance(value, float):
                found[f"{cell} {field}"] = value
        if "ns_per_msg" in row:
            found[cell] = row["ns_per_msg"]
    return found


def figures():
    """{the words of a figure: its value}"""
    found = rows_of("docs/bench/threads.jsonl")
    found.update(rows_of("docs/bench/growth.jsonl", "growth "))
    floors = text_of("docs/bench/threads.md").partition("\n## Floors\n")[2]
    for what, ns in re.findall(r"^\| (.+?) \| ([\d.]+) \|$", floors, re.M):
        found[f"floor {what}"] = float(ns)
    for line in (ROOT / COUNTS).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            path, cost, _ = line.split()
            found[f"count {path}"] = float(cost)
    return found


def main():
    report = Report()
    text = text_of(DOCUMENT)
    known = figures()
    claims = list(CLAIM.finditer(text))
    if len(claims) != len(COMMENT.findall(text)):
        report.say(DOCUMENT, 1, "a range is not written as it should be")
    for claim in claims:
        line = text.count("\n", 0, claim.start()) + 1
        low, high, words = claim.groups()
        missing = [w for w in words.split(" / ") if w not in known]
        if missing:
            report.say(DOCUMENT, line, f"nobody has measured {missing[0]!r}")
            continue
        value, *below = (known[w] for w in words.split(" / "))
        for one in below:
            value /= one
        if not float(low) <= value <= float(high):
            report.say(DOCUMENT, line, f"{words} is {value:.2f}, not {low} to "
                       f"{high}: what stands above it is not so any more")
    report.done(f"{len(claims)} sentences" if claims else 0)


main()
