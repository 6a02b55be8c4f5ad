#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The two programs of a pair say the same, and what they should.

    same.py AFTER BEFORE
    same.py AFTER --without REASON

Without a BEFORE the other one is checked, and the test counts as skipped."""
import subprocess
import sys

SAID = "no job within 20 ms\nsum 500500\n"
SKIPPED = 77


def check(program):
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0 or done.stdout != SAID:
        sys.exit(f"{program}: exit status {done.returncode}, and it says\n"
                 f"{done.stdout}instead of\n{SAID}")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    check(sys.argv[1])
    if sys.argv[2] == "--without":
        print(f"leaving out what was before: {sys.argv[3]}")
        sys.exit(SKIPPED)
    check(sys.argv[2])


main()
