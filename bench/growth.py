# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""How cost grows: with the message, the threads, those who wait, the capacity and the
cases of a select. Who takes part, how much, and the page; drive.py --growth runs them."""

import chart
from floors import Floors

POWERS = tuple(1 << k for k in range(21))
SIZES = (8, 64, 512, 4096, 16384, 65536)
SIDES = POWERS[:7]
WAITERS = (1, 10, 100, 1000, 10000)
CASES = POWERS[:10]

ACROSS = tuple(f"{n}:{n}" for n in SIDES)
PARKED = tuple(f"parked-{n}" for n in WAITERS)
BUSY = tuple(f"busy-{n}" for n in CASES)
QUIET = tuple(f"quiet-{n}" for n in CASES)

# As cells.GROUPS: (scenarios, capacities, bytes of a message)
GROUPS = {
    "grow-size": (("1:1",), ("128",), SIZES),
    "grow-threads": (ACROSS, ("128", "unbounded"), (8,)),
    "grow-parked": (PARKED, ("unbounded",), (8,)),
    "grow-capacity": (("1:1",), tuple(map(str, POWERS)), (8,)),
    "grow-select": ((*BUSY, *QUIET), ("128",), (8,)),
}

# group: {who: (program, kind)}; everybody is in each cell of his group.
RUST = ("crossbeam-channel", "flume", "kanal")
QUEUES = {**{who: ("rust_peers", "thread") for who in RUST},
          "mutex-condvar": ("mutex_condvar", "thread")}
PLAIN = {"leat": ("leat", "leat"), "leat-spsc": ("leat", "leat")}
WHO = {
    "grow-size": {**PLAIN, "leat-in-place": ("leat", "leat"), **QUEUES},
    "grow-threads": {"leat": ("leat", "leat"), **QUEUES},
    "grow-parked": {"leat": ("leat", "leat"), "leat-op": ("leat-parked", "leat"),
                    **QUEUES},
    "grow-capacity": {**PLAIN, **QUEUES},
    "grow-select": {
        **{who: ("leat-select", "leat") for who in ("leat", "leat-set", "leat-spsc")},
        **{who: ("rust-select", "thread") for who in ("crossbeam-channel", "flume")},
    },
}
# As cells.PARTICIPANTS.
PARTICIPANTS = {group: {who: (*said, *GROUPS[group][:2]) for who, said in table.items()}
                for group, table in WHO.items()}

FIELDS_OF = {scenario: ("p50_ns", "p99_ns", "p999_ns") for scenario in PARKED}

TRIPS = 300             # of parked, each with a rest
BYTES = 64 << 20        # that go through a channel of large messages
SHARED = 2 * SIDES[-1]  # all numbers of threads divide it


def number_of(cell):
    """What grows."""
    if cell.group == "grow-size":
        return cell.bytes
    if cell.group == "grow-capacity":
        return int(cell.capacity)
    return int(cell.scenario.replace(":", "-").split("-")[-1])


def messages_of(cell, quick):
    """As cells.messages_of: enough for a run of a few tens of milliseconds of a good
    participant, few enough for one who wakes a thread for each."""
    number = number_of(cell)
    messages = {
        "grow-size": lambda: min(200000, BYTES // number),
        "grow-threads": lambda: ((800000 if cell.capacity == "128" else 1600000)
                                 * max(1, number // 16)),
        "grow-parked": lambda: TRIPS,
        "grow-capacity": lambda: (10000 if number < 16 else 100000 if number < 128
                                  else max(400000, 2 * number)),
        "grow-select": lambda: (max(40000, 400000 // number) if cell.scenario in BUSY
                                else max(10000, 100000 // number)),
    }[cell.group]()
    if quick and cell.group != "grow-parked":
        messages //= 4
    unit = SHARED if cell.group == "grow-threads" else 4
    return max(messages // unit, 1) * unit


def floor_of(cell, floors):
    """(ns, what it is) of the best promised channel that is in the picture, or None if
    the machine could not tell."""
    floors = Floors(floors)
    number = number_of(cell)
    if cell.group == "grow-size":
        way = floors.one(f"size-{number}")
    elif cell.group == "grow-threads":
        way = floors.plain(cell.capacity, "8", "-locked", number > 1)
    elif cell.group == "grow-parked":
        way = floors.one(cell.scenario)
    elif cell.group == "grow-capacity":
        way = floors.of_capacity(number)
    elif cell.scenario in BUSY:
        way = floors.busy(cell.capacity, "", number)
    else:
        way = floors.alone("", "8"), "put and got on one core"
    return way if way[0] < float("inf") else None


# ---- the page ----------------------------------------------------------------------

INTRO = """# How cost grows

What a message costs when something grows: the message, the threads, those who wait,
the capacity, the cases of a select. Nanoseconds a message as in
[threads.md](threads.md), where the participants are described; the median of
interleaved rounds. A *floor* is what this machine charges for the same work without any
channel, of the quickest way that there is (bench/bound, bench/floors.py): it leaves out
what starts and ends threads, and nobody can be below it. Both axes of a picture are
logarithmic.
"""

# group: (title, what grows, what to know, {panel: which scenarios or capacities})
PAGE = {
    "grow-size": (
        "The message", "bytes of a message",
        "1:1, capacity 128. `leat` and `leat-spsc` copy a message in and out, "
        "`leat-in-place` reserves and borrows; from 4096 bytes on the Rust channels "
        "move a pointer to a message that is allocated for each. The floor of small ones "
        "is a raw ring, from 4096 bytes on a copy in and a copy out: copy bandwidth, which "
        "who moves a pointer does not pay, but the sender's writing and the receiver's "
        "reading are not in it."),
    "grow-threads": (
        "The threads", "threads a side",
        "So many senders and as many receivers, on the processors of this machine: "
        "twice as many threads in all. To start and join them is in the time, some 60 us "
        "each: two nanoseconds of a message, since there are more messages where there "
        "are more than 16."),
    "grow-parked": (
        "Those who wait", "threads that wait",
        "So many threads sleep in a receive on one channel; a message is sent, and "
        "who is woken by it answers on another: the median of the time from the send to "
        "the answer, with a rest of half a millisecond before each. `leat-op` is so many "
        "receives that one thread has started in a loop, and sleeps in poll. The floor "
        "is so many threads that sleep at futexes, of which the one that has slept "
        "longest is woken and answers, all on one core."),
    "grow-capacity": (
        "The capacity", "messages that there is room for",
        "1:1. The floor is a raw ring of that capacity or less."),
    "grow-select": (
        "The cases of a select", "channels",
        "All have room for 128. Busy: one thread sends to all in turn, another selects "
        "among them. Quiet: one thread sends to one of them and selects among all, so "
        "there is one message to be found."),
}

# What is promised: (group, capacity, who, from where to where, at most how many times).
PROMISES = (
    ("grow-threads", "128", ("leat",), "4:4", "64:64", 2.0),
    ("grow-threads", "unbounded", ("leat",), "4:4", "64:64", 2.0),
    ("grow-parked", "unbounded", ("leat", "leat-op"), "parked-1", "parked-10000", 1.5),
)


def figure(row):
    return row.get("ns_per_msg", row.get("p50_ns"))


def panel_of(row):
    """Within a picture: the capacity, or the kind of select."""
    if row["group"] == "grow-threads":
        return f"capacity {row['capacity']}"
    if row["group"] == "grow-select":
        return row["scenario"].split("-")[0]
    return ""


def curves_of(rows):
    """{panel: {who: [(number, ns), ...]}} of the rows of one group; the floor is a
    participant whose name is "floor"."""
    found, floor = {}, {}
    for row in rows:
        name = panel_of(row)
        panel = found.setdefault(name, {})
        panel.setdefault(row["who"], []).append((row["number"], figure(row)))
        if row["who"] == "leat" and "floor_ns" in row:
            floor.setdefault(name, []).append((row["number"], row["floor_ns"]))
    for name, points in floor.items():
        found[name]["floor"] = points
    return found


def text_of(ns):
    return f"{ns:.1f}" if ns < 100 else f"{ns:.0f}"


def table_of(what, curves):
    """A line for each participant, a column for each number. What grows to a million
    is shown at every fourth power."""
    numbers = sorted({x for points in curves.values() for x, _ in points})
    if len(numbers) > 12:
        numbers = numbers[::4]
    lines = [f"| {what} | " + " | ".join(map(str, numbers)) + " |",
             "|---|" + "---:|" * len(numbers)]
    for who, points in curves.items():
        ns = dict(points)
        texts = [text_of(ns[n]) if n in ns else "" for n in numbers]
        name = f"**{who}**" if who.startswith("leat") else who
        lines.append(f"| {name} | {' | '.join(texts)} |")
    return lines


def promises(rows):
    """What is promised of those that were measured: a line for each."""
    lines = []
    for group, capacity, whos, less, more, most in PROMISES:
        for who in whos:
            ns = {row["scenario"]: figure(row) for row in rows
                  if (row["group"], row["capacity"], row["who"]) == (group, capacity, who)}
            if less in ns and more in ns:
                times = ns[more] / ns[less]
                verdict = "holds" if times <= most else "**does not hold**"
                lines.append(f"- {who}, {more} against {less}, {capacity}: "
                             f"{times:.2f} times the time of a message, at most "
                             f"{most:g}: {verdict}.")
    return lines


def section(group, rows):
    title, what, note = PAGE[group]
    lines = ["", f"## {title}", "", note, "",
             f"![Nanoseconds a message by {what}](growth-{group[5:]}.svg)"]
    for panel, curves in curves_of(rows).items():
        lines += ["", *([f"{panel}:", ""] if panel else []), *table_of(what, curves)]
    return lines


def by_group(rows):
    found = {}
    for row in rows:
        found.setdefault(row["group"], []).append(row)
    return found


def page(rows, facts, floors):
    lines = [INTRO, *promises(rows), "", "| | |", "|---|---|"]
    lines += [f"| {name} | {fact} |" for name, fact in facts.items() if fact]
    for group, mine in by_group(rows).items():
        lines += section(group, mine)
    lines += ["", "## Floors", "", "| | ns |", "|---|---:|"]
    lines += [f"| {name} | {text_of(ns)} |" for ns, name in floors.values()]
    return "\n".join(lines) + "\n"


def pictures(rows):
    """{file name: SVG}"""
    return {f"growth-{group[5:]}.svg": chart.curves(
        f"{PAGE[group][0]}: nanoseconds a message by {PAGE[group][1]}. Logarithmic; "
        "lower is faster.", curves_of(mine)) for group, mine in by_group(rows).items()}
