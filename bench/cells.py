# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The cells of the table: which there are, who takes part in which, how many messages,
and what a run of one prints."""

import collections
import itertools
import re

import growth
import nouns

ALL = ("seq", "1:1", "4:1", "4:4")
ANY = ("unbounded", "large", "128", "1", "0")   # of those scenarios
PROBES = ("ping", "burst", "empty", "make")     # bench/probe.h
BOUNDED = ("large", "128", "16", "1", "0")
EACH = ("unbounded", *BOUNDED)

Cell = collections.namedtuple("Cell", "group scenario capacity bytes")

# group: (scenarios, capacities, bytes of a message)
GROUPS = {
    "threads": (ALL, ANY, (8,)),
    "sizes": (ALL, ANY, (32, 256)),
    "batch": (("batch",), ("unbounded", "large", "128"), (8,)),
    "place": (("place",), ("16",), (4096, 65536)),
    "latency": (("ping",), ("1",), (8,)),
    "memory": (("burst",), ("unbounded",), (8,)),
    "empty": (("empty", "make"), ("unbounded", "1", "0"), (8,)),
}

# who: (program, kind, scenarios, capacities). Ratios are to the best of kind
# "thread"; Go's channels connect tasks, not threads, and are shown beside them.
# A program in C is there once for each size it is measured with.
PARTICIPANTS = {
    "leat": ("leat", "leat", (*ALL, "batch", "place", *PROBES), EACH),
    "leat-mpsc": ("leat", "leat", ("1:1", "4:1"), EACH),
    "leat-spsc": ("leat", "leat", ("seq", "1:1", "batch", *PROBES), EACH),
    "leat-in-place": ("leat", "leat", ("place",), EACH),
    "crossbeam-channel": ("rust_peers", "thread", (*ALL, "batch", "place",
                                                 *PROBES), EACH),
    "flume": ("rust_peers", "thread", (*ALL, "batch", "place", *PROBES), EACH),
    "kanal": ("rust_peers", "thread", (*ALL, "batch", "place", *PROBES), EACH),
    "std-mpsc": ("rust_peers", "thread",
                 ("seq", "1:1", "4:1", "batch", "place", *PROBES), EACH),
    "gasyncqueue": ("gasyncqueue", "thread",
                    (*ALL, "batch", *PROBES), ("unbounded",)),
    "mutex-condvar": ("mutex_condvar", "thread", (*ALL, "batch", *PROBES), EACH),
    "go": ("go_peers", "task", (*ALL, "batch", *PROBES), BOUNDED),
}

# Enough for a run of some 15 to 100 ms where the participant is a good one.
MESSAGES = {"unbounded": 2000000, "large": 2000000, "128": 500000, "16": 80000,
            "1": 40000, "0": 40000}
MESSAGES_OF = {"ping": 40000, "burst": 10000000, "empty": 1000, "make": 100000}
LARGE_BYTES = 256   # of a message: a quarter of them is enough
HUGE_BYTES = 65536  # of a message: a quarter of that

# Groups whose scenarios have a shape of their own, and programs (bench/own.h): who takes
# part in them, as above.
SELECT = ("select_rx", "select_both")
BUSY = ("busy-1", "busy-8", "busy-64", "busy-512")
QUIET = ("quiet-1", "quiet-8", "quiet-64", "quiet-512")
ONESHOT = ("alone", "ask")
CANCEL = ("flat", "deep")
SELECTORS = {
    "leat": ("leat-select", "leat", (*SELECT, *BUSY, *QUIET), ANY),
    "leat-set": ("leat-select", "leat", (*SELECT, *BUSY, *QUIET), ANY),
    "leat-spsc": ("leat-select", "leat", ("select_rx", *BUSY, *QUIET), ANY),
    "crossbeam-channel": ("rust-select", "thread", (*SELECT, *BUSY, *QUIET), ANY),
    # where both sides select it loses wake-ups and hangs: zesterer/flume issue 135
    "flume": ("rust-select", "thread", ("select_rx", *BUSY, *QUIET), ANY),
    "go": ("go_peers", "task", (*SELECT, *BUSY, *QUIET), BOUNDED),
}
ONESHOTS = {
    "leat": ("leat-oneshot", "leat", ONESHOT, ANY),
    "leat-in": ("leat-oneshot", "leat", ONESHOT, ANY),
    "oneshot": ("rust-oneshot", "thread", ONESHOT, ANY),
    "tokio": ("rust-oneshot", "thread", ONESHOT, ANY),
    "futures-channel": ("rust-oneshot", "thread", ONESHOT, ANY),
    "crossbeam-channel": ("rust-oneshot", "thread", ONESHOT, ANY),
    "go": ("go_peers", "task", ONESHOT, ANY),
}
CANCELS = {
    "leat": ("leat-cancel", "leat", CANCEL, ANY),
    "leat-in": ("leat-cancel", "leat", CANCEL, ANY),
    "tokio-util": ("rust-cancel", "thread", CANCEL, ANY),
    "go": ("go_peers", "task", CANCEL, ANY),
}
GROUPS.update({
    "select": (SELECT, ("unbounded", "large", "1", "0"), (8,)),
    "select_n": (BUSY, ("128", "1"), (8,)),
    "select_quiet": (QUIET, ("128",), (8,)),
    "oneshot": (ONESHOT, ("1",), (8,)),
    "cancel": (CANCEL, ("0",), (8,)),
})
OWN = {"select": SELECTORS, "select_n": SELECTORS, "select_quiet": SELECTORS,
       "oneshot": ONESHOTS, "cancel": CANCELS}
MESSAGES_OF.update({
    "busy-64": 200000, "busy-512": 40000, "quiet-64": 200000,
    "quiet-512": 20000, "alone": 1000000, "ask": 40000, "flat": 200000,
    "deep": 200000})
GROUPS.update(nouns.GROUPS)
OWN.update(nouns.PARTICIPANTS)
OWN.update(growth.PARTICIPANTS)
MESSAGES_OF.update(nouns.MESSAGES_OF)


# What a run of a scenario prints, if not this.
FIELDS = ("ns_per_msg", "cpu_ns_per_msg")
FIELDS_OF = {
    "ping": ("p50_ns", "p99_ns", "p999_ns"),
    "burst": ("before_kib", "peak_kib", "after_kib"),
    "empty": ("bytes_per_channel",),
    "make": ("ns_per_channel",),
    **{scenario: ("make_ns", "cancel_ns", "drop_ns") for scenario in CANCEL},
    **nouns.FIELDS_OF,
    **growth.FIELDS_OF,
}


def fields_of(scenario):
    return FIELDS_OF.get(scenario, FIELDS)


def participants(group):
    return OWN.get(group, PARTICIPANTS)


def every_participant():
    """(who, what the tables say of it), once for each table it is in."""
    for table in (PARTICIPANTS, *{id(t): t for t in OWN.values()}.values()):
        yield from table.items()


def kinds():
    """{who: "leat", "thread" or "task"}"""
    return {who: kind for who, (_, kind, _, _) in every_participant()}


def cells(groups, only):
    """The cells whose name, such as "sizes 4:4 128 32", fits one of some regular
    expressions."""
    for group, (scenarios, capacities, sizes) in groups.items():
        for cell in itertools.starmap(Cell, itertools.product(
                [group], scenarios, capacities, sizes)):
            if (cell.scenario == "seq"
                    and cell.capacity not in ("unbounded", "large")):
                continue
            if any(re.search(o, " ".join(map(str, cell))) for o in only):
                yield cell


def messages_of(cell, quick):
    """A multiple of four, so that four threads can share them."""
    if cell.group in growth.GROUPS:
        return growth.messages_of(cell, quick)
    messages = MESSAGES_OF.get(cell.scenario) or MESSAGES[cell.capacity]
    if cell.bytes >= LARGE_BYTES:
        messages //= 4
    if cell.bytes >= HUGE_BYTES:
        messages //= 4
    if quick:
        messages //= 4
    return max(messages // 4, 1) * 4
