#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The groups that are about something else than a plain channel: who takes part,
how much, and what the page says of them. drive.py runs them, report.py prints a
table for each. bench/crew.h says what the scenarios are."""

RECEIVERS = (1, 4, 16)
BLOCK = tuple(f"block-{n}" for n in RECEIVERS)
LOSSY = tuple(f"lossy-{n}" for n in RECEIVERS)
WATCH = ("watch-1", "watch-4")
WAKE = ("wake-1",)
MUTEX = ("mutex-1", "mutex-2", "mutex-4")
SEM = ("sem-1", "sem-2", "sem-4")
JOBS = ("jobs-1", "jobs-4")
RESULTS = ("results-1",)

# As drive.GROUPS: (scenarios, capacities, bytes of a message)
GROUPS = {
    "broadcast": ((*BLOCK, *LOSSY), ("128", "1024", "large"), (8, 256)),
    "broadcast-large": (("block-4", "lossy-4"), ("128",), (4096,)),
    "watch": (WATCH, ("1",), (8, 256)),
    "watch-wake": (WAKE, ("1",), (8,)),
    "sync": ((*MUTEX, *SEM), ("1",), (8,)),
    "pool": ((*JOBS, *RESULTS), ("unbounded",), (8,)),
    "hashtree": (("hashtree",), ("unbounded",), (8,)),
}

# group: {who: (program, kind, scenarios)}, as drive.PARTICIPANTS, but for the
# capacities: those of the group.
WHO = {
    "broadcast": {
        "leat": ("leat-broadcast", "leat", (*BLOCK, *LOSSY)),
        "leat-single": ("leat-broadcast", "leat", BLOCK),
        "leat-in-place": ("leat-broadcast", "leat", (*BLOCK, *LOSSY)),
        "bus": ("rust-crew", "thread", BLOCK),
        "tokio-broadcast": ("rust-crew", "thread", LOSSY),
    },
    "watch": {
        "leat": ("leat-watch", "leat", WATCH),
        "leat-copy": ("leat-watch", "leat", WATCH),
        "tokio-watch": ("rust-crew", "thread", WATCH),
    },
    "watch-wake": {
        "leat": ("leat-watch", "leat", WAKE),
        "tokio-watch": ("rust-crew", "thread", WAKE),
    },
    "sync": {
        "leat": ("leat-sync", "leat", (*MUTEX, *SEM)),
        "pthread": ("posix-sync", "thread", MUTEX),
        "std-mutex": ("rust-crew", "thread", MUTEX),
        "parking-lot": ("rust-crew", "thread", MUTEX),
        "posix-sem": ("posix-sync", "thread", SEM),
        "tokio-sem": ("rust-crew", "thread", SEM),
    },
    "pool": {
        "leat": ("leat-pool", "leat", (*JOBS, *RESULTS)),
        "leat-many": ("leat-pool", "leat", JOBS),
        "gthreadpool": ("gthreadpool", "thread", JOBS),
        "libuv": ("uv-queue", "thread", ("jobs-1",)),
        "rayon": ("rust-crew", "thread", JOBS),
        "threadpool": ("rust-crew", "thread", JOBS),
        "tokio-blocking": ("rust-crew", "thread", RESULTS),
        "go": ("go_peers", "task", (*JOBS, *RESULTS)),
    },
    "hashtree": {
        "leat": ("tree", "leat", ("hashtree",)),
        "xargs-sha256sum": ("tree", "thread", ("hashtree",)),
        "xargs-openssl": ("tree", "thread", ("hashtree",)),
    },
}

WHO["broadcast-large"] = WHO["broadcast"]
PARTICIPANTS = {group: {who: (*said, GROUPS[group][1])
                        for who, said in table.items()}
                for group, table in WHO.items()}

# The crates whose version is that of a participant of another name.
CRATES = {"tokio-broadcast": "tokio", "tokio-watch": "tokio",
          "tokio-sem": "tokio", "tokio-blocking": "tokio",
          "parking-lot": "parking_lot"}

# As drive.MESSAGES_OF. A semaphore that is fair sleeps at each turn of four.
MESSAGES_OF = {
    "block-1": 400000, "block-4": 200000, "block-16": 50000,
    "lossy-1": 1000000, "lossy-4": 400000, "lossy-16": 100000,
    "watch-1": 400000, "watch-4": 200000, "wake-1": 20000,
    "mutex-1": 2000000, "mutex-2": 2000000, "mutex-4": 2000000,
    "sem-1": 2000000, "sem-2": 400000, "sem-4": 100000,
    "jobs-1": 1000000, "jobs-4": 1000000, "results-1": 200000,
    "hashtree": 4,
}

# As drive.FIELDS_OF.
FIELDS_OF = {
    **{scenario: ("ns_per_msg", "cpu_ns_per_msg", "missed_percent")
       for scenario in LOSSY},
    **{scenario: ("p50_ns", "p99_ns", "p999_ns") for scenario in WAKE},
}

# Columns that not every group has: {field: heading}.
COLUMNS = {"missed_percent": "missed %"}

# As report.PROBES.
PROBES = {
    "wake-1": ("wake: a round trip through two watches", "A thread updates one "
        "and waits for the other, as in ping; a waiting thread of tokio's is one "
        "task on a runtime of its own.",
        {"p50_ns": "p50", "p99_ns": "p99", "p999_ns": "p99.9"}),
}

# As report.OWN: the title, what to know.
PAGE = {
    "broadcast": ("broadcast: every receiver gets every message",
        "Nanoseconds a message sent, to so many receivers, each a thread. "
        "`block`: the slowest receiver holds the sender back, as bus does. "
        "`lossy`: the oldest message is overwritten, as by tokio's broadcast; "
        "*missed* is the share of all that was to be received, and who misses "
        "more has less to do, so read the two together; at capacity large "
        "nobody can miss any. `leat-single` promises one thread that sends "
        "and one for each receiver, which bus has by its types; "
        "`leat-in-place` reserves and borrows."),
    "broadcast-large": ("broadcast of 4096 bytes",
        "As above; the receivers read all of a message. `leat` copies it for each "
        "receiver, `leat-in-place` lends it, the peers allocate it and clone a "
        "counted pointer to it."),
    "watch": ("watch: the latest value",
        "The writer updates as often as each of 1 or 4 readers looks at the "
        "newest value, all at once; nanoseconds an update, with one look of "
        "each reader in it. `leat` and tokio's watch borrow, `leat-copy` "
        "copies."),
    "sync": ("sync: a mutex, a semaphore of one permit",
        "1, 2 or 4 threads that do nothing but take it, add to a count and a "
        "sum, and give it back; nanoseconds a turn. leat's and tokio's "
        "semaphores serve strictly in order: with more threads than processors "
        "that is a switch of threads a turn. posix-sem and the mutexes let who "
        "runs go first. Each of tokio's threads is one task on a runtime of "
        "its own."),
    "pool": ("pool: empty jobs",
        "As many workers as processors, from making the pool to its end; "
        "nanoseconds a job, which adds to a count and a sum of its thread. "
        "`jobs` from 1 or 4 submitters outside the pool, `results` with a "
        "handle for each job, all of which are joined. `leat-many` submits "
        "arrays of 64. Only libuv's loop thread can submit. Go runs a "
        "goroutine for each job."),
    "hashtree": ("hashtree: the SHA-256 of a tree of files",
        "Nanoseconds a file, from starting the program to its end, of "
        "examples/hashtree, which prints in order, and of find and xargs -P "
        "with as many processes as processors and 32 files each, which do not; "
        "all print the same lines. sha256sum is the system's, and need not "
        "have the arithmetic of OpenSSL, which the other two have."),
}
