#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Write down the names of another project's tests: the lists that
check_semantics.py holds docs/semantics.md against.

    list_upstream.py PROJECT TREE [--at VERSION]

PROJECT is crossbeam, flume, go, go_sync, kanal, std or tokio_sync; TREE a checkout of it, or an unpacked
PROJECT is crossbeam, flume, go, kanal, std or tokio_time; TREE a checkout of it, or an unpacked
PROJECT is bus, crossbeam, flume, go, kanal, std or tokio; TREE a checkout of it, or an unpacked
release. --at says which version that is where git can not tell.
PROJECT is crossbeam, flume, futures, go, kanal, oneshot, std or tokio; TREE a checkout
of it, or an unpacked release. --at says which version that is where git can not tell.
PROJECT is crossbeam, flume, go, kanal, std or threadpool; TREE a checkout of it, or
an unpacked release. --at says which version that is where git can not tell.

Rust: a test is a function under #[test] (of tokio's, whatever its spelling), named with
the modules around it. Go: of a file of package testing's, a test is a function; else a
test is a file; of some files each claim counts (SPLIT), and of a file that must
not compile each line that the compiler has to refuse."""
PROJECT is crossbeam, flume, go, go_context, kanal, std or tokio_util; TREE a checkout
of it, or an unpacked release. --at says which version that is where git can not tell.

Rust: a test is a function under #[test], named with the modules around it. Go: of
a file of package testing's, a test is a function; else a test is a file; of some
files each claim counts (SPLIT), and of a file that must not compile each line that
the compiler has to refuse."""
import argparse
import re
import subprocess
import sys
from pathlib import Path

from source import ROOT

LISTS = ROOT / "tests/semantics/upstream"
PROJECTS = {
    "bus": ("jonhoo/bus", {"bus": "tests/lib.rs"}),
    "crossbeam": ("crossbeam-rs/crossbeam", {
        f"crossbeam_{name}": f"crossbeam-channel/tests/{name}.rs"
        for name in ("array", "list", "zero", "iter", "mpsc", "same_channel",
                     "thread_locals", "after", "tick", "never")}),
                     "thread_locals", "select", "select_macro", "ready",
                     "golang")}),
    "flume": ("zesterer/flume", {
        f"flume_{name}": f"tests/{name}.rs"
        for name in ("basic", "array", "list", "zero", "iter",
                     "check_same_channel")}),
    "go": ("golang/go", {"go_chan": "test/chan"}),
    "go_sync": ("golang/go", {
        f"go_sync_{name}": f"src/sync/{name}_test.go"
        for name in ("mutex", "rwmutex", "cond", "waitgroup", "once",
                     "oncefunc")}),
    "go_context": ("golang/go", {
        f"go_context_{name}": f"src/context/{name}_test.go"
        for name in ("x", "afterfunc")}),
    "kanal": ("fereidani/kanal", {"kanal_sync": "tests/sync_test.rs"}),
    "oneshot": ("faern/oneshot", {
        f"oneshot_{name}": f"tests/{name}.rs"
        for name in ("async", "future", "raw", "sync")}),
    "futures": ("rust-lang/futures-rs", {
        "futures_oneshot": "futures-channel/tests/oneshot.rs"}),
    "tokio": ("tokio-rs/tokio", {
        f"tokio_{name}": f"tokio/tests/sync_{name}.rs"
        for name in ("oneshot", "watch")}),
    "std": ("rust-lang/rust", {
        f"std_{name}": f"library/std/tests/sync/{name}.rs"
        for name in ("mpsc", "mpsc_sync", "mpmc")}),
    "tokio_sync": ("tokio-rs/tokio", {
        f"tokio_sync_{name}": f"tokio/tests/sync_{name}.rs"
        for name in ("mutex", "rwlock", "semaphore", "barrier")}),
    "tokio_time": ("tokio-rs/tokio", {
        f"tokio_time_{name}": f"tokio/tests/time_{name}.rs"
        for name in ("interval", "sleep")}),
    "tokio": ("tokio-rs/tokio", {
        f"tokio_{name}": f"tokio/tests/sync_{name}.rs"
        for name in ("broadcast",)}),
    "threadpool": ("rust-threadpool/rust-threadpool",
                   {"threadpool": "src/lib.rs"}),
    "tokio_util": ("tokio-rs/tokio", {
        "tokio_util_cancellation_token":
            "tokio-util/tests/sync_cancellation_token.rs"}),
}
SPLIT = ("fifo", "select3", "sendstmt")


def rust_names(path):
    """Relies on rustfmt's layout: a module closes where it was opened."""
    modules = []        # (indentation, name)
    is_test = False
    text = re.sub(r"^/\*.*?^\*/$", "", path.read_text(encoding="utf-8"),
                  flags=re.M | re.S)
    for line in text.split("\n"):
        code = re.sub(r"//.*", "", line).rstrip()
        opened = re.match(r"( *)(?:pub )?mod (\w+) \{$", code)
        if opened:
            modules.append((opened.group(1), opened.group(2)))
        elif modules and code == modules[-1][0] + "}":
            modules.pop()
        elif re.match(r" *#\[((\w+::)?test|maybe_tokio_test)[](]", code):
        elif re.match(r" *#\[(\w+::)?test[](]", code):
        elif re.match(r" *#\[(\w+::|maybe_tokio_)?test\]", code):
            is_test = True
        function = re.match(r" *(?:pub |async )*fn (\w+)", code)
        if function and is_test:
            yield "::".join([name for _, name in modules]
                            + [function.group(1)])
            is_test = False


def go_claims(path, text):
    """One name for each thing that a file claims."""
    if text.startswith("// errorcheck"):
        return [f"{path.stem}:{number}"
                for number, line in enumerate(text.split("\n"), 1)
                if re.search(r"// ERROR ", line)]
    if path.stem not in SPLIT:
        return [path.stem]
    ours = set(re.findall(r"^func (\w+)\(", text, flags=re.M))
    main = re.search(r"^func main\(\) \{\n.*?^\}", text, flags=re.M | re.S)
    first = text[:main.start()].count("\n") + 1
    calls = [(number, found.group(1))
             for number, line in enumerate(main.group().split("\n"), first)
             if (found := re.match(r"\t(\w+)\(", line))
             and found.group(1) in ours]
    names = [name for _, name in calls]
    return [f"{path.stem}.{name}" if names.count(name) == 1
            else f"{path.stem}:{number}" for number, name in calls]


def go_names(folder):
    """Of a folder, or of one file of tests."""
    if folder.is_file():
        yield from re.findall(r"^func (Test\w+)\(",
                              folder.read_text(encoding="utf-8"), flags=re.M)
        return
    for path in sorted(folder.glob("*.go")):
        yield from go_claims(path, path.read_text(encoding="utf-8"))


def version_of(tree):
    if (tree / ".git").exists():
        return subprocess.run(["git", "-C", str(tree), "rev-parse", "HEAD"],
                              check=True, capture_output=True,
                              text=True).stdout.strip()
    if (tree / "VERSION").is_file():
        return (tree / "VERSION").read_text(encoding="utf-8").split()[0]
    sys.exit(f"{tree}: which version is it? --at VERSION")


def write(suite, repository, path, version, names):
    head = (f"# The names of the tests of\n# repository  {repository}\n"
            f"# path        {path}\n# version     {version}\n"
            "# tools/list_upstream.py rewrites this list from a tree of it.\n")
    text = head + "".join(f"{name}\n" for name in names)
    (LISTS / f"{suite}.names").write_text(text, encoding="utf-8")
    print(f"{suite}: {len(names)}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("project", choices=sorted(PROJECTS))
    parser.add_argument("tree", type=Path)
    parser.add_argument("--at", metavar="VERSION")
    given = parser.parse_args()
    repository, suites = PROJECTS[given.project]
    version = given.at or version_of(given.tree)
    for suite, where in suites.items():
        path = given.tree / where
        if not path.exists():
            sys.exit(f"{path} is not there: has {repository} moved it?")
        is_go = path.is_dir() or path.suffix == ".go"
        names = list(go_names(path) if is_go else rust_names(path))
        if not names:
            sys.exit(f"{path} has no tests: has their form changed?")
        write(suite, repository, where, version, names)


main()
