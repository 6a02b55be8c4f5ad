#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""How many instructions the fast paths take, beside what is recorded.

    count.py PROGRAM COMPILER              compare: fails if a path has grown
    count.py PROGRAM COMPILER --prove      fails if paths that have grown are not found
    count.py PROGRAM COMPILER --write      record what is counted

PROGRAM is that of paths.h, COMPILER made it and leat. What is counted, by callgrind: the
instructions of the program itself (leat is in it) for one turn of a path, the loop's own
included; and the calls it makes of other libraries, the inside of which depends on the
machine (which memcpy) and is not leat's. Both are the same in each run.

A path has grown if it takes more instructions than recorded by more than the larger of
INSTRUCTIONS and SHARE, or makes CALLS more calls. One that takes less by as much is told
of: record it, so that the gain stays. A file in counts/ is for one compiler, and for
one without a file the test is skipped, and says so."""
import argparse
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

INSTRUCTIONS = 2.0  # a path may grow by so many,
SHARE = 0.03        # or by this share of what it was, whichever is more,
CALLS = 0.02        # and by so many calls: one now and then

RECORDS = Path(__file__).resolve().parent / "counts"
HEAD = """# Instructions and calls of other libraries for one turn of each fast path
# (tests/instructions/paths.h); written by ./dev instructions --write.
"""
SKIPPED = 77


def skip(reason):
    print(f"left out: {reason}")
    sys.exit(SKIPPED)


# ---- counting -----------------------------------------------------------------

def cost_of(profile, program):
    """(instructions, calls of others) of the program's own code, from a profile."""
    cost = calls = 0
    here = there = None     # the object of a function, and of what it calls
    is_inclusive = False    # the line below calls= is the cost of the callee
    for line in profile.splitlines():
        key, sign, value = line.partition("=")
        if sign and key == "ob":
            here = there = value
        elif sign and key == "cob":
            there = value
        elif sign and key == "calls":
            if here == program and there != program:
                calls += int(value.split()[0])
            there = here
            is_inclusive = True
        elif re.match(r"[\d+*-]", line):
            if here == program and not is_inclusive:
                cost += int(line.split()[1])
            is_inclusive = False
    return cost, calls


def run(program, *arguments):
    """{path: (instructions, calls) of one turn}, in the order of the program."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        done = subprocess.run(
            ["valgrind", "-q", "--tool=callgrind", "--separate-threads=yes",
             "--zero-before=counted", "--dump-after=counted",
             "--compress-strings=no", "--compress-pos=no",
             f"--callgrind-out-file={out}", program, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)
        if done.returncode == SKIPPED:
            skip(done.stderr.strip())
        if done.returncode != 0:
            sys.exit(f"callgrind failed:\n{done.stderr}")
        names = done.stdout.split()

        def part(number):
            return cost_of(Path(f"{out}.{number}-01").read_text(
                encoding="utf-8"), program)

        if Path(f"{out}.{2 * len(names) + 1}-01").exists():
            sys.exit("callgrind has counted more than the program names")
        # TURNS, then twice as many: the difference is TURNS of them
        return {name: tuple((b - a) / turns() for a, b in
                            zip(part(2 * i + 1), part(2 * i + 2)))
                for i, name in enumerate(names)}


def turns():
    text = (RECORDS.parent / "paths.h").read_text(encoding="utf-8")
    return int(re.search(r"\bTURNS = (\d+)", text).group(1))


# ---- the record ---------------------------------------------------------------

def compiler_name(compiler):
    """Of the compiler, its version, who built it and for what."""
    said = subprocess.run([compiler, "--version"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout.splitlines()[0]
    version = re.search(r"\b\d+\.\d+\.\d+", said)
    builder = re.search(r"Debian|Ubuntu|Alpine|Red Hat|SUSE", said)
    return "-".join(["clang" if "clang" in said else "gcc",
                     version.group() if version else "unknown",
                     builder.group().lower().replace(" ", "") if builder
                     else "other", platform.machine()])


def parse(text):
    """{path: (instructions, calls)}"""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, cost, calls = line.split()
            found[name] = float(cost), float(calls)
    return found


def write(file, counted):
    file.parent.mkdir(exist_ok=True)
    file.write_text(HEAD + "".join(
        f"{name:<32} {cost:8.1f} {calls:6.2f}\n"
        for name, (cost, calls) in counted.items()), encoding="utf-8")


# ---- comparing ------------------------------------------------------------------

def bound(cost):
    return max(INSTRUCTIONS, SHARE * cost)


def compare(recorded, counted):
    """Sentences on what is wrong, and on what has become better."""
    wrong = [f"{name}: recorded, and no path any more"
             for name in recorded if name not in counted]
    better = []
    for name, (cost, calls) in counted.items():
        if name not in recorded:
            wrong.append(f"{name}: not recorded")
            continue
        was, called = recorded[name]
        change = f"{name}: {was:.1f} instructions became {cost:.1f}"
        if round(cost - was, 1) > bound(was):
            wrong.append(f"{change}, more than {bound(was):.1f} above")
        elif round(was - cost, 1) > bound(was):
            better.append(change)
        if round(calls - called, 2) > CALLS:
            wrong.append(f"{name}: {called:.2f} calls of other libraries became "
                         f"{calls:.2f}")
        elif round(called - calls, 2) > CALLS:
            better.append(f"{name}: {called:.2f} calls became {calls:.2f}")
    return wrong, better


def check(recorded, counted):
    wrong, better = compare(recorded, counted)
    for line in wrong + better:
        print(line)
    if wrong:
        sys.exit("Is it worth that? Then ./dev instructions --write")
    if better:
        print("Less than recorded: ./dev instructions --write keeps it so")
    print(f"{len(counted)} paths: none has grown")


def prove(recorded, program):
    """Paths that do an eighth more than they say are found, each that is long enough
    for an eighth to be above the bound."""
    wrong = "\n".join(compare(recorded, run(program, "--grown"))[0])
    long_enough = [name for name, (cost, _) in recorded.items()
                   if cost / 8 > bound(cost) + 0.5]
    missed = [name for name in long_enough
              if not re.search(rf"^{re.escape(name)}: .* above$", wrong, re.M)]
    if missed or not long_enough:
        sys.exit(f"grown, and not found: {' '.join(missed) or 'nothing to find'}")
    print(f"{len(long_enough)} paths were made longer, and found")


# ---- the command ------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("compiler")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true")
    what.add_argument("--prove", action="store_true")
    options = parser.parse_args()
    program = str(options.program.resolve())
    file = RECORDS / compiler_name(options.compiler)
    if not shutil.which("valgrind"):
        skip("no valgrind")
    if options.write:
        write(file, run(program))
        print(f"written: {file}")
        return
    if not file.exists():
        skip(f"no counts of {file.name} are recorded")
    recorded = parse(file.read_text(encoding="utf-8"))
    if options.prove:
        prove(recorded, program)
    else:
        check(recorded, run(program))


if __name__ == "__main__":
    main()
