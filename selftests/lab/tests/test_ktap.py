# SPDX-License-Identifier: GPL-2.0-only
"""The runner's output is read as it comes, and nothing that went wrong is taken for a pass."""

import unittest

import ktap


def read(text, size=None):
    tests = []
    reader = ktap.Reader(lambda test: None, tests.append)
    for start in range(0, len(text), size or len(text)):
        reader.feed(text[start : start + (size or len(text))])
    return tests


def results(text, size=None):
    return [
        (case.name, case.verdict, case.reason)
        for test in read(text, size)
        for case in test.results()
    ]


HEAD = "TAP version 13\n1..1\n# timeout set to 120\n# selftests: drivers/net/igbr: ping.py\n"

GOOD = (
    HEAD
    + """\
# TAP version 13
# 1..3
# ok 1 ping.test_v4
# ok 2 ping.test_v6
# # rate 12 kpps
# ok 3 ping.test_jumbo # SKIP no room for 9216 bytes
# # Totals: pass:2 fail:0 xfail:0 xpass:0 skip:1 error:0
ok 1 selftests: drivers/net/igbr: ping.py
"""
)


class Reading(unittest.TestCase):
    EXPECTED = [
        ("ping.test_v4", "ok", ""),
        ("ping.test_v6", "ok", ""),
        ("ping.test_jumbo", "skip", "no room for 9216 bytes"),
    ]

    def test_cases(self):
        self.assertEqual(results(GOOD), self.EXPECTED)

    def test_in_small_pieces(self):
        self.assertEqual(results(GOOD, 7), self.EXPECTED)

    def test_failed_case(self):
        text = (
            HEAD
            + "# 1..1\n# # Check| 3 != 4\n# not ok 1 ping.test_v4\n"
            + "not ok 1 selftests: drivers/net/igbr: ping.py # exit=1\n"
        )
        self.assertEqual(results(text), [("ping.test_v4", "fail", "")])
        self.assertEqual(read(text)[0].comments, ["# Check| 3 != 4"])

    def test_names_of_both_manners(self):
        text = (
            HEAD
            + "# ok 1 - with a dash\n# ok 2 without\nok 1 selftests: drivers/net/igbr: ping.py\n"
        )
        self.assertEqual([name for name, _, _ in results(text)], ["with a dash", "without"])

    def test_program_without_cases(self):
        self.assertEqual(
            results(HEAD + "# hello\nok 1 selftests: drivers/net/igbr: ping.py\n"), [("", "ok", "")]
        )

    def test_two_programs(self):
        text = (
            GOOD
            + "# selftests: drivers/net/igbr: other.sh\n"
            + "ok 2 selftests: drivers/net/igbr: other.sh\n"
        )
        self.assertEqual([test.name for test in read(text)], ["ping.py", "other.sh"])


class Failing(unittest.TestCase):
    def verdict(self, line):
        return results(HEAD + line + "\n")

    def test_exit_status(self):
        self.assertEqual(
            self.verdict("not ok 1 selftests: drivers/net/igbr: ping.py # exit=1"),
            [("", "fail", "exit=1")],
        )

    def test_time_limit(self):
        self.assertEqual(
            self.verdict("not ok 1 selftests: drivers/net/igbr: ping.py # TIMEOUT 45 seconds"),
            [("", "fail", "TIMEOUT 45 seconds")],
        )

    def test_exit_status_2_is_no_pass(self):
        self.assertEqual(
            self.verdict("ok 1 selftests: drivers/net/igbr: ping.py # XFAIL"),
            [("", "fail", "exit=2")],
        )

    def test_program_fails_though_its_cases_pass(self):
        text = HEAD + "# 1..1\n# ok 1 a\nnot ok 1 selftests: drivers/net/igbr: ping.py # exit=1\n"
        self.assertEqual(results(text), [("a", "ok", ""), ("", "fail", "exit=1")])

    def test_program_passes_though_a_case_fails(self):
        text = HEAD + "# 1..1\n# not ok 1 a\nok 1 selftests: drivers/net/igbr: ping.py\n"
        self.assertEqual([verdict for _, verdict, _ in results(text)], ["fail", "fail"])

    def test_cases_are_missing(self):
        text = HEAD + "# 1..3\n# ok 1 a\nok 1 selftests: drivers/net/igbr: ping.py\n"
        self.assertEqual(results(text)[1], ("", "fail", "planned 3 cases, gave 1"))

    def test_broken_off(self):
        self.assertEqual(read(HEAD + "# ok 1 a\n"), [])


class Skipping(unittest.TestCase):
    def test_reason_of_the_plan(self):
        text = (
            HEAD
            + "# 1..0 # SKIP no second port\nok 1 selftests: drivers/net/igbr: ping.py # SKIP\n"
        )
        self.assertEqual(results(text), [("", "skip", "no second port")])

    def test_reason_of_the_last_words(self):
        text = HEAD + "# needs iperf3\nok 1 selftests: drivers/net/igbr: ping.py # SKIP\n"
        self.assertEqual(results(text), [("", "skip", "needs iperf3")])

    def test_expected_failure_is_shown(self):
        text = HEAD + "# ok 1 a # XFAIL slow machine\nok 1 selftests: drivers/net/igbr: ping.py\n"
        self.assertEqual(results(text), [("a", "skip", "expected failure slow machine")])


class Alone(unittest.TestCase):
    """A program that no runner started."""

    OUTPUT = "TAP version 13\n1..2\nok 1 a\nok 2 b # SKIP no cable\n"

    def read(self, output, status):
        test = ktap.program("judge", output, status)
        return [(case.name, case.verdict, case.reason) for case in test.results()]

    def test_cases(self):
        self.assertEqual(self.read(self.OUTPUT, 0), [("a", "ok", ""), ("b", "skip", "no cable")])

    def test_exit_status(self):
        self.assertEqual(self.read(self.OUTPUT, 3)[2], ("", "fail", "exit=3"))

    def test_broken_off(self):
        self.assertEqual(
            self.read("1..2\nok 1 a\n", None)[1], ("", "fail", "planned 2 cases, gave 1")
        )

    def test_failure(self):
        test = ktap.program("judge", "1..1\nnot ok 1 a\n# 3 frames, 4 wanted\n", 1)
        self.assertEqual([case.verdict for case in test.results()], ["fail"])
        self.assertEqual(test.comments, ["# 3 frames, 4 wanted"])


class Nested(unittest.TestCase):
    """What KUnit's results look like, of two suites one after the other."""

    RING = """\
KTAP version 1
1..1
    KTAP version 1
    # Subtest: ring
    # module: igbr
    1..2
        KTAP version 1
        # Subtest: length
        ok 1 half pages
        ok 2 XDP, fragments # SKIP no memory
    # length: pass:1 fail:0 skip:1 total:2
    ok 1 length
    ok 2 wrap
# ring: pass:2 fail:0 skip:0 total:2
# Totals: pass:2 fail:0 skip:1 total:3
ok 1 ring
"""
    UNITS = """\
KTAP version 1
1..1
    KTAP version 1
    # Subtest: units
    1..1
    # usecs: EXPECTATION FAILED at /igbr/usecs.c:7
    Expected 3 == 4
    not ok 1 usecs
not ok 1 units
"""

    def read(self, output, status=0):
        test = ktap.nested("", output, status)
        return [(case.name, case.verdict, case.reason) for case in test.results()]

    def test_innermost_results_with_all_names(self):
        self.assertEqual(
            self.read(self.RING),
            [
                ("ring length half pages", "ok", ""),
                ("ring length XDP, fragments", "skip", "no memory"),
                ("ring wrap", "ok", ""),
            ],
        )

    def test_failure(self):
        cases = self.read(self.RING + self.UNITS)
        self.assertEqual(len(cases), 4)
        self.assertEqual(cases[3], ("units usecs", "fail", ""))
        comments = ktap.nested("", self.RING + self.UNITS, 0).comments
        self.assertEqual(
            comments, ["# usecs: EXPECTATION FAILED at /igbr/usecs.c:7", "Expected 3 == 4"]
        )

    def test_group_fails_though_its_members_pass(self):
        text = self.RING.replace("    ok 1 length", "    not ok 1 length")
        self.assertEqual(self.read(text)[2], ("ring length", "fail", ""))

    def test_member_is_missing(self):
        text = self.RING.replace("    ok 2 wrap\n", "")
        self.assertEqual(self.read(text)[2], ("ring", "fail", "1 more results were planned"))

    def test_broken_off(self):
        for end in ("        ok 2 XDP", "# length:", "    ok 2 wrap", "ok 1 ring"):
            with self.subTest(end):
                cases = self.read(self.RING[: self.RING.index(end)])
                self.assertIn("fail", [verdict for _, verdict, _ in cases])

    def test_exit_status(self):
        self.assertEqual(self.read(self.RING, 1)[-1], ("", "fail", "exit=1"))


if __name__ == "__main__":
    unittest.main()
