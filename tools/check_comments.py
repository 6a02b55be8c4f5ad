#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Nothing is left for later in the sources: what is missing is an issue, not a
mark in a file."""
import re
from pathlib import Path

from source import ROOT, Report

LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK|st" r"ubs?|"
                   r"not (?:yet )?implemented)\b")
KINDS = {".c", ".h", ".py", ".sh", ".cmake", ".md", ".rs", ".go", ".json",
         ".txt", ""}
FOLDERS = ("src", "include", "tests", "examples", "bench", "tools", "cmake",
           "docs")


def files():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in KINDS:
                yield path.relative_to(ROOT)
    for name in ("dev", "CMakeLists.txt", "README.md", "ARCHITECTURE.md",
                 "CONTRIBUTING.md"):
        if (ROOT / name).is_file():
            yield Path(name)


def main():
    report = Report()
    checked = 0
    for path in files():
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        checked += 1
        for number, line in enumerate(text.split("\n"), 1):
            found = LATER.search(line)
            if found and "data/" not in str(path):
                report.say(path, number, f"says {found.group()}")
    report.done(f"{checked} files" if checked else 0)


main()
