# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own tests: how results are read, and what programs.toml makes of them on igbr."""

import sys
import unittest

import paths

sys.path.append(str(paths.CHECKOUT / "selftests/upstream"))
import judge

OURS = {"igbr", "82576", "qemu", "7.3"}


def listed(**more):
    return judge.Cannot("case_.*", "the wire is too short", says="too short", **more)


def judged(verdict, said="", log="", name="test.case_1", **more):
    program = judge.Program("net/test.py", cannot=(listed(**more),))
    return judge.judged(program, judge.Result(name, verdict, "", said), OURS, log)


class Results(unittest.TestCase):
    def test_ktap(self):
        for line, verdict, reason in (
            ("ok 1 ping.v4", "ok", ""),
            ("not ok 2 ping.v4", "fail", ""),
            ("ok 3 ping.v4 # SKIP no IPv4", "skip", "no IPv4"),
            ("ok 4 ping.v4 # XFAIL", "skip", ""),
        ):
            found = judge.result("ping", line, "")
            self.assertEqual(found, judge.Result("ping.v4", verdict, reason))

    def test_older_shell_tests(self):
        found = judge.result("rmon", "TEST: rx histogram        [FAIL]", "said")
        self.assertEqual((found.name, found.verdict), ("rmon.rx_histogram", "fail"))
        found = judge.result("loopback", "TEST: SKIP: no loopback   [ OK ]", "")
        self.assertEqual((found.verdict, found.reason), ("skip", "no loopback"))

    def test_other_lines(self):
        for line in ("# ok 1 ping.v4", "TAP version 13", "1..4", ""):
            self.assertIsNone(judge.result("ping", line, ""))


class Judged(unittest.TestCase):
    def test_what_is_not_listed_is_as_the_test_says(self):
        self.assertEqual(judged("fail", "too short", name="test.other"), ("fail", ""))
        self.assertEqual(judged("ok", name="test.other"), ("ok", ""))

    def test_the_impossible_has_to_fail_for_its_reason(self):
        self.assertEqual(judged("fail", "too short"), ("skip", "the wire is too short"))
        self.assertEqual(judged("skip")[0], "skip")
        self.assertEqual(judged("fail", "too long")[0], "fail")
        self.assertEqual(judged("fail", "too short", logged="short")[0], "fail")
        self.assertEqual(judged("fail", "too short", "it is short", logged="short")[0], "skip")

    def test_the_impossible_must_not_pass(self):
        self.assertEqual(judged("ok")[0], "fail")
        self.assertEqual(judged("ok", may_pass=True)[0], "ok")

    def test_another_machine_can(self):
        self.assertEqual(judged("fail", "too short", on="i350")[0], "fail")
        self.assertEqual(judged("fail", "too short", on="82576 qemu")[0], "skip")


class Table(unittest.TestCase):
    def test_every_program_once_and_every_reason_a_line(self):
        programs = judge.table()
        self.assertEqual(len({one.file for one in programs}), len(programs))
        for program in programs:
            for one in program.cannot:
                self.assertTrue(one.reason and "\n" not in one.reason, program.path)


if __name__ == "__main__":
    unittest.main()
