#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The program in the README is examples/hello.c, which the tests compile and run."""
import sys

from source import text_of

readme = text_of("README.md")
shown = readme.split("```c\n", 1)[1].split("```", 1)[0]
hello = text_of("examples/hello.c")
program = hello[hello.index("#include <leat.h>"):]
if shown != program:
    sys.exit("README.md: the program is not the one in examples/hello.c")
print("README.md: the program is examples/hello.c")
