#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Each atomic operation in src/ says why its order is what it is.

    check_orders.py            check, and compare docs/orders.md
    check_orders.py --write    check, and write docs/orders.md

An operation that orders (acquire, release, both, seq_cst, a fence) stands at or
below a comment "ORDER <label>: ..."; a relaxed one at or below a comment with
"relaxed". "Below" is within NEAR lines, in the same function or in the comment on
top of it. A label is one edge and has two ends, so it stands at two operations or more; a read-modify-write
with both orders is both ends at once and may stand alone. """
import re
import sys

from source import ROOT, Report, c_files, functions, text_of, without_comments

NEAR = 10
TABLE = "docs/orders.md"
ATOMIC = "src/base/atomic.h"
LABEL = re.compile(r"ORDER ([a-z0-9_]+\.[a-z0-9_]+)")
HEAD = """# Orders

Which atomic operation orders what, edge by edge: the ends of an edge carry the
same label, and the comment at each end says what must be visible to whom. The
rest of the atomic operations is relaxed and says there why that will do.
Written by `tools/check_orders.py --write`; do not edit.

| edge | file | function | operation | what for |
|---|---|---|---|---|
"""


def operations():
    """name -> does it order? Taken from atomic.h, which has all there is."""
    text = without_comments(text_of(ATOMIC))
    names = set(re.findall(r"\b(leat__(?:ld|st|cas|xchg|add|sub|or|and|fence)"
                           r"\w*)\b", text))
    return {name: not name.endswith("_rlx") for name in names}


def comments_above(lines, first, at):
    """Text of the comments in the lines first..at, counted from 1."""
    text = "\n".join(lines[first - 1:at])
    return re.findall(r"/\*.*?\*/|/\*.*\Z|\A[^/]*?\*/", text, flags=re.S)


def sentence(comment, label):
    """What an ORDER comment says, on one line."""
    text = re.sub(r"\s*\n\s*\*?\s*", " ", comment.strip("/* \n"))
    text = text[text.index("ORDER " + label) + len("ORDER " + label):]
    text = re.split(r"\bORDER [a-z0-9_]+\.", text)[0]
    return text.lstrip(": ").rstrip("/* ").replace("|", "\\|")


def check_file(report, path, orders, edges):
    """Check one file, add its ends to edges; gives the number of operations."""
    text = text_of(path)
    lines = text.split("\n")
    code = without_comments(text).split("\n")
    bodies = list(functions(text))
    call = re.compile(r"\b(" + "|".join(sorted(orders)) + r")\s*\(")
    checked = 0
    for number, line in enumerate(code, 1):
        for name in call.findall(line):
            checked += 1
            where = [b[0] for b in bodies if b[1] <= number <= b[2]][-1]
            top = max([b[2] for b in bodies if b[2] < number], default=0) + 1
            said = comments_above(lines, max(top, number - NEAR), number)
            if orders[name]:
                add_ends(report, path, number, where, name, said, edges)
            elif not any("relaxed" in c for c in said):
                report.say(path, number, f"{name}: why relaxed?")
    return checked


def add_ends(report, path, number, where, name, said, edges):
    labelled = [c for c in said if LABEL.search(c)]
    if not labelled:
        report.say(path, number, f"{name}: no ORDER comment")
        return
    for label in LABEL.findall(labelled[-1]):
        edges.setdefault(label, []).append(
            (path, number, where, name, sentence(labelled[-1], label)))


def check_edges(report, edges):
    for label, ends in sorted(edges.items()):
        if len(ends) < 2 and not ends[0][3].endswith("_acqrel"):
            report.say(ends[0][0], ends[0][1],
                       f"ORDER {label} has no other end")


def table(edges):
    rows = []
    for label, ends in sorted(edges.items()):
        for path, _, where, name, why in ends:
            short = name.replace("leat__", "", 1)
            rows.append(f"| {label} | {path.relative_to('src')} | "
                        f"{where} | {short} | {why} |\n")
    return HEAD + "".join(rows)


def main():
    report = Report()
    orders = operations()
    edges = {}
    checked = 0
    for path in c_files("src"):
        if str(path) != ATOMIC:
            checked += check_file(report, path, orders, edges)
    check_edges(report, edges)
    if sys.argv[1:] == ["--write"]:
        (ROOT / TABLE).write_text(table(edges), encoding="utf-8")
    elif not (ROOT / TABLE).is_file() or text_of(TABLE) != table(edges):
        report.say(TABLE, 1, "is stale: tools/check_orders.py --write")
    report.done(f"{checked} operations, {len(edges)} edges" if edges else 0)


main()
