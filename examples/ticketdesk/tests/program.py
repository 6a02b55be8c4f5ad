#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The ticket desk as its users see it.

    program.py TICKETDESK CASE

Each case is a function of that name. No case depends on how fast anything is:
where a moment matters, the case waits until the program shows that it is there.
"""

import json
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
SHIPPED = os.path.join(DATA, "tickets.jsonl")
ENDLESS = str(10 ** 15)  # commands: more than any test waits for
COMMANDS = ["insert", "get", "patch", "list", "count", "delete", "all"]

desk = None  # the program
scratch = None  # a directory of this case alone


def fail(text):
    raise AssertionError(text)


def check_equal(got, want, what):
    if got != want:
        fail(f"{what}: {got!r}, not {want!r}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def path(name):
    return os.path.join(scratch, name)


def write(name, content):
    with open(path(name), "wb") as file:
        file.write(content)
    return path(name)


# ---- running it ---------------------------------------------------------------


def run(*args, status=0, **more):
    """Run to the end: its output and its complaints."""
    done = subprocess.run([desk, *args], stdin=more.pop("stdin",
                          subprocess.DEVNULL), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **more)
    if done.returncode != status:
        fail(f"{args}: exit status {done.returncode}, not {status}\n"
             f"{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode(), done.stderr.decode()


class Terminal:
    """The program with its standard error on a terminal, where it shows its
    progress: so a case knows when it is in the middle of its work."""

    def __init__(self, *args, **more):
        self.master, slave = pty.openpty()
        raw = termios.tcgetattr(slave)
        raw[1] &= ~termios.OPOST
        termios.tcsetattr(slave, termios.TCSANOW, raw)
        self.process = subprocess.Popen(
            [desk, *args], stdin=more.get("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        self.seen = ""

    def read(self):
        """More of what it shows; False at the end."""
        try:
            more = os.read(self.master, 65536)
        except OSError:  # what Linux says when the other side is closed
            more = b""
        self.seen += more.decode()
        return more != b""

    def wait_for(self, pattern):
        while not re.search(pattern, self.seen):
            if not self.read():
                fail(f"no {pattern!r} in {self.seen!r}")

    def wait_until_served(self, least=1):
        def most():
            shown = re.findall(r"\r *(\d+) commands", self.seen)
            return max(map(int, shown), default=0)
        while most() < least:
            if not self.read():
                fail(f"never served {least}: {self.seen!r}")

    def send_signal(self, number):
        self.process.send_signal(number)

    def end(self, status=0):
        """Its output, when it has ended."""
        # the output is small, so it cannot be stuck in a full pipe
        while self.read():
            pass
        out = self.process.stdout.read().decode()
        self.process.stdout.close()
        os.close(self.master)
        got = self.process.wait()
        if got != status:
            fail(f"exit status {got}, not {status}\n{self.seen}\n{out}")
        return out


# ---- what it says ---------------------------------------------------------------


class Summary:
    """The summary, understood and checked by somebody else's arithmetic."""

    def __init__(self, text):
        found = re.search(r"^input +(.*): (\d+) lines, (\d+) tickets, (\d+) "
                          r"malformed, (\d+) blank(; stopped)?", text, re.M)
        if not found:
            fail(f"no input line in {text!r}")
        (self.lines, self.tickets, self.malformed,
         self.blank) = map(int, found.groups()[1:5])
        self.stopped = found.group(6) is not None
        left = re.search(r"^ +(\d+) tickets read but not inserted$", text, re.M)
        self.left = int(left.group(1)) if left else 0
        away = re.search(r"^ +(\d+) tickets refused$", text, re.M)
        self.turned_away = int(away.group(1)) if away else 0
        policy = re.search(r"^policy +(\S+): of (\d+) commands (\d+) handled, "
                           r"(\d+) dropped by it, (\d+) refused$", text, re.M)
        self.policy = policy.group(1) if policy else "block"
        (self.tried, self.handled, self.policy_dropped, self.refused) = \
            map(int, policy.groups()[1:]) if policy else (None, None, 0, 0)
        requests = re.search(r"^requests +(\d+) made: (\d+) answered, (\d+) "
                             r"refused, (\d+) returned at shutdown$", text,
                             re.M)
        self.made, self.answered, away, self.returned = \
            map(int, requests.groups())
        if policy:
            check_equal(away, self.refused, "refused")
        self.refused = away
        changes = re.search(r"^changes +(\d+) published; the auditor saw (\d+) "
                            r"and missed (\d+)$", text, re.M)
        self.changes, self.audited, self.audit_missed = \
            map(int, changes.groups())
        self.displays = [tuple(map(int, found)) for found in re.findall(
            r"^ +display (\d+) saw (\d+), lagged and missed (\d+), drew (\d+) "
            r"pictures$", text, re.M)]
        monitor = re.search(r"^monitor +saw (\d+) of (\d+) reports, the last "
                            r"among them$", text, re.M)
        self.reports_seen, self.reports = map(int, monitor.groups())
        self.account = {}
        for name in COMMANDS:
            row = re.search(rf"^  {name} +(\d+) +(\d+) +(\d+) +(\d+)$", text,
                            re.M)
            if not row:
                fail(f"no row {name} in {text!r}")
            self.account[name] = tuple(map(int, row.groups()))
        desk_line = re.search(r"^desk +(\d+) tickets: (\d+) to-do, (\d+) "
                              r"in-progress, (\d+) done$", text, re.M)
        self.desk = tuple(map(int, desk_line.groups()))
        self.depth = int(re.search(r"^depth +at most (\d+)", text,
                                   re.M).group(1))
        self.latency = re.search(r"^latency +p50 .*, p99 .*, p99.9 .*, max ",
                                 text, re.M)
        self.rate = re.search(r"^rate +\d+ commands/s over ", text, re.M)
        if not self.latency or not self.rate:
            fail(f"no rate or latency in {text!r}")
        self.check(text)

    def check(self, text):
        if "the account adds up" not in text:
            fail(text)
        for name, (sent, good, error, dropped) in self.account.items():
            check_equal(sent, good + error + dropped, name)
        for column in range(4):
            check_equal(sum(self.account[name][column]
                            for name in COMMANDS[:-1]),
                        self.account["all"][column], f"column {column}")
        check_equal(self.lines, self.tickets + self.malformed + self.blank,
                    "lines")
        if self.policy != "block":
            check_equal(self.tried, self.sent() + self.refused, "tried")
            check_equal(self.handled, self.sent() - self.dropped(), "handled")
            if self.policy_dropped > self.dropped():
                fail(f"more dropped by policy than at all: {text}")
        # each request was answered once, or never accepted
        check_equal(self.answered, self.sent(), "answered")
        check_equal(self.made, self.answered + self.refused + self.returned,
                    "made")
        # each command that changed something was published, and seen by who
        # must see it; the others know what they have missed
        check_equal(self.changes, sum(self.account[name][1] for name in
                                      ("insert", "patch", "delete")), "changes")
        check_equal((self.audited, self.audit_missed), (self.changes, 0),
                    "auditor")
        check_equal([display[0] for display in self.displays],
                    list(range(1, len(self.displays) + 1)), "displays")
        for _, seen, missed, pictures in self.displays:
            check_equal(seen + missed, self.changes, "seen and missed")
            if pictures > seen:
                fail(f"more pictures than changes: {text}")
        if not 1 <= self.reports_seen <= self.reports:
            fail(f"reports: {text}")
        check_equal(self.desk[0], sum(self.desk[1:]), "desk")
        check_equal(self.desk[0],
                    self.account["insert"][1] - self.account["delete"][1],
                    "tickets on the desk")

    def sent(self):
        return self.account["all"][0]

    def dropped(self):
        return self.account["all"][3]


def tickets_in(content):
    """The tickets of an output file, each checked; sorted by id."""
    tickets = [json.loads(line) for line in content.decode().splitlines()]
    ids = [ticket["id"] for ticket in tickets]
    check_equal(ids, sorted(set(ids)), "ids")
    for ticket in tickets:
        check_equal(sorted(ticket), ["description", "id", "status", "title"],
                    "fields")
        if not (1 <= len(ticket["title"].encode()) <= 50 and
                1 <= len(ticket["description"].encode()) <= 500 and
                ticket["status"] in ("to-do", "in-progress", "done")):
            fail(f"a bad ticket was written: {ticket}")
    return tickets


# ---- the cases: options -----------------------------------------------------------


def help():
    out, err = run("--help")
    check_equal(err, "", "complaints")
    for option in ("--clients", "--capacity", "--in", "--out", "--commands",
                   "--seed", "--think-us", "--policy", "--displays",
                   "--frame-ms", "--draw", "--help"):
        if option not in out:
            fail(f"{option} is not in the help")


def bad_options():
    for args in (["--clients", "0"], ["--clients", "1025"],
                 ["--clients", "-1"], ["--clients", "eight"],
                 ["--clients", "8x"], ["--clients", ""], ["--clients"],
                 ["--capacity", "-1"], ["--capacity", "endless"],
                 ["--capacity", "1.5"], ["--capacity", "99999999999999999999"],
                 ["--commands", "1e6"], ["--commands", " 1"],
                 ["--seed", "+1"], ["--seed", "18446744073709551616"],
                 ["--policy", "newest"], ["--policy", ""], ["--policy"],
                 ["--policy", "drop-oldest", "--capacity", "0"],
                 ["--displays", "65"], ["--displays", "-1"],
                 ["--frame-ms", "0"], ["--frame-ms", "3600001"], ["--draw=1"],
                 ["--think-us", "1000001"], ["--frobnicate"], ["-x"],
                 ["tickets.jsonl"]):
        out, err = run(*args, status=2)
        check_equal(out, "", f"output of {args}")
        if not err.startswith(("ticketdesk: ", desk + ": ")):
            fail(f"{args}: {err!r}")


# ---- the cases: input and output ----------------------------------------------------


def round_trip():
    for clients in ("1", "8"):
        out, err = run("--in", SHIPPED, "--out", path("out"),
                       "--clients", clients)
        check_equal(err, "", "complaints")
        summary = Summary(out)
        check_equal(summary.tickets, 4000, "tickets")
        check_equal(summary.account["insert"], (4000, 4000, 0, 0), "inserts")
        check_equal(summary.sent(), 4000, "commands")
        if read(path("out")) != read(SHIPPED):
            fail("what came out is not what went in")


def standard_input():
    with open(SHIPPED, "rb") as file:
        out, err = run("--in", "-", "--out", "-", "--clients", "3", stdin=file)
    check_equal(out.encode(), read(SHIPPED), "standard output")
    check_equal(Summary(err).tickets, 4000, "tickets")
    # nothing at all is an input, too
    out, err = run("--in", "-", "--out", "-")
    check_equal(out, "", "standard output")
    check_equal(Summary(err).lines, 0, "lines")


def spoil(chance, line, seen):
    """One good line made bad in some way: the new line, and the reason."""
    ticket = json.loads(line)
    way = chance.randrange(14)
    if way == 0:
        return line[:chance.randrange(1, len(line))], "not JSON"
    if way == 1:
        return b"x" * 8193, "longer than 8192 bytes"
    if way == 2:
        return b"x" * chance.randrange(8194, 200000), "longer than 8192 bytes"
    if way == 3:
        first = chance.choice(sorted(seen))
        ticket["id"] = first
        return json.dumps(ticket).encode(), \
            f"id {first} was on line {seen[first]} already"
    if way == 4:
        field = chance.choice(["id", "title", "description", "status"])
        del ticket[field]
        return json.dumps(ticket).encode(), f'no field "{field}"'
    if way == 5:
        ticket["title"] = "ü" * chance.randrange(26, 100)
        return json.dumps(ticket).encode(), \
            f'"title" has {len(ticket["title"].encode())} bytes'
    if way == 6:
        ticket["description"] = "d" * chance.randrange(501, 2000)
        return json.dumps(ticket).encode(), '"description" has '
    if way == 7:
        field = chance.choice(["title", "description"])
        ticket[field] = ""
        return json.dumps(ticket).encode(), f'"{field}" has 0 bytes'
    if way == 8:
        ticket["status"] = "open"
        return json.dumps(ticket).encode(), '"status" is "open"'
    if way == 9:
        ticket["id"] = -ticket["id"]
        return json.dumps(ticket).encode(), "must be above 0"
    if way == 10:
        ticket["owner"] = "me"
        return json.dumps(ticket).encode(), 'unknown field "owner"'
    if way == 11:
        return line.replace(b'"status":"', b'"status":"\xff'), "not JSON"
    if way == 12:
        return line + b"}", "not JSON"
    return b"[" * chance.randrange(1, 8000), "not JSON"


def malformed_lines():
    """Every tenth line is bad: it is reported with its number and why, and
    nothing else is lost."""
    chance = random.Random(7)
    lines, good, complaints, seen = [], [], [], {}
    for line in read(SHIPPED).splitlines():
        if chance.randrange(50) == 0:
            lines.append(chance.choice([b"", b"  ", b"\r", b"\t"]))
        if seen and chance.randrange(10) == 0:
            bad, why = spoil(chance, line, seen)
            lines.append(bad)
            complaints.append((len(lines), why))
            continue
        lines.append(line + chance.choice([b"", b"\r", b"  "]))
        seen[json.loads(line)["id"]] = len(lines)
        good.append(line)
    tickets = write("in", b"\n".join(lines))  # no end at the last line
    out, err = run("--in", tickets, "--out", path("out"))
    summary = Summary(out)
    said = err.splitlines()
    check_equal(len(said), len(complaints), "number of complaints")
    for text, (number, why) in zip(said, complaints):
        if not text.startswith(f"{tickets}:{number}: ") or why not in text:
            fail(f"{text!r} instead of line {number}, {why!r}")
    check_equal(summary.lines, len(lines), "lines")
    check_equal(summary.malformed, len(complaints), "malformed")
    check_equal(summary.tickets, len(good), "tickets")
    check_equal(read(path("out")).splitlines(), good, "output")


def input_errors():
    for where in (path("missing"), scratch):
        _, err = run("--in", where, status=1)
        if where not in err:
            fail(err)


def output_errors():
    small = write("in", read(SHIPPED).splitlines()[0] + b"\n")
    for where in (path("missing/out"), scratch, "/dev/full"):
        out, err = run("--in", small, "--out", where, status=1)
        Summary(out)  # the account is right, and said
        if where not in err:
            fail(err)
    with open("/dev/full", "wb") as full:
        for more in (["--out", "-"], []):
            status = subprocess.run([desk, "--in", small, *more], check=False,
                                    stdout=full, stderr=subprocess.DEVNULL)
            check_equal(status.returncode, 1, "exit status")


def output_replaces():
    """A file is replaced and a link is followed; nothing is left beside."""
    small = write("in", read(SHIPPED).splitlines()[0] + b"\n")
    write("old", b"old state, longer than the new one" * 1000)
    os.symlink(path("old"), path("link"))
    run("--in", small, "--out", path("old"))
    check_equal(read(path("old")), read(small), "the file")
    write("old", b"old state")
    run("--in", small, "--out", path("link"))
    check_equal(read(path("old")), read(small), "the file behind the link")
    check_equal(sorted(os.listdir(scratch)), ["in", "link", "old"], "files")
    run("--in", path("old"), "--out", path("old"))  # in place
    check_equal(read(path("old")), read(small), "the file, in place")


def too_much_capacity():
    _, err = run("--capacity", str(2 ** 62), status=1)
    if "out of memory" not in err:
        fail(err)


def data_is_made():
    made = subprocess.run([sys.executable, os.path.join(DATA,
                          "make_tickets.py")], stdout=subprocess.PIPE,
                          check=True)
    if made.stdout != read(SHIPPED):
        fail("make_tickets.py does not make tickets.jsonl")


# ---- the cases: commands ------------------------------------------------------------


def capacities():
    for capacity in ("0", "1", "3", "64", "unbounded"):
        for clients in (1, 2, 9):
            out, err = run("--capacity", capacity, "--clients", str(clients),
                           "--commands", "5003", "--out", path("out"))
            check_equal(err, "", "complaints")
            summary = Summary(out)
            check_equal(summary.sent(), 4000 + 5003, "commands")
            check_equal(summary.dropped(), 0, "dropped")
            check_equal(len(tickets_in(read(path("out")))), summary.desk[0],
                        "tickets written")
            most = min(16 * clients, int(capacity) if capacity.isdigit()
                       else 16 * clients)
            if summary.depth > most:
                fail(f"{summary.depth} waiting, but at most {most} can")


def overloaded(policy, clients, *more):
    """200 tickets for a server that takes 20 ms for each, and a channel with
    room for one. That a command finds it full does not depend on luck: a client
    would have to be held up for 20 ms before each of 200 sends."""
    lines = read(SHIPPED).splitlines(True)[:200]
    out, err = run("--in", write("in", b"".join(lines)), "--out", path("out"),
                   "--policy", policy, "--clients", clients, "--capacity", "1",
                   "--think-us", "20000", *more)
    check_equal(err, "", "complaints")
    summary = Summary(out)
    check_equal(summary.policy, policy, "policy")
    check_equal(summary.dropped(), summary.policy_dropped, "dropped")
    if not more:
        _, good, error, dropped = summary.account["insert"]
        check_equal(error, 0, "errors")
        check_equal(good + dropped + summary.refused, 200, "tickets read")
        check_equal(summary.turned_away, summary.refused, "tickets refused")
    return summary, lines, read(path("out")).splitlines(True)


def policies():
    """Each loses what its name says, says so, and loses nothing else."""
    for clients in ("1", "8"):
        for policy in ("fail", "drop-oldest", "drop-newest"):
            for more in ((), ("--commands", "200")):
                summary, lines, state = overloaded(policy, clients, *more)
                lost = summary.refused, summary.policy_dropped
                if policy == "fail":
                    lost = lost[::-1]
                if lost[0] != 0 or lost[1] == 0:
                    fail(f"{policy}: dropped or refused: {lost}")
                # one client sends in the order of the file
                kept = lines[-1] if policy == "drop-oldest" else lines[0]
                if clients == "1" and not more and kept not in state:
                    fail(f"{policy} has lost {kept}")


def policies_need_room():
    """A channel that is never full loses nothing, whatever its policy."""
    for policy in ("block", "fail", "drop-oldest", "drop-newest"):
        for capacity in ("unbounded", "48"):
            out, err = run("--policy", policy, "--clients", "3",
                           "--capacity", capacity, "--commands", "3000")
            check_equal(err, "", "complaints")
            summary = Summary(out)
            check_equal(summary.policy, policy, "policy")
            check_equal((summary.sent(), summary.dropped(), summary.refused),
                        (7000, 0, 0), "sent, dropped and refused")


def displays():
    """As many as are asked for; each says what it has seen and missed."""
    for count in (0, 1, 2, 64):
        out, err = run("--displays", str(count), "--frame-ms", "1",
                       "--commands", "2000")
        check_equal(err, "", "complaints")
        check_equal(len(Summary(out).displays), count, "displays")


def display_lags():
    """A display that draws once an hour: when the desk closes it sees the last
    256 changes, which are kept, and knows exactly how many it has missed. The
    desk has not waited for it, and the auditor has missed nothing."""
    out, err = run("--in", SHIPPED, "--clients", "1", "--displays", "1",
                   "--frame-ms", "3600000", "--draw")
    summary = Summary(out)
    check_equal(summary.changes, 4000, "changes")
    check_equal(summary.displays, [(1, 256, 4000 - 256, 1)], "display")
    last = json.loads(read(SHIPPED).splitlines()[-1])["id"]
    check_equal(err, f"display 1: change 4000, insert of ticket {last}, 3744 "
                "missed since the last picture\n", "picture")


def display_keeps_up():
    """Fewer changes than are kept: nobody misses one, however slow."""
    lines = b"".join(read(SHIPPED).splitlines(True)[:256])
    out, err = run("--in", write("in", lines), "--displays", "1", "--frame-ms",
                   "3600000")
    check_equal(err, "", "complaints")
    check_equal(Summary(out).displays, [(1, 256, 0, 1)], "display")


def one_client_repeats():
    """With one client there is no chance but the seed's."""
    states = {}
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        run("--clients", "1", "--commands", "3000", "--seed", seed,
            "--out", path(name))
        states[name] = read(path(name))
    if states["a"] != states["b"]:
        fail("the same seed, but another state")
    if states["a"] == states["c"]:
        fail("another seed, but the same state")


def quiet_in_a_pipe():
    out, err = run("--commands", "1000")
    check_equal(err, "", "standard error")
    if "\r" in out:
        fail("progress in a pipe")


def progress_on_a_terminal():
    terminal = Terminal("--commands", ENDLESS)
    terminal.wait_for(r"\r *\d+ commands +\d+ a second +\d+ waiting")
    terminal.wait_until_served()
    terminal.send_signal(signal.SIGINT)
    Summary(terminal.end())


# ---- the cases: signals ---------------------------------------------------------------


def interrupted(number, *args):
    terminal = Terminal("--commands", ENDLESS, "--out", path("out"), *args)
    terminal.wait_until_served()
    terminal.send_signal(number)
    summary = Summary(terminal.end())
    check_equal(summary.dropped(), 0, "dropped")
    if "stopping: no more input" not in terminal.seen:
        fail(f"said nothing: {terminal.seen!r}")
    if summary.sent() == 0:
        fail("nothing was sent")
    check_equal(len(tickets_in(read(path("out")))), summary.desk[0],
                "tickets written")


def interrupt():
    for capacity in ("0", "1", "64", "unbounded"):
        interrupted(signal.SIGINT, "--capacity", capacity)


def terminate():
    interrupted(signal.SIGTERM)


def interrupt_returns():
    """The server is slow, its channel has room for one, and four clients wait in
    their sends: those commands come back to them, and what was accepted is
    answered."""
    terminal = Terminal("--think-us", "1000000", "--capacity", "1",
                        "--clients", "4", "--out", path("out"))
    terminal.wait_until_served()
    terminal.send_signal(signal.SIGTERM)
    summary = Summary(terminal.end())
    check_equal(summary.dropped(), 0, "dropped")
    if summary.returned == 0:
        fail("nothing was returned")
    if summary.left < summary.returned:
        fail("a returned ticket is not accounted for")
    check_equal(summary.tickets, summary.account["insert"][0] + summary.left,
                "tickets")
    check_equal(len(tickets_in(read(path("out")))), summary.desk[0],
                "tickets written")


def interrupt_while_reading():
    """It waits for a line that never comes."""
    reader, writer = os.pipe()
    lines = b"".join(read(SHIPPED).splitlines(True)[:3])
    terminal = Terminal("--in", "-", "--out", path("out"), stdin=reader)
    os.close(reader)
    os.write(writer, lines + b'{"id": 5')
    terminal.wait_until_served(3)
    terminal.send_signal(signal.SIGINT)
    summary = Summary(terminal.end())
    os.close(writer)
    if not summary.stopped:
        fail("it does not say that it stopped before the end")
    check_equal(summary.tickets, 3, "tickets")
    check_equal(read(path("out")), lines, "state")


def interrupt_twice():
    """The server is slow and its queue is full of commands: the second signal
    drops them, and each is answered "dropped"."""
    terminal = Terminal("--think-us", "1000000", "--capacity", "unbounded",
                        "--clients", "4", "--out", path("out"))
    terminal.wait_until_served()
    terminal.send_signal(signal.SIGINT)
    terminal.wait_for("waiting for all answers")
    terminal.send_signal(signal.SIGINT)
    summary = Summary(terminal.end())
    if summary.dropped() == 0:
        fail("nothing was dropped")
    if summary.left == 0:
        fail("tickets that were read and not inserted are not mentioned")
    check_equal(summary.tickets, summary.account["insert"][0] + summary.left,
                "tickets")
    check_equal(len(tickets_in(read(path("out")))), summary.desk[0],
                "tickets written")


def interrupt_three_times():
    """Even when it hangs: here in the open of a pipe that nobody reads."""
    os.mkfifo(path("out"))
    small = write("in", read(SHIPPED).splitlines()[0] + b"\n")
    terminal = Terminal("--in", small, "--out", path("out"))
    terminal.wait_for(r"\r {60}\r")  # the clients have ended
    terminal.send_signal(signal.SIGINT)
    terminal.wait_for("waiting for all answers")
    terminal.send_signal(signal.SIGINT)
    terminal.wait_for("dropping what is queued")
    terminal.send_signal(signal.SIGINT)
    terminal.end(status=130)


CASES = [help, bad_options, round_trip, standard_input, malformed_lines,
         input_errors, output_errors, output_replaces, too_much_capacity,
         data_is_made, capacities, policies,
         policies_need_room, displays, display_lags, display_keeps_up,
         one_client_repeats, quiet_in_a_pipe,
         progress_on_a_terminal, interrupt, terminate, interrupt_returns,
         interrupt_while_reading, interrupt_twice, interrupt_three_times]


def main():
    global desk, scratch
    cases = {case.__name__: case for case in CASES}
    if len(sys.argv) != 3 or sys.argv[2] not in cases:
        sys.exit(f"usage: program.py TICKETDESK {'|'.join(cases)}")
    desk = os.path.abspath(sys.argv[1])
    scratch = tempfile.mkdtemp(prefix="ticketdesk-")
    try:
        cases[sys.argv[2]]()
    except AssertionError as failure:
        sys.exit(f"{sys.argv[2]}: {failure}")
    finally:
        shutil.rmtree(scratch)


main()
