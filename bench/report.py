# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The readable table: rows in, one Markdown page out."""

import math
import statistics

import nouns

INTRO = """# Channels between threads

Nanoseconds a message: **wall** from making the channel to freeing it, threads
started and joined in between; **cpu** is the processor time of all threads of
the process. A figure is the median of interleaved rounds, *quartiles* are those
of the wall time. *Ratio* is wall time over that of the best peer that runs on
threads: 1.00 is as fast, below is faster, and where a row of leat is slower it
says so. Go's channels connect goroutines, not threads; they are printed and
take no part in the ratio. leat is the installed static library used through
its public headers; `leat` promises nothing, `leat-spsc` promises a single
producer and a single consumer, `leat-mpsc` a single consumer. Nothing is
pinned. `mutex-condvar` is a queue as written by hand. Each run checks the
number and the sum of the messages received. *Floor* is what this machine charges for
the least that does the same, measured in the same run, and how many times that leat
takes; nobody can be below it. bench/README.md has the rules, and
[verdict.md](verdict.md) what leat is to reach and where it does.
"""


def number(ns):
    return f"{ns:.1f}" if ns < 100 else f"{ns:.0f}"


def cell_of(row):
    return row["scenario"], row["capacity"], row["bytes"]


def best_peers(rows, kinds):
    """{cell: the row of the best peer on threads}"""
    best = {}
    for row in rows:
        cell = cell_of(row)
        if kinds[row["who"]] != "thread":
            continue
        if cell not in best or row["ns_per_msg"] < best[cell]["ns_per_msg"]:
            best[cell] = row
    return best


def ratios(rows, best, who):
    """[(ratio, CPU ratio, cell, the peer's name)] for one participant."""
    found = []
    for row in rows:
        peer = best.get(cell_of(row))
        if row["who"] == who and peer:
            found.append((row["ns_per_msg"] / peer["ns_per_msg"],
                          row["cpu_ns_per_msg"] / peer["cpu_ns_per_msg"],
                          f"{row['scenario']} {row['capacity']}", peer["who"]))
    return found


def mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


def summary(rows, kinds, best):
    lines = []
    for who in dict.fromkeys(r["who"] for r in rows):
        found = ratios(rows, best, who)
        if kinds[who] != "leat" or not found:
            continue
        ratio, _, cell, peer = max(found)
        behind = [f for f in found if f[0] > 1]
        lines.append(
            f"- **{who}**: {mean(f[0] for f in found):.2f} of the best peer's "
            f"wall time ({mean(f[1] for f in found):.2f} of its CPU time), the "
            f"geometric mean of {len(found)} cells. Worst cell: {cell}, "
            f"{ratio:.2f} of {peer}. Slower than the best peer in "
            f"{len(behind)}, by more than 1.2 times in "
            f"{sum(f[0] > 1.2 for f in found)}.")
    return lines


def floor_text(row):
    if not row.get("floor_ns"):
        return ""
    times = row["ns_per_msg"] / row["floor_ns"]
    return f"{times:.1f} of {number(row['floor_ns'])}"


def cell_rows(rows, kinds, best, extra=None):
    """The rows of one scenario, fastest first within a capacity; with a column for
    the field `extra`, which not every row has."""
    lines = []
    last = None
    for row in sorted(rows, key=lambda r: r["ns_per_msg"]):
        peer = best.get(cell_of(row))
        kind = kinds[row["who"]]
        note = ""
        if peer and kind != "task":
            ratio = row["ns_per_msg"] / peer["ns_per_msg"]
            note = f"{ratio:.2f}"
            if kind == "leat" and ratio > 1:
                note = f"**{note} behind**"
        who = f"**{row['who']}**" if kind == "leat" else row["who"]
        low, high = row["ns_per_msg_q1"], row["ns_per_msg_q3"]
        capacity = row["capacity"] if row["capacity"] != last else ""
        last = row["capacity"]
        lines.append(f"| {capacity} | {who} | {number(row['ns_per_msg'])} | "
                     f"{number(row['cpu_ns_per_msg'])} | {note} | "
                     f"{number(low)} to {number(high)} | {floor_text(row)} |")
        if extra:
            lines[-1] += f" {row[extra]:.1f} |" if extra in row else " |"
    return lines


def by(rows, field):
    """{value of the field: its rows}, in the order of the rows."""
    found = {}
    for row in rows:
        found.setdefault(row[field], []).append(row)
    return found


TITLES = {
    "seq": "seq: one thread sends all, then receives all",
    "batch": "batch: 1:1, up to 64 messages a call",
    "place": "place: 1:1, large messages",
}
# Said of a scenario below its title.
NOTES = {
    "batch": "leat sends and receives batches; flume and kanal have a call that "
    "receives what is there and none that sends many; the others make single "
    "calls.",
    "place": "The sender writes all of a message and the receiver reads all of "
    "it. `leat` copies it into the channel and out of it, `leat-in-place` "
    "reserves and borrows, the peers allocate each message and send its pointer.",
}


# Scenarios with numbers of their own: the title, what to know, {field: heading}.
PROBES = {
    "ping": ("ping: a round trip", "Two channels of capacity 1, to a thread and "
             "back; nanoseconds, a look at the clock included.",
             {"p50_ns": "p50", "p99_ns": "p99", "p999_ns": "p99.9"}),
    "burst": ("burst: resident memory", "One thread sends ten million messages of "
              "8 bytes and then receives them (a quarter with --quick); KiB of "
              "the whole process, after it with the channel still there.",
              {"before_kib": "before", "peak_kib": "peak", "after_kib": "after"}),
    "empty": ("empty: size of a channel", "What the allocator gave out for it, "
              "its own overhead included.", {"bytes_per_channel": "bytes"}),
    "flat": ("flat: a cancel token and its ten thousand children",
             "Nanoseconds a token: to make it, to cancel the root with all below, "
             "to drop it. `leat-in` uses the caller's memory. For Go, whose collector "
             "destroys, the last is a call of the context's cancel function.",
             {"make_ns": "make", "cancel_ns": "cancel", "drop_ns": "drop"}),
    "deep": ("deep: the same, 10 with 10 with 100 below", "As above.",
             {"make_ns": "make", "cancel_ns": "cancel", "drop_ns": "drop"}),
    "make": ("make: creation and destruction", "Nanoseconds for both together; "
             "for Go, whose collector destroys, creation and its share of that.",
             {"ns_per_channel": "ns"}),
    **nouns.PROBES,
}


# Groups with a table of their own: the title, what to know.
OWN = {
    "select": (
        "select: four channels",
        "As crossbeam-channel's own suite has it. `select_rx`: four threads send, "
        "each to its channel, and one selects among the four to receive. "
        "`select_both`: four threads select among the four to send, and four to "
        "receive. `leat` is an array given to leat_select, `leat-spsc` one of channels "
        "with promises, `leat-set` a leat_set. crossbeam's Select keeps its list "
        "from call to call; flume's Selector is made anew for each, and is not in "
        "`select_both`, where it hangs. Go has a statement."),
    "select_n": (
        "select_n: many channels, all of them busy",
        "`busy-N`: one thread sends to N channels in turn, another selects among "
        "them to receive. Go has a statement for 8 and reflect.Select above."),
    "select_quiet": (
        "select_quiet: many channels, one message",
        "`quiet-N`: one thread sends to one of N channels, in turn, and selects among "
        "all to receive: what it costs to find that one."),
    "oneshot": (
        "oneshot: a channel for each message",
        "`alone`: made, sent to, received from and dropped in one thread. `ask`: the "
        "thread that makes it waits for the value; another, which was looking out "
        "for the sending half, sends. `leat-in` uses the caller's memory. "
        "futures-channel's is polled by a thread that parks; crossbeam's and Go's are "
        "channels of capacity 1."),
    **nouns.PAGE,
}


def own_section(group, rows, kinds):
    title, note = OWN[group]
    lines = ["", f"## {title}", "", note]
    sizes = by(rows, "bytes")
    for size, mine in sizes.items():
        if len(sizes) > 1:
            lines += ["", f"### {size} bytes"]
        lines += ["", *own_table(mine, kinds)]
    return lines


def own_table(rows, kinds):
    best = best_peers(rows, kinds)
    extra = next((f for f in nouns.COLUMNS for r in rows if f in r), None)
    lines = [*summary(rows, kinds, best), "",
             "| | capacity | who | wall ns | cpu ns | ratio | quartiles | floor |"
             + (f" {nouns.COLUMNS[extra]} |" if extra else ""),
             "|---|---|---|---:|---:|---:|---:|---:|" + ("---:|" if extra else "")]
    for scenario, mine in by(rows, "scenario").items():
        for of_cell in by(mine, "capacity").values():
            first, *rest = cell_rows(of_cell, kinds, best, extra)
            lines += [f"| {scenario} {first}", *(f"| {line}" for line in rest)]
    return lines


def probe_lines(rows, kinds, fields):
    """A figure of leat that is above the best peer's says so."""
    lines = []
    for row in sorted(rows, key=lambda r: [r[f] for f in fields]):
        texts = []
        for field in fields:
            peers = [r[field] for r in rows if kinds[r["who"]] == "thread"]
            text = number(row[field])
            if (kinds[row["who"]] == "leat" and peers
                    and row[field] > min(peers) and field != "before_kib"):
                text = f"**{text} behind**"
            texts.append(text)
        who = f"**{row['who']}**" if kinds[row["who"]] == "leat" else row["who"]
        lines.append(f"| {row['capacity']} | {who} | {' | '.join(texts)} |")
    return lines


def probe_section(scenario, rows, kinds):
    title, note, fields = PROBES[scenario]
    lines = ["", f"## {title}", "", note, "",
             f"| capacity | who | {' | '.join(fields.values())} |",
             "|---|---|" + "---:|" * len(fields)]
    for of_cell in by(rows, "capacity").values():
        lines += probe_lines(of_cell, kinds, fields)
    return lines


def page(rows, kinds, facts, floors, picture):
    probed = [r for r in rows if r["scenario"] in PROBES]
    own = [r for r in rows if r["group"] in OWN]
    rows = [r for r in rows if r["scenario"] not in PROBES
            and r["group"] not in OWN]
    best = best_peers(rows, kinds)
    lines = [INTRO]
    for size, mine in by(rows, "bytes").items():
        lines += [f"Messages of {size} bytes:", ""]
        lines += summary(mine, kinds, best) + [""]
    if picture:
        lines += ["![Nanoseconds a message of each participant, by cell](threads.svg)",
                  ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {fact} |" for name, fact in facts.items() if fact]
    for size, of_size in by(rows, "bytes").items():
        for scenario, mine in by(of_size, "scenario").items():
            title = TITLES.get(scenario, f"{scenario}: senders to receivers")
            lines += ["", f"## {title}, {size} bytes", ""]
            if scenario in NOTES:
                lines += [NOTES[scenario], ""]
            lines += ["| capacity | who | wall ns | cpu ns | ratio | quartiles | floor |",
                      "|---|---|---:|---:|---:|---:|---:|"]
            for of_cell in by(mine, "capacity").values():
                lines += cell_rows(of_cell, kinds, best)
    for group, mine in by(own, "group").items():
        lines += own_section(group, mine, kinds)
    for scenario, mine in by(probed, "scenario").items():
        lines += probe_section(scenario, mine, kinds)
    lines += ["", "## Floors", "",
              "What this machine charges, without any channel (bench/bound; what needs "
              "two threads has them pinned to two cores), at the least of all rounds. "
              "bench/floors.py knows which of them is the floor of which cell.",
              "", "| | ns |", "|---|---:|"]
    lines += [f"| {name} | {number(ns)} |" for ns, name in floors.values()]
    return "\n".join(lines) + "\n"
