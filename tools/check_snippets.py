#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The code in docs/porting.md and docs/performance.md is the code in tests/porting and
tests/performance, which the tests compile and run. A line `<!-- file region -->` stands
above each block and says what the block shows: the lines of that file between `region
NAME` and `end region`, each in a comment; as far as the region is indented as a whole
the block is not. Every block of code has such a line, and every region is shown once."""
import re
from textwrap import dedent

from source import ROOT, Report, text_of

SHOWN = {"docs/porting.md": "tests/porting",
         "docs/performance.md": "tests/performance"}
BLOCK = re.compile(r"^(?:<!-- (\S+) (\w+) -->\n)?```(\w*)\n(.*?)^```$",
                   re.M | re.S)
REGION = re.compile(r"^ *(?:/\*|//) region (\w+)(?: \*/)?\n(.*?)"
                    r"^ *(?:/\*|//) end region(?: \*/)?$", re.M | re.S)


def regions(folder):
    """{(file, region): its lines}, of all programs."""
    found = {}
    for path in sorted((ROOT / folder).glob("*.*")):
        for region in REGION.finditer(path.read_text(encoding="utf-8")):
            found[path.name, region.group(1)] = (
                dedent(region.group(2)).strip("\n"))
    return found


def check(report, document, folder):
    """The number of blocks of one document."""
    code = regions(folder)
    shown = []
    text = text_of(document)
    for block in BLOCK.finditer(text):
        if not block.group(1) and block.group(3) in ("", "sh"):
            continue    # what a shell says or is told
        line = text.count("\n", 0, block.start()) + 1
        name = block.group(1), block.group(2)
        shown.append(name)
        if name not in code:
            report.say(document, line, f"a block of no known region: {name}")
        elif block.group(4).strip("\n") != code[name]:
            report.say(document, line, f"not what is in {folder}/{name[0]}")
        elif not name[0].endswith("." + block.group(3)):
            report.say(document, line, f"{name[0]} is not {block.group(3)}")
    for name in code:
        if shown.count(name) != 1:
            report.say(f"{folder}/{name[0]}", 1, f"region {name[1]} is shown "
                       f"{shown.count(name)} times")
    if not shown:
        report.say(document, 1, "no code in it")
    return len(shown)


def main():
    report = Report()
    report.done(f"{sum(check(report, *pair) for pair in SHOWN.items())} blocks")


main()
