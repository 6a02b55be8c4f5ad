#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""check_symbols.py libleat.so libleat.a: the shared library exports exactly the
functions that the headers declare; the static one defines nothing outside
leat's name space."""
import re
import subprocess
import sys

from source import Report, c_files, text_of, without_comments


def symbols(*command):
    out = subprocess.run(["nm", *command], check=True, text=True,
                         capture_output=True).stdout
    return {line.split()[-1] for line in out.split("\n")
            if re.match(r"\S+ [A-TV-Zuvw] ", line)}


def declared():
    names = set()
    for path in c_files("include"):
        text = without_comments(text_of(path))
        for found in re.finditer(r"^LEAT_API\b(.*?);", text, re.S | re.M):
            names.add(re.search(r"\b(leat_\w+)\s*\(", found.group(1)).group(1))
    return names


def main():
    shared, static = sys.argv[1:]
    report = Report()
    wanted = declared()
    exported = symbols("--dynamic", "--defined-only", shared)
    for name in sorted(exported - wanted):
        report.say(shared, 0, f"exports {name}, which no header declares")
    for name in sorted(wanted - exported):
        report.say(shared, 0, f"does not export {name}")
    for name in sorted(symbols("--defined-only", "--extern-only", static)):
        if not re.match(r"leat_", name):
            report.say(static, 0, f"defines {name}")
    report.done(f"{len(exported)} exported functions" if exported else 0)


main()
