# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Which of the machine's floors, as bench/bound prints them, is that of which cell.

A floor is what nobody can beat, so where a message has several ways to come from one
thread to another the floor is the quickest of them, and of several rounds the least
counts. A cell's floor leaves out what each cell has besides: its threads' start and end,
a channel's own memory, the scheduler.

What is promised has floors of its own (bench/bound/ring.h says why): where several
threads may send, or receive, each call needs a locked operation."""

import os
import subprocess

PROMISED = ("leat-spsc", "leat-mpsc")
ROOMY = ("unbounded", "large", "1024")  # of so many nobody has to wait for room
TURN = 128      # messages that a channel of 128 passes between two switches
SELECTED = 4    # channels in select_rx and select_both


def measure(program, *args):
    """{key: (ns, what it is)}"""
    done = subprocess.run([program, *args], capture_output=True, text=True, check=True)
    found = {}
    for line in done.stdout.splitlines():
        ns, key, name = line.split("\t")
        found[key] = float(ns), name
    return found


def least(rounds):
    """The least of several rounds of measure()."""
    found = {}
    for floors in rounds:
        for key, said in floors.items():
            found[key] = min(found.get(key, said), said)
    return found


class Floors:
    """The ways that a cell has, out of what was measured. Each is (ns, what it is)."""

    def __init__(self, floors):
        self.floors = floors

    def ns(self, key):
        """Nanoseconds; more than anything if the machine could not tell."""
        return self.floors[key][0] if key in self.floors else float("inf")

    def one(self, key):
        return self.ns(key), self.floors.get(key, (0, ""))[1]

    def alone(self, lock, size):
        """Put and got on one core, in its nearest cache."""
        return self.ns(f"write{lock}-{size}") + self.ns(f"read{lock}-{size}")

    def roomy(self, lock, size, many):
        """Many threads a side: no core does more than half of the work, since there
        are two that all of them share."""
        ways = [self.one(f"{way}{lock}-{size}") for way in ("fresh", "huge", "ring")]
        ways.append((self.alone(lock, size), "put and got on one core"))
        if many:
            ways.append((self.alone(lock, size) / 2, "half of it on each core"))
        return min(ways)

    def some(self, lock, size, many):
        """Room for 128: who stays on one core has to switch."""
        switched = self.alone(lock, size) + 2 * self.ns("yield") / TURN
        ways = [self.one(f"128{lock}-{size}"),
                (switched, "put and got on one core, two switches for 128")]
        if many:
            ways.append((switched / 2, "half of it on each core"))
        return min(ways)

    def of_capacity(self, capacity):
        """Any power of two, 8 bytes, with promises. Who has more room than another may
        leave it unused."""
        powers = [1 << k for k in range(capacity.bit_length())]
        ways = [self.one(f"capacity-{power}") for power in powers]
        ways.append((self.alone("", "8") + 2 * self.ns("yield") / capacity,
                     "put and got on one core, two switches a turn"))
        return min(self.one_by_one("8"), *ways)

    def one_by_one(self, size, at_once=1):
        """Room for one or for none: each message and word of it cross, or the thread
        that has to go on gets the core; at_once messages can be on their way."""
        trip, name = min(self.one(f"trip-{size}"), self.one("1-8")
                         if size == "8" else (float("inf"), ""))
        ns, name = min((trip, name), (self.ns("yield"), "a switch for each"))
        return ns / at_once, name

    def plain(self, capacity, size, lock, many):
        if capacity in ROOMY:
            return self.roomy(lock, size, many)
        if capacity == "128":
            return self.some(lock, size, many)
        return self.one_by_one(size)

    def seq(self, size, lock):
        return min(self.one(f"seq{lock}-{size}"), self.one(f"seq-huge{lock}-{size}"))

    def batch(self, capacity, lock):
        return self.plain(capacity, "64x8", lock, False)

    def select_both(self, capacity, lock):
        """With room for one in each of the channels so many can be on their way."""
        if capacity == "1":
            return max(self.roomy(lock, "8", True),
                       self.one_by_one("8", SELECTED))
        return self.plain(capacity, "8", lock, True)

    def busy(self, capacity, lock, channels):
        if channels == 1:
            return self.plain(capacity, "8", lock, False)
        all_at_once = self.roomy(lock, "8", False)
        if capacity == "1":
            return max(all_at_once, self.one_by_one("8", channels))
        return all_at_once

    def broadcast(self, scenario, capacity, size, readers):
        """One raw ring, which all read, and which nobody needs a lock for. A lossy
        sender need not wait for anybody, unless there is room for all."""
        write, read = self.ns(f"write-{size}"), self.ns(f"read-{size}")
        if scenario == "lossy" and capacity != "large":
            return write, "putting, in the nearest cache"
        if readers == 1:
            return self.plain(capacity, size, "", False)
        return (write + readers * read) / 2, "half of putting and all getting on each core"

    def watch(self, size, readers):
        """An update is a copy under a lock, a look a copy between two looks at a stamp;
        who updates does that alone."""
        write, read = self.ns(f"write-locked-{size}"), self.ns(f"read-{size}")
        return (max(write, (write + readers * read) / 2),
                "a copy under a lock, a copy for each reader, on two cores")


def way_of(cell, who, floors):
    """The quickest way of that participant in that cell, or None if no floor is known
    of such."""
    size, capacity = str(cell.bytes), cell.capacity
    lock = "" if who in PROMISED else "-locked"
    word, _, number = cell.scenario.partition("-")
    number = int(number) if number.isdigit() else 0
    ways = {
        "seq": lambda: floors.seq(size, lock),
        "1:1": lambda: floors.plain(capacity, size, lock, False),
        "4:1": lambda: floors.plain(capacity, size, lock, True),
        "4:4": lambda: floors.plain(capacity, size, lock, True),
        "batch": lambda: floors.batch(capacity, lock),
        "place": lambda: floors.one(f"16-{size}"),
        "ping": lambda: (floors.ns("trip-8") + floors.ns("clock"),
                         "a cache line there and back, and a look at the clock"),
        "make": lambda: floors.one("block"),
        "select_rx": lambda: floors.plain(capacity, size, lock, True),
        "select_both": lambda: floors.select_both(capacity, lock),
        "busy": lambda: floors.busy(capacity, lock, number),
        "quiet": lambda: (floors.alone(lock, "8"), "put and got on one core"),
        "alone": lambda: floors.one("op") if who == "leat-in" else (
            floors.ns("op") + floors.ns("block"),
            "malloc and free of a small block, a locked operation"),
        "ask": lambda: floors.one("trip-8"),
        "block": lambda: floors.broadcast("block", capacity, size, number),
        "lossy": lambda: floors.broadcast("lossy", capacity, size, number),
        "watch": lambda: floors.watch(size, number),
        "wake": lambda: (floors.ns("trip-8") + floors.ns("clock"),
                         "a cache line there and back, and a look at the clock"),
        "mutex": lambda: floors.one("op"),
        "sem": lambda: floors.one("op"),
        "jobs": lambda: floors.roomy("-locked", "8", True),
        "results": lambda: floors.roomy("-locked", "8", True),
    }
    if word not in ways:
        return None
    ns, name = ways[word]()
    return (ns, name) if ns < float("inf") else None
