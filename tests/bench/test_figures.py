#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""What bench/ concludes from figures: floors, verdicts, the pages and pictures. Nothing is
measured here."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(ROOT, "bench")
sys.path.insert(0, BENCH)

import cells
import chart
import drive
import floors
import growth
import report
import verdict

KINDS = cells.kinds()


def every_row(groups, of_leat, of_peers):
    """A row of each participant in each cell: all figures of leat the one number, all
    of the others the other."""
    rows = []
    for cell in cells.cells(groups, [""]):
        for who, (_, kind, scenarios, capacities) in cells.participants(
                cell.group).items():
            if cell.scenario in scenarios and cell.capacity in capacities:
                value = of_leat if kind == "leat" else of_peers
                fields = cells.fields_of(cell.scenario)
                rows.append(drive.row(cell, who, [[value] * len(fields)] * 3, "1", None))
    return rows


def rows_where(rows, **wanted):
    return [row for row in rows if all(row[k] == v for k, v in wanted.items())]


def judged(title, *all_rows):
    runs = [verdict.Run(str(i), rows) for i, rows in enumerate(all_rows)]
    target, = (t for t in verdict.TARGETS if t.title == title)
    return verdict.Judged(runs, target, KINDS)


class Verdict(unittest.TestCase):

    def setUp(self):
        self.rows = every_row(cells.GROUPS, 10.0, 50.0)

    def plain(self, **cell):
        """leat's row of a plain cell."""
        row, = rows_where(self.rows, who="leat", group="threads", **cell)
        return row

    def test_five_times_as_fast_meets_everything(self):
        for target in verdict.TARGETS:
            found = judged(target.title, self.rows, self.rows)
            self.assertTrue(found.table, target.title)
            self.assertEqual([m.text for m in found.means()], ["5.00", "5.00"])
            self.assertFalse(found.missed() or found.hungry(), target.title)

    def test_there_are_the_cells_of_the_issue(self):
        counts = {t.title: len(judged(t.title, self.rows).table) for t in verdict.TARGETS}
        self.assertEqual(counts["plain channels"], 3 * (2 + 3 * 5))
        self.assertEqual(counts["one sender and one receiver, promised"], 2 * 3)
        self.assertEqual(counts["batches of 64"], 3)
        self.assertEqual(counts["oneshot from the heap"], 2)
        self.assertEqual(counts["watch"], 4)

    def test_one_slow_cell_is_missed_although_the_mean_holds(self):
        self.plain(scenario="4:4", capacity="0")["ns_per_msg"] = 51.0
        found = judged("plain channels", self.rows)
        self.assertEqual([(c.scenario, c.capacity, c.bytes) for c in found.missed()],
                         [("4:4", "0", 8)])
        self.assertTrue(found.means()[0].holds)

    def test_what_holds_in_one_run_only_is_missed(self):
        worse = json.loads(json.dumps(self.rows))
        row, = rows_where(worse, who="leat", group="threads", scenario="1:1", capacity="1")
        row["ns_per_msg"] = 60.0
        self.assertFalse(judged("plain channels", self.rows).missed())
        self.assertTrue(judged("plain channels", self.rows, worse).missed())
        self.assertTrue(judged("plain channels", worse, self.rows).missed())

    def test_a_mean_that_is_too_low_is_not_met(self):
        rows = every_row(cells.GROUPS, 10.0, 14.0)
        found = judged("plain channels", rows)
        self.assertFalse(found.missed())
        self.assertFalse(found.means()[0].holds)

    def test_at_its_floor_a_cell_is_met_and_counts_as_the_target(self):
        for row in rows_where(self.rows, who="leat", group="batch"):
            row.update(ns_per_msg=100.0, floor_ns=80.0)
        found = judged("batches of 64", self.rows)
        self.assertFalse(found.missed())
        self.assertEqual(found.means()[0], verdict.Said(True, "4.00"))
        for row in rows_where(self.rows, who="leat", group="batch"):
            row.update(floor_ns=70.0)
        found = judged("batches of 64", self.rows)
        self.assertEqual(len(found.missed()), 3)
        self.assertFalse(found.means()[0].holds)

    def test_tasks_do_not_count(self):
        for row in rows_where(self.rows, who="go"):
            if "ns_per_msg" in row:
                row["ns_per_msg"] = 1.0
        self.assertFalse(judged("plain channels", self.rows).missed())

    def test_the_fastest_peer_is_the_one_that_counts(self):
        row, = rows_where(self.rows, who="kanal", group="threads", scenario="1:1",
                          capacity="1")
        row["ns_per_msg"] = 9.0
        missed = judged("plain channels", self.rows).missed()
        self.assertEqual([m.peer["who"] for ms in missed.values() for m in ms], ["kanal"])

    def test_processor_time_is_that_of_the_fastest_peer(self):
        row = self.plain(scenario="1:1", capacity="128")
        row["cpu_ns_per_msg"] = 50.5
        found = judged("plain channels", self.rows)
        self.assertEqual(len(found.hungry()), 1)
        self.assertFalse(found.missed())
        cells_in_all = sum(len(judged(t.title, self.rows).table) for t in verdict.TARGETS)
        page = verdict.page([verdict.Run("", self.rows)], KINDS)
        self.assertIn(f"| {cells_in_all - 1} of {cells_in_all} | **not met** |", page)

    def test_what_was_not_measured_is_not_met(self):
        rows = [r for r in self.rows if r["group"] != "watch"]
        found = judged("watch", rows)
        self.assertEqual(len(found.missed()), 4)
        self.assertEqual(len(found.hungry()), 4)
        self.assertFalse(found.means()[0].holds)

    def limits(self):
        run = verdict.Run("", self.rows)
        return [verdict.limit_said(run, limit, KINDS).holds for limit in verdict.LIMITS]

    def test_limits(self):
        self.assertTrue(all(self.limits()))
        for figure, least_bad in (("p99_ns", 50.5), ("bytes_per_channel", 1024.5),
                                  ("after_kib", 10.0 + 1025)):
            for row in self.rows:
                if row["who"] == "leat" and figure in row:
                    row[figure] = least_bad
        self.assertEqual(self.limits().count(False), 4)
        self.assertFalse(verdict.all_met([verdict.Run("", self.rows)], KINDS))

    def test_page_and_exit_code(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.jsonl")
            for value, code, word in ((10.0, 0, "| met |"), (60.0, 1, "**not met**")):
                with open(path, "w", encoding="utf-8") as file:
                    for row in every_row(cells.GROUPS, value, 50.0):
                        file.write(json.dumps(row) + "\n")
                done = subprocess.run(
                    [sys.executable, "-B", os.path.join(BENCH, "verdict.py"), path, path],
                    capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(word, done.stdout)
                self.assertIn("| 4:4 128, 32 bytes | 1 |", done.stdout)


# The keys that bench/bound prints, with figures that are all different.
def bound_keys():
    keys = ["op", "block", "clock", "yield", "wake", "wake-call", "turns", "1-8",
            "16-4096", "16-65536", "write-4096", "read-4096"]
    keys += [f"trip-{size}" for size in (8, 32, 256)]
    for way in ("seq", "seq-huge", "write", "read", "fresh", "huge", "ring", "128"):
        for lock in ("", "-locked"):
            keys += [f"{way}{lock}-{size}" for size in (8, 32, 256, "64x8")]
    keys += [f"size-{size}" for size in growth.SIZES]
    keys += [f"capacity-{power}" for power in growth.POWERS]
    keys += list(growth.PARKED)
    return {key: (float(at), key) for at, key in enumerate(keys, 1)}


class Floor(unittest.TestCase):

    def test_every_cell_that_has_a_figure_to_compare_has_a_floor(self):
        least = bound_keys()
        for cell in cells.cells(cells.GROUPS, [""]):
            way = floors.way_of(cell, "leat", floors.Floors(least))
            none = cell.group in ("memory", "cancel", "hashtree") or cell.scenario == "empty"
            self.assertEqual(way is None, none, cell)
        for cell in cells.cells(growth.GROUPS, [""]):
            self.assertGreater(growth.floor_of(cell, least)[0], 0, cell)

    def test_the_keys_are_those_of_the_program(self):
        """Each key is spelled in the sources of bench/bound, or its parts are."""
        folder = os.path.join(BENCH, "bound")
        text = ""
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text += file.read()
        for key in bound_keys():
            way = key.rsplit("-", 1)[0].replace("-locked", "")
            self.assertTrue(f'"{key}"' in text or f'"{way}"' in text
                            or f'"{way}-%' in text, key)

    def test_a_promise_has_no_higher_floor(self):
        least = bound_keys()
        for key in [k for k in least if "-locked" in k]:
            least[key] = (least[key.replace("-locked", "")][0] + 2, key)
        known = floors.Floors(least)
        for cell in cells.cells(cells.GROUPS, [""]):
            mine, promised = (floors.way_of(cell, who, known) for who in ("leat", "leat-spsc"))
            if mine:
                self.assertLessEqual(promised[0], mine[0], cell)

    def test_the_least_of_all_rounds_counts(self):
        rounds = [{"op": (3.0, "a")}, {"op": (2.0, "a")}, {"op": (5.0, "a")}]
        self.assertEqual(floors.least(rounds), {"op": (2.0, "a")})

    def test_one_processor_leaves_the_ways_of_one(self):
        least = {key: said for key, said in bound_keys().items()
                 if key.startswith(("seq", "write", "read", "op", "block", "yield"))}
        cell = cells.Cell("threads", "1:1", "unbounded", 8)
        ns, _ = floors.way_of(cell, "leat", floors.Floors(least))
        self.assertEqual(ns, least["write-locked-8"][0] + least["read-locked-8"][0])

    def test_more_room_has_no_higher_floor(self):
        known = floors.Floors(bound_keys())
        found = [known.of_capacity(power)[0] for power in growth.POWERS]
        self.assertEqual(found, sorted(found, reverse=True))


class Pages(unittest.TestCase):

    def test_the_table_has_floors_and_quartiles(self):
        cell = cells.Cell("threads", "1:1", "128", 8)
        samples = [[30.0, 50.0], [20.0, 40.0], [40.0, 60.0]]
        row = drive.row(cell, "leat", samples, "1", (10.0, "a way"))
        self.assertEqual((row["ns_per_msg"], row["ns_per_msg_q1"], row["ns_per_msg_q3"]),
                         (30.0, 25.0, 35.0))
        self.assertEqual((row["floor_ns"], row["floor"]), (10.0, "a way"))
        peer = drive.row(cell, "kanal", samples, "1", (10.0, "a way"))
        self.assertNotIn("floor_ns", peer)
        page = report.page([row, peer], KINDS, {}, {"op": (2.5, "an operation")}, None)
        self.assertIn("| 25.0 to 35.0 | 3.0 of 10.0 |", page)
        self.assertIn("| an operation | 2.5 |", page)

    def test_every_row_can_be_shown(self):
        rows = every_row(cells.GROUPS, 10.0, 50.0)
        page = report.page(rows, KINDS, {}, {}, "a picture")
        for group in ("4:4", "select_quiet", "broadcast", "ping"):
            self.assertIn(group, page)

    def test_growth_judges_what_is_promised(self):
        rows = every_row(growth.GROUPS, 10.0, 50.0)
        self.assertEqual(sum("holds" in line for line in growth.promises(rows)), 4)
        for row in rows_where(rows, who="leat", scenario="parked-10000"):
            row["p50_ns"] = 15.5
        for row in rows_where(rows, who="leat", scenario="64:64", capacity="128"):
            row["ns_per_msg"] = 20.5
        lines = [line for line in growth.promises(rows) if "does not hold" in line]
        self.assertEqual([line.split(",")[0] for line in lines], ["- leat", "- leat"])

    def test_growth_page_and_pictures(self):
        rows = every_row(growth.GROUPS, 10.0, 50.0)
        for row in rows_where(rows, who="leat"):
            row.update(floor_ns=5.0, floor="a way")
        page = growth.page(rows, {}, {})
        files = growth.pictures(rows)
        self.assertEqual(len(files), len(growth.GROUPS))
        for name, picture in files.items():
            self.assertIn(f"({name})", page)
            self.assertIn("floor", picture)
            xml.etree.ElementTree.fromstring(picture)

    def test_messages_can_be_shared(self):
        for quick in (False, True):
            for cell in cells.cells({**cells.GROUPS, **growth.GROUPS}, [""]):
                messages = cells.messages_of(cell, quick)
                self.assertGreater(messages, 0)
                sides = cell.scenario.split(":") if ":" in cell.scenario else ["4"]
                for side in sides:
                    self.assertEqual(messages % int(side), 0, cell)

    def test_a_curve_stays_inside_its_picture(self):
        panels = {"": {"leat": [(1, 3.0), (1000000, 70000.0)], "floor": [(1, 1.0)]}}
        root = xml.etree.ElementTree.fromstring(chart.curves("title", panels))
        width, height = float(root.get("width")), float(root.get("height"))
        dots = root.iter("{http://www.w3.org/2000/svg}circle")
        at = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots]
        self.assertEqual(len(at), 2)
        for x, y in at:
            self.assertTrue(0 < x < width and 0 < y < height)
        self.assertLess(at[0][0], at[1][0])
        self.assertGreater(at[0][1], at[1][1])


if __name__ == "__main__":
    unittest.main()
