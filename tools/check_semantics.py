#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Every test of the suites listed in tests/semantics/upstream has one of ours that
checks the same, or a reason why there is none; docs/semantics.md is the table.

    check_semantics.py              check, and compare docs/semantics.md
    check_semantics.py --write      check, and write docs/semantics.md
    check_semantics.py --complete   also refuse what is still pending

tests/semantics/SUITE.map has a line for each name in upstream/SUITE.names; a line
that is indented continues the one before:

    NAME = TEST, TEST -- NOTE     ours check the same
    NAME ~ TEST -- WHY            leat decides otherwise; ours check what it decides
    NAME ! REASON                 it cannot apply
    NAME ? FEATURE -- NOTE        pending: it comes with FEATURE
    NAMES as SUITE                each as the test of that name in SUITE; NAMES is
                                  "*", or "module::*" for those below the module

TEST is FILE:NAME for a test in tests/semantics/test_FILE.c, unit/FILE:NAME for one in
tests/unit, storm/FILE:NAME for a way of tests/storm/FILE.c; direction:NAME is a case of
direction.c. It has to be there and be run. Each test in tests/semantics stands for
something."""
import re
import sys
from collections import namedtuple

from source import ROOT, Report, text_of

FOLDER = "tests/semantics"
TABLE = "docs/semantics.md"
CASES = f"{FOLDER}/direction.c"
KINDS = {"=": "same", "~": "otherwise", "!": "not here", "?": "pending"}

# What stands for one upstream test: kind is one of KINDS, tests are ours.
Claim = namedtuple("Claim", "line kind tests note")


# ---- our tests ----------------------------------------------------------------------


def tests_of(path):
    """Names of the tests that a C file has and runs."""
    text = text_of(path)
    has = set(re.findall(r"^START_TEST\((\w+)\)", text, flags=re.M))
    runs = set(re.findall(r"tcase_add_(?:loop_)?test\(\s*tc,\s*(\w+)", text))
    return has & runs


def storms():
    """(file, name) of the small storms that are there and are run."""
    built = text_of("tests/storm/CMakeLists.txt")
    for file, names in re.findall(r"^leat_small_storm\((\w+)([^)]*)\)", built,
                                  flags=re.M):
        has = re.findall(r'^    \{"(\w+)", \w+,',
                         text_of(f"tests/storm/{file}.c"), flags=re.M)
        yield from ((file, name) for name in names.split() if name in has)


def our_tests(report):
    """TEST -> (path, name), as the maps spell it."""
    found = {f"direction:{name}": (CASES, name)
             for name in re.findall(r"^#(?:el)?if defined (\w+)",
                                    text_of(CASES), flags=re.M)}
    built = {folder: text_of(f"tests/{folder}/CMakeLists.txt")
             for folder in ("semantics", "unit")}
    for folder, prefix in (("semantics", ""), ("unit", "unit/")):
        for file in sorted((ROOT / "tests" / folder).glob("test_*.c")):
            path = f"tests/{folder}/{file.name}"
            if not re.search(rf"leat_test\({file.stem}\b", built[folder]):
                report.say(path, 1, "is not built")
                continue
            for name in tests_of(path):
                found[f"{prefix}{file.stem[5:]}:{name}"] = (path, name)
    for file, name in storms():
        found[f"storm/{file}:{name}"] = (f"tests/storm/{file}.c", name)
    return found


# ---- names and maps -------------------------------------------------------------------


def names_of(report, suite):
    """The heading of a list and its names, in order."""
    path = f"{FOLDER}/upstream/{suite}.names"
    lines = text_of(path).split("\n")
    head = dict(re.findall(r"^# (repository|path|version) +(\S+)$",
                           "\n".join(lines), flags=re.M))
    names = [line for line in lines if line and not line.startswith("#")]
    if len(head) != 3:
        report.say(path, 1, "does not say repository, path and version")
    for name in {name for name in names if names.count(name) > 1}:
        report.say(path, lines.index(name) + 1, f"{name} is there twice")
    return head, names


def statements(path):
    """(line, text) with continued lines joined."""
    joined = []
    for number, line in enumerate(text_of(path).split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] == " " and joined:
            joined[-1][1] += " " + line.strip()
        else:
            joined.append([number, line.strip()])
    return joined


def read_map(report, suite):
    """name -> Claim, and [(line, prefix, other suite)]."""
    path = f"{FOLDER}/{suite}.map"
    claims = {}
    others = []
    if not (ROOT / path).is_file():
        report.say(path, 1, "is missing")
        return claims, others
    for line, text in statements(path):
        borrowed = re.fullmatch(r"((?:\w+::)*)\* as (\w+)", text)
        stated = re.fullmatch(r"(\S+) ([=~!?]) (.*?)(?: -- (.*))?", text)
        if borrowed:
            others.append((line, *borrowed.groups()))
        elif not stated:
            report.say(path, line, f"not understood: {text}")
        elif stated.group(1) in claims:
            report.say(path, line, f"{stated.group(1)} is there twice")
        else:
            name, kind, what, note = stated.groups()
            has_tests = kind in "=~"
            claims[name] = Claim(line, kind,
                                 what.split(", ") if has_tests else [],
                                 (note or "") if has_tests
                                 else what + (f": {note}" if note else ""))
    return claims, others


def check_claims(report, suite, names, claims, ours):
    path = f"{FOLDER}/{suite}.map"
    for name, claim in claims.items():
        if name not in names:
            report.say(path, claim.line, f"{suite} has no test {name}")
        if claim.kind == "~" and not claim.note:
            report.say(path, claim.line, f"{name}: why otherwise?")
        for test in claim.tests:
            if test not in ours:
                report.say(path, claim.line, f"we have no test {test}, or it is "
                           "not run")


def borrow(report, suite, names, maps):
    """Fill in what a map takes from another's."""
    claims, others = maps[suite]
    for line, prefix, other in others:
        path = f"{FOLDER}/{suite}.map"
        if other not in maps or maps[other][1]:
            report.say(path, line, f"{other} is no suite with claims of its own")
            continue
        taken = 0
        for name in names:
            short = name[len(prefix):]
            if (name not in claims and name.startswith(prefix)
                    and short in maps[other][0]):
                claims[name] = maps[other][0][short]
                taken += 1
        if taken == 0:
            report.say(path, line, f"nothing is as in {other}")


# ---- the table ----------------------------------------------------------------------------


def shown(test, ours):
    path, name = ours.get(test, ("", test))
    return f"`{path.removeprefix('tests/')}:{name}`"


def row(name, claim, ours):
    tests = "<br>".join(shown(test, ours) for test in claim.tests)
    marks = {"=": "", "~": "otherwise: ", "!": "not here: ", "?": "pending: "}
    note = (marks[claim.kind] + claim.note).replace("|", "\\|")
    return f"| `{name}` | {tests} | {note} |\n"


def source_of(head):
    url = (f"https://github.com/{head['repository']}/blob/{head['version']}/"
           f"{head['path']}")
    return f"[{head['repository']} `{head['path']}`]({url})"


def table(suites, maps, ours):
    lines = [text_of(f"{FOLDER}/intro.md"),
             "\n| suite | from | tests | " + " | ".join(KINDS.values()) +
             " |\n|---|---|---|---|---|---|---|\n"]
    for suite, (head, names) in suites.items():
        kinds = [maps[suite][0][n].kind for n in names if n in maps[suite][0]]
        counts = " | ".join(str(kinds.count(kind)) for kind in KINDS)
        lines.append(f"| [{suite}](#{suite}) | {source_of(head)} | "
                     f"{len(names)} | {counts} |\n")
    for suite, (head, names) in suites.items():
        lines.append(f"\n## {suite}\n\n{source_of(head)}, version "
                     f"`{head['version'][:12]}`\n\n"
                     "| upstream test | ours | note |\n|---|---|---|\n")
        lines += [row(name, maps[suite][0][name], ours)
                  for name in names if name in maps[suite][0]]
    return "".join(lines)


# ---- all together -----------------------------------------------------------------------------


def check_all(report, suites, maps, ours):
    for suite, (_, names) in suites.items():
        check_claims(report, suite, names, maps[suite][0], ours)
        borrow(report, suite, names, maps)
        for name in names:
            if name not in maps[suite][0]:
                report.say(f"{FOLDER}/{suite}.map", 1, f"{name} is not mapped")
    used = {test for claims, _ in maps.values()
            for claim in claims.values() for test in claim.tests}
    for test, (path, name) in sorted(ours.items()):
        if path.startswith(FOLDER) and test not in used:
            report.say(path, 1, f"{name} stands for nothing upstream")
    for file in sorted((ROOT / FOLDER).glob("*.map")):
        if file.stem not in suites:
            report.say(f"{FOLDER}/{file.name}", 1, "maps no list of names")


def main():
    report = Report()
    ours = our_tests(report)
    suites = {file.stem: names_of(report, file.stem)
              for file in sorted((ROOT / FOLDER / "upstream").glob("*.names"))}
    maps = {suite: read_map(report, suite) for suite in suites}
    check_all(report, suites, maps, ours)
    pending = [(suite, name, claim) for suite, (claims, _) in maps.items()
               for name, claim in claims.items() if claim.kind == "?"]
    if "--complete" in sys.argv[1:]:
        for suite, name, claim in pending:
            report.say(f"{FOLDER}/{suite}.map", claim.line,
                       f"{name} is pending: {claim.note}")
    text = table(suites, maps, ours)
    if "--write" in sys.argv[1:]:
        (ROOT / TABLE).write_text(text, encoding="utf-8")
    elif not (ROOT / TABLE).is_file() or text_of(TABLE) != text:
        report.say(TABLE, 1, "is stale: tools/check_semantics.py --write")
    total = sum(len(names) for _, names in suites.values())
    report.done(f"{total} upstream tests, {len(pending)} of them pending"
                if total else 0)


main()
