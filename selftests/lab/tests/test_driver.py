# SPDX-License-Identifier: GPL-2.0-only
"""A test that fails in a guest without a splat is run once more, and that counts."""

import contextlib
import io
import types
import unittest
from unittest import mock

import machine
from parts import driver
from report import Report


def output(results):
    """What the kernel's runner prints of {program: whether its one case passed}."""
    lines = []
    for number, (name, good) in enumerate(results.items(), 1):
        word = "ok" if good else "not ok"
        lines += [
            f"# selftests: drivers/net/igbr: {name}",
            "# 1..1",
            f"# {word} 1 case",
            f"{word} {number} selftests: drivers/net/igbr: {name}",
        ]
    return "\n".join(lines) + "\n"


class Guests:
    """Stands for vm.Run: each machine says the next of these."""

    def __init__(self, *said, splat_in=None, model_problem=None):
        self.said = list(said)
        self.model_problem = model_problem
        self.splat_in = splat_in
        self.asked = []

    def __call__(self, job, on_output, on_splat):
        self.asked.append(" ".join(job.command).count("-t "))
        text = self.said.pop(0)
        guest = mock.MagicMock()
        guest.scanner.number = 0

        def run():
            for line in text.splitlines(keepends=True):
                if self.splat_in and line.startswith("# not ok"):
                    on_splat(types.SimpleNamespace(title=self.splat_in, line=1, text=["WARNING"]))
                on_output(line)
            problem = None if text else "no sign of life"
            return types.SimpleNamespace(
                problem=problem,
                model_problem=self.model_problem,
                boot_seconds=1,
                seconds=2,
                tail=lambda: [],
            )

        guest.run = run
        return guest


class SecondTry(unittest.TestCase):
    def check(self, guests, wanted=("a.py", "b.py")):
        report = Report()
        with (
            mock.patch.object(driver.vm, "Run", guests),
            mock.patch.object(driver.Machines, "keep", return_value="kept"),
            mock.patch.object(driver.results, "shown", return_value="shown"),
            contextlib.redirect_stdout(io.StringIO()) as said,
        ):
            driver.Machines(report, "lts", machine.Machine("6.12"), wanted).run()
            good = report.finish()
        return good, report, said.getvalue().splitlines()[-1]

    def test_passes_then(self):
        guests = Guests(output({"a.py": True, "b.py": False}), output({"b.py": True}))
        good, report, last = self.check(guests)
        self.assertTrue(good)
        self.assertEqual(guests.asked, [2, 1])
        self.assertEqual(report.passed, 2)
        self.assertEqual(last, "2 passed, 0 failed, 0 skipped")
        self.assertEqual([name for name, _, _ in report.second_tries], [": b.py case"])

    def test_fails_again(self):
        guests = Guests(output({"a.py": True, "b.py": False}), output({"b.py": False}))
        good, report, last = self.check(guests)
        self.assertFalse(good)
        self.assertEqual((report.passed, len(report.failures)), (1, 1))
        self.assertEqual(last, "1 passed, 1 failed, 0 skipped")

    def test_no_second_try_after_a_splat(self):
        guests = Guests(output({"a.py": True, "b.py": False}), splat_in="WARNING: bad")
        good, report, _ = self.check(guests)
        self.assertFalse(good)
        self.assertEqual(guests.asked, [2])
        self.assertEqual(len(report.failures), 2)

    def test_fault_that_the_model_saw(self):
        said = output({"a.py": True, "b.py": True})
        good, report, _ = self.check(Guests(said, model_problem="driver faults"))
        self.assertFalse(good)
        self.assertEqual([why for _, why, _ in report.failures], ["driver faults"])

    def test_guest_that_did_not_boot(self):
        guests = Guests("", output({"a.py": True, "b.py": True}))
        good, report, _ = self.check(guests)
        self.assertTrue(good)
        self.assertEqual((guests.asked, report.passed), ([2, 2], 2))

    def test_guest_that_never_boots(self):
        guests = Guests("", "")
        good, report, _ = self.check(guests)
        self.assertFalse(good)
        self.assertEqual(guests.asked, [2, 2])


if __name__ == "__main__":
    unittest.main()
