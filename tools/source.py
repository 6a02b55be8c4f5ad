# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""What the style scripts share: finding C files, and reading them roughly.

"Roughly" is meant: leat is written in one layout (functions open with a brace
in the first column), and these scripts rely on it rather than parse C.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def c_files(*folders):
    """All .c and .h files below the folders, as paths relative to the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            yield path.relative_to(ROOT)


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def blank(match):
    """The matched text with everything but line ends made blank."""
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    """Comments and the insides of strings blanked; lines stay where they are."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text,
                  flags=re.S)


def functions(text):
    """(name, first line, last line) of each function, lines counted from 1."""
    lines = without_comments(text).split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            head = "\n".join(lines[max(0, start - 8):start - 1])
            head = re.split(r"[;}]|#[^\n]*", head)[-1]
            name = re.search(r"(\w+)\s*\(", head)
            if name and not line.startswith("};"):
                yield name.group(1), start, number
            start = None


class Report:
    """Collects complaints; `done` prints them and gives the exit code."""

    def __init__(self):
        self.complaints = []

    def say(self, path, line, what):
        self.complaints.append(f"{path}:{line}: {what}")

    def done(self, checked):
        for complaint in self.complaints:
            print(complaint)
        if not checked:
            print("nothing found to check: is this the right folder?")
        elif not self.complaints:
            print(f"{checked}: fine")
        sys.exit(1 if self.complaints or not checked else 0)
