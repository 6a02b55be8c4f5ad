#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Arrows only point down: a file includes files of its own folder, of lower
layers or earlier in its own layer, and public headers. Public headers include as
good as nothing."""
import re

from source import Report, c_files, text_of

LAYERS = (
    ("base",),
    ("os", "arch"),
    ("park",),
    ("cancel", "thread", "chan", "time", "signal", "sync", "select",
     "loop"),
    ("pool",),
    ("rt",),
    ("net",),
    ("conn",),
)
HEIGHT = {folder: (level, place) for level, layer in enumerate(LAYERS)
          for place, folder in enumerate(layer)}

# what the system offers for sleeping and threads is for src/os alone
OS_ONLY = re.compile(r"pthread\.h|semaphore\.h|sched\.h|threads\.h|time\.h|"
                     r"unistd\.h|poll\.h|sys/.*|linux/.*")
PUBLIC_MAY = {"stddef.h", "stdint.h", "stdbool.h", "errno.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check_source(report, path, line, quote, name):
    here = path.parts[1]
    if here == "leat_all.c":
        return
    if here not in HEIGHT:
        report.say(path, line, f"{here} is in no layer")
    elif quote == "<":
        if OS_ONLY.fullmatch(name) and here not in ("os", "arch"):
            report.say(path, line, f"<{name}> is for src/os")
        if name == "stdatomic.h" and str(path) != "src/base/atomic.h":
            report.say(path, line, "<stdatomic.h> is for src/base/atomic.h")
    else:
        there = name.split("/")[0]
        if there not in HEIGHT:
            report.say(path, line, f'"{name}" is in no layer')
        elif HEIGHT[there] > HEIGHT[here]:
            report.say(path, line, f"{here} (layer {HEIGHT[here][0]}) includes "
                       f"{there} (layer {HEIGHT[there][0]})")


def check_public(report, path, line, quote, name):
    if quote == '"' or not (name in PUBLIC_MAY or name.startswith("leat/")):
        report.say(path, line, f"a public header includes {name}")


def main():
    report = Report()
    checked = 0
    for path in c_files("src", "include"):
        check = check_source if path.parts[0] == "src" else check_public
        for line, text in enumerate(text_of(path).split("\n"), 1):
            found = INCLUDE.match(text)
            if found:
                checked += 1
                check(report, path, line, *found.groups())
    report.done(f"{checked} includes" if checked else 0)


main()
