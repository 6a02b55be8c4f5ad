#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""A function has at most 70 lines, a file at most 800; each file opens with the
two SPDX lines."""
from source import Report, c_files, functions, text_of

FUNCTION_MAX = 70
FILE_MAX = 800
SPDX = ("/* SPDX-License-Identifier: MIT\n"
        " * SPDX-FileCopyrightText: 2026 the leat authors */\n")


def main():
    report = Report()
    files = 0
    total = 0
    for path in c_files("src", "include", "tests", "examples", "bench"):
        text = text_of(path)
        files += 1
        lines = text.count("\n")
        if lines > FILE_MAX:
            report.say(path, lines, f"{lines} lines, more than {FILE_MAX}")
        if not text.startswith(SPDX):
            report.say(path, 1, "does not open with the two SPDX lines")
        for name, first, last in functions(text):
            total += 1
            if last - first + 1 > FUNCTION_MAX:
                report.say(path, first, f"{name} has {last - first + 1} lines, "
                           f"more than {FUNCTION_MAX}")
    report.done(f"{total} functions in {files} files" if total else 0)


main()
