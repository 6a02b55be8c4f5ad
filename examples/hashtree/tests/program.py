#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""hashtree as its users see it, beside sha256sum.

    program.py HASHTREE CASE

Each case is a function of that name."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

program = None
tree = None  # bytes: a tree of this case alone

NAMES = [b"plain", b"with space", b" leads", b"trails ", b"-n", b"--help",
         b"a\\b", b"new\nline", b"tab\there", b"carriage\rreturn", b"*", b"'",
         b'"', b"$HOME", b"\xc3\xa4\xc3\xb6", b"not\xffutf8", b".hidden",
         b"%s%n", b"x" * 200, b"\n", b"\\", b"\\\n\\"]


def fail(text):
    raise AssertionError(text)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def grow():
    """A tree with odd names, some files of some megabytes, some empty."""
    chance = random.Random(20261121)
    for depth in (b"", b"sub", b"sub/a", b"sub\nway", b"z/y/x/w"):
        folder = os.path.join(tree, depth)
        os.makedirs(folder, exist_ok=True)
        for name in NAMES:
            size = chance.choice((0, 1, 63, 64, 65, 4096, 65536, 65537))
            write(os.path.join(folder, b"f" + name), chance.randbytes(size))
    for i in range(3):
        write(os.path.join(tree, b"large%d" % i), chance.randbytes(3 << 20))
    os.makedirs(os.path.join(tree, b"empty"))
    os.symlink(b"fplain", os.path.join(tree, b"link"))
    os.symlink(b"sub", os.path.join(tree, b"link-to-directory"))
    os.mkfifo(os.path.join(tree, b"fifo"))


def files_of(folder):
    """In the order that hashtree promises."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not os.path.islink(path):
            yield from files_of(path)
        elif os.path.isfile(path) and not os.path.islink(path):
            yield path


def sha256sum(paths):
    done = subprocess.run([b"sha256sum", b"--", *paths], check=True,
                          stdout=subprocess.PIPE)
    return done.stdout


def run(*args, status=0):
    done = subprocess.run([program, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    if done.returncode != status:
        fail(f"{args}: exit status {done.returncode}, not {status}\n"
             f"{done.stderr.decode(errors='replace')}")
    return done.stdout, done.stderr


def must_equal_sha256sum(*args):
    want = sha256sum(list(files_of(tree)))
    got, complaints = run(*args, tree)
    if got != want:
        for ours, theirs in zip(got.split(b"\n"), want.split(b"\n")):
            if ours != theirs:
                fail(f"{ours!r}, not {theirs!r}")
        fail(f"{len(got)} bytes, not {len(want)}")
    if complaints:
        fail(f"it complains: {complaints!r}")


# ---- the cases ------------------------------------------------------------------


def help():  # pylint: disable=redefined-builtin
    if b"usage: hashtree" not in run("--help")[0]:
        fail("--help says nothing")
    for args in ((), ("-j", "0", "."), ("-j", "x", "."), ("-?", ".")):
        if b"usage: hashtree" not in run(*args, status=2)[1]:
            fail(f"{args} is taken")


def same_as_sha256sum():
    grow()
    must_equal_sha256sum()


def in_order():
    """Two roots, a file among them: in the order of the command line."""
    grow()
    one = os.path.join(tree, b"z")
    two = os.path.join(tree, b"fplain")
    got, _ = run(one, two)
    if got != sha256sum([*files_of(one), two]):
        fail("not in the order of the command line")


def one_worker():
    grow()
    must_equal_sha256sum("-j", "1")


def many_workers():
    grow()
    must_equal_sha256sum("-j", "32")


def what_cannot_be_read():
    grow()
    gone = os.path.join(tree, b"gone")
    good = os.path.join(tree, b"fplain")
    got, complaints = run(gone, good, status=1)
    if got != sha256sum([good]):
        fail("the good one is missing")
    if b"gone: No such file" not in complaints:
        fail(f"it says {complaints!r}")


def progress():
    grow()
    _, shown = run("-p", tree)
    n = sum(1 for _ in files_of(tree))
    if b"\r%d files, " % n not in shown or not shown.endswith(b" MB\n"):
        fail(f"it shows {shown!r}")


def output_that_fails():
    """Most files are not hashed any more, and the program ends."""
    if not os.path.exists("/dev/full"):
        sys.exit(77)
    grow()
    for i in range(2000):
        write(os.path.join(tree, b"sub", b"many%d" % i), b"%d" % i)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program, tree], stdin=subprocess.DEVNULL,
                              stdout=full, stderr=subprocess.PIPE, check=False)
    if done.returncode != 1 or b"standard output: " not in done.stderr:
        fail(f"exit status {done.returncode}, {done.stderr!r}")


def main():
    global program, tree
    program = os.path.abspath(sys.argv[1])
    scratch = tempfile.mkdtemp(prefix="hashtree.")
    tree = os.path.join(os.fsencode(scratch), b"tree")
    os.mkdir(tree)
    try:
        globals()[sys.argv[2]]()
    finally:
        shutil.rmtree(scratch)


main()
