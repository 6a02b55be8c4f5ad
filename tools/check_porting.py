#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The code in docs/porting.md is the code in tests/porting, which the tests compile
and run. A line `<!-- file region -->` stands above each block and says what the block
shows: the lines of tests/porting/file between `region NAME` and `end region`, each in
a comment. Every block has such a line, and every region is shown once."""
import re

from source import ROOT, Report, text_of

DOCUMENT = "docs/porting.md"
FOLDER = "tests/porting"
BLOCK = re.compile(r"^(?:<!-- (\S+) (\w+) -->\n)?```(\w*)\n(.*?)^```$",
                   re.M | re.S)
REGION = re.compile(r"^(?:/\*|//) region (\w+)(?: \*/)?\n(.*?)"
                    r"^(?:/\*|//) end region(?: \*/)?$", re.M | re.S)


def regions():
    """{(file, region): its lines}, of all programs."""
    found = {}
    for path in sorted((ROOT / FOLDER).glob("*_*.*")):
        for region in REGION.finditer(path.read_text(encoding="utf-8")):
            found[path.name, region.group(1)] = region.group(2).strip("\n")
    return found


def main():
    report = Report()
    code = regions()
    shown = []
    text = text_of(DOCUMENT)
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        name = block.group(1), block.group(2)
        shown.append(name)
        if name not in code:
            report.say(DOCUMENT, line, f"a block of no known region: {name}")
        elif block.group(4).strip("\n") != code[name]:
            report.say(DOCUMENT, line, f"not what is in {FOLDER}/{name[0]}")
        elif not name[0].endswith("." + block.group(3)):
            report.say(DOCUMENT, line, f"{name[0]} is not {block.group(3)}")
    for name in code:
        if shown.count(name) != 1:
            report.say(f"{FOLDER}/{name[0]}", 1, f"region {name[1]} is shown "
                       f"{shown.count(name)} times")
    report.done(f"{len(shown)} blocks" if shown else 0)


main()
