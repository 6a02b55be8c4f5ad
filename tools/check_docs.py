#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The headers are the reference: each exported function stands right below a
comment, or below others that share one; the comment, or one above it that says
"this and all ... below", tells blocking, threads and since, or says that it is as
another function ("otherwise as leat_x")."""
import re

from source import Report, c_files, text_of

FIELDS = ("blocks", "threads", "since")


def paragraphs(text):
    """(first line, text) of what stands between empty lines."""
    line = 1
    for part in re.split(r"\n\s*\n", text):
        lead = len(part) - len(part.lstrip("\n"))
        yield line + lead, part.strip("\n")
        line += part.count("\n") + 2


def declared(part):
    """Names of the functions that a paragraph exports."""
    code = re.sub(r"/\*.*?\*/", "", part, flags=re.S)
    for found in re.finditer(r"^LEAT_API\b(.*?);", code, flags=re.S | re.M):
        yield re.search(r"\b(leat_\w+)\s*\(", found.group(1)).group(1)


def main():
    report = Report()
    checked = 0
    for path in c_files("include"):
        shared = ""     # a comment that speaks for what follows
        for line, part in paragraphs(text_of(path)):
            names = list(declared(part))
            checked += len(names)
            comment = " ".join(re.findall(r"/\*.*?\*/", part, flags=re.S))
            if re.search(r"this and all\b", comment.replace("\n *", "")):
                shared = comment
            if not names:
                continue
            if not part.lstrip().startswith("/*"):
                report.say(path, line, f"{names[0]} has no comment above it")
                continue
            for field in FIELDS:
                if not re.search(rf"\b{field}\b|therwise as\s+(\*\s+)?leat_",
                                 comment + shared):
                    report.say(path, line, f"{names[0]}: no word on {field}")
    report.done(f"{checked} functions" if checked else 0)


main()
