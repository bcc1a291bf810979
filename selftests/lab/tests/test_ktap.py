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


if __name__ == "__main__":
    unittest.main()
