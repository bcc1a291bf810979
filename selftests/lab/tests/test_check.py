# SPDX-License-Identifier: GPL-2.0-only
"""Names lead to parts and tests; the summary counts, and its exit status says the truth."""

import contextlib
import io
import types
import unittest
from unittest import mock

import check
import parts
from report import Report
from say import LabError


def part(tests=None):
    module = types.SimpleNamespace(TITLE="a part", run=lambda report, selection: None)
    if tests is not None:
        module.TESTS, module.tests = True, lambda: tests
    return module


@mock.patch.dict(parts.ALL, {"static": part(), "driver": part(["ping.py", "rss.py"])}, clear=True)
class Choose(unittest.TestCase):
    def test_all(self):
        self.assertEqual(check.choose([]), {"static": [], "driver": []})

    def test_part(self):
        self.assertEqual(check.choose(["driver"]), {"driver": []})

    def test_single_tests(self):
        self.assertEqual(check.choose(["rss.py", "ping.py"]), {"driver": ["rss.py", "ping.py"]})

    def test_whole_part_wins_over_its_test(self):
        self.assertEqual(check.choose(["driver", "ping.py"]), {"driver": []})

    def test_order_of_the_table(self):
        self.assertEqual(list(check.choose(["ping.py", "static"])), ["static", "driver"])

    def test_unknown(self):
        with self.assertRaisesRegex(LabError, "'pong.py'.*static, driver, ping.py, rss.py"):
            check.choose(["pong.py"])


class Whole(unittest.TestCase):
    """`make check` alone is the short round; who names a part or a kernel gets all of it."""

    def selection(self, names, kernels=("lts", "newest"), full=""):
        seen = []
        module = part()
        module.NEEDS_ROOTFS = False
        module.run = lambda report, selection: seen.append(selection.whole)
        with (
            mock.patch.dict(parts.ALL, {"static": module}, clear=True),
            mock.patch.object(check.guestprogram, "FULL", full),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            check.run(names, kernels)
        return seen

    def test_short(self):
        self.assertEqual(self.selection([]), [False])

    def test_named(self):
        self.assertEqual(self.selection(["static"]), [True])

    def test_one_kernel(self):
        self.assertEqual(self.selection([], ("lts",)), [True])

    def test_full_length(self):
        self.assertEqual(self.selection([], full="1"), [True])


class Summary(unittest.TestCase):
    def finish(self, fill):
        report = Report()
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            report.part("a part")
            fill(report)
            good = report.finish()
        return good, text.getvalue().splitlines()

    def test_all_well(self):
        good, lines = self.finish(lambda report: report.ok("a"))
        self.assertTrue(good)
        self.assertEqual(lines[-1], "1 passed, 0 failed, 0 skipped")

    def test_failure(self):
        def fill(report):
            report.ok("a")
            report.fail("b", "3 != 4", "build/results/x")

        good, lines = self.finish(fill)
        self.assertFalse(good)
        self.assertEqual(
            lines[-3:],
            [
                "FAILED   a part: b: 3 != 4",
                "         see build/results/x",
                "1 passed, 1 failed, 0 skipped",
            ],
        )

    def test_second_try(self):
        def fill(report):
            report.again("a", "no answer in 5 s", "build/results/x")
            report.again("b", "3 != 4")
            report.ok("a")
            report.fail("b", "3 != 4")

        good, lines = self.finish(fill)
        self.assertFalse(good)
        self.assertEqual(
            lines[-4:],
            [
                "UNSTEADY a part: a: no answer in 5 s",
                "         see build/results/x",
                "FAILED   a part: b: 3 != 4",
                "1 passed, 1 failed, 0 skipped",
            ],
        )

    def test_passed_at_the_second_try(self):
        def fill(report):
            report.again("a", "no answer in 5 s")
            report.ok("a")

        self.assertTrue(self.finish(fill)[0])

    def test_nothing_passed_is_no_success(self):
        good, lines = self.finish(lambda report: report.skip("a", "no unicorn"))
        self.assertFalse(good)
        self.assertEqual(
            lines[-2:], ["skipped  a part: a: no unicorn", "0 passed, 0 failed, 1 skipped"]
        )


if __name__ == "__main__":
    unittest.main()
