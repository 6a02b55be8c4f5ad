#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""tree who hashtree unbounded n bytes: hash the files below a directory once, with
the system's caches warm. Prints as bench/cell.h says, nanoseconds a file; n and bytes
mean nothing here. The directory is LEAT_BENCH_TREE, or /usr/include.

The first run of a build writes down the sum of its sorted lines, and all others must
have the same; so must the number of files that a walk finds."""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time

BIN = os.path.dirname(os.path.abspath(__file__))
TREE = os.environ.get("LEAT_BENCH_TREE", "/usr/include")
PROCESSORS = str(len(os.sched_getaffinity(0)))

XARGS = 'find "$1" -type f -print0 | xargs -0 -r -P "$2" -n 32 '
COMMANDS = {
    "leat": [os.path.join(BIN, "hashtree"), "-j", PROCESSORS, TREE],
    "xargs-sha256sum": ["sh", "-c", XARGS + "sha256sum", "sh", TREE,
                        PROCESSORS],
    # openssl, unlike the others, does not write a line at a time: a file each
    "xargs-openssl": ["sh", "-c", XARGS +
                      """sh -c 'exec openssl dgst -sha256 -r "$@" >"$0/$$"' "$3"
                      """, "sh", TREE, PROCESSORS, "FOLDER"],
}


def files_below():
    return sum(os.path.isfile(path) and not os.path.islink(path)
               for folder, _, names in os.walk(TREE)
               for path in (os.path.join(folder, name) for name in names))


def lines_in(folder):
    lines = []
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as out:
            lines += out.readlines()
    return lines


def check(lines):
    """Alike whoever printed them: sha256sum has two spaces before a name, openssl a
    space and a star."""
    lines = sorted(line.replace(b" *", b"  ", 1) for line in lines)
    if not lines or len(lines) != files_below():
        sys.exit(f"bench: {len(lines)} lines, not as many as files")
    digest = hashlib.sha256(TREE.encode() + b"".join(lines)).hexdigest()
    try:
        with open(os.path.join(BIN, "tree.sum"), encoding="ascii") as known:
            if known.read() != digest:
                sys.exit("bench: not the lines that another one printed")
    except FileNotFoundError:
        with open(os.path.join(BIN, "tree.sum"), "w", encoding="ascii") as new:
            new.write(digest)


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def version(who):
    command = (["openssl", "version"] if who == "xargs-openssl"
               else ["sha256sum", "--version"])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split("\n", maxsplit=1)[0]


def main():
    if len(sys.argv) == 3 and sys.argv[2] == "version":
        print(version(sys.argv[1]))
        return
    if len(sys.argv) != 6 or sys.argv[1] not in COMMANDS:
        sys.exit("usage: tree who hashtree unbounded n bytes")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "out"), "wb") as out:
            cpu, wall = cpu_s(), time.monotonic()
            subprocess.run([folder if word == "FOLDER" else word
                            for word in COMMANDS[sys.argv[1]]],
                           stdout=out, check=True)
            wall, cpu = time.monotonic() - wall, cpu_s() - cpu
        lines = lines_in(folder)
    check(lines)
    print(f"{wall * 1e9 / len(lines):.2f} {cpu * 1e9 / len(lines):.2f}")


main()
