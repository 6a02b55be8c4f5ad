#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""count.py's arithmetic: what it reads from a profile, and what it calls grown. That a
whole path which has grown is found is count.py --prove."""
import unittest

import count

PROFILE = """# callgrind format
desc: Trigger: --dump-after=counted
positions: line
events: Ir
summary: 1000

ob=/lib/libc.so.6
fn=(below main)
cob=/tmp/program
cfn=main
calls=1 0
58 990
12 5

ob=/tmp/program
fn=counted
0 3
cfn=fill
calls=1 0
0 900

fn=fill
0 40
+3 2
* 1
cob=/lib/libc.so.6
cfn=memcpy
calls=7 0
0 300
cfn=helper
calls=2 0
0 20
0 4
"""


class Profile(unittest.TestCase):
    def test_own_code_and_calls_of_others(self):
        self.assertEqual(count.cost_of(PROFILE, "/tmp/program"),
                         (3 + 40 + 2 + 1 + 4, 7))

    def test_of_another_program_there_is_nothing(self):
        self.assertEqual(count.cost_of(PROFILE, "/tmp/other"), (0, 0))


class Compare(unittest.TestCase):
    RECORDED = {"short": (20.0, 0.0), "long": (1000.0, 1.0)}

    def wrong(self, **counted):
        return count.compare(self.RECORDED, {**self.RECORDED, **counted})[0]

    def better(self, **counted):
        return count.compare(self.RECORDED, {**self.RECORDED, **counted})[1]

    def test_the_same_is_fine(self):
        self.assertEqual(count.compare(self.RECORDED, self.RECORDED), ([], []))

    def test_a_short_path_may_grow_by_two(self):
        self.assertEqual(self.wrong(short=(22.0, 0.0)), [])
        self.assertEqual(len(self.wrong(short=(22.1, 0.0))), 1)

    def test_a_long_path_may_grow_by_its_share(self):
        self.assertEqual(self.wrong(long=(1030.0, 1.0)), [])
        self.assertEqual(len(self.wrong(long=(1030.1, 1.0))), 1)

    def test_one_more_call_is_too_much(self):
        self.assertEqual(self.wrong(long=(1000.0, 1.02)), [])
        self.assertEqual(len(self.wrong(long=(1000.0, 2.0))), 1)

    def test_fewer_are_told_of_and_no_failure(self):
        self.assertEqual(self.wrong(long=(900.0, 0.0)), [])
        self.assertEqual(len(self.better(long=(900.0, 0.0))), 2)

    def test_what_is_not_recorded_is_wrong(self):
        self.assertEqual(len(self.wrong(new=(1.0, 0.0))), 1)

    def test_what_is_not_counted_any_more_is_wrong(self):
        self.assertEqual(len(count.compare(self.RECORDED, {})[0]), 2)


class Record(unittest.TestCase):
    def test_comments_are_no_paths(self):
        self.assertEqual(count.parse("# head\n\nname  12.5   1.00\n"),
                         {"name": (12.5, 1.0)})


if __name__ == "__main__":
    unittest.main()
