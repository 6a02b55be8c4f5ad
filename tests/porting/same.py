#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The two programs of a pair say the same, and what they should.

    same.py AFTER BEFORE
    same.py [AFTER] --without REASON

Without a BEFORE what is there is checked, and the test counts as skipped."""
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
    programs = sys.argv[1:]
    without = None
    if "--without" in programs[-2:-1]:
        without = programs[-1]
        programs = programs[:-2]
    if len(programs) + (without is not None) not in (1, 2):
        sys.exit(__doc__)
    for program in programs:
        check(program)
    if without is not None:
        print(f"left out: {without}")
        sys.exit(SKIPPED)


main()
