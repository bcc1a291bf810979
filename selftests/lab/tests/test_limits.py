# SPDX-License-Identifier: GPL-2.0-only
"""Each limit passes when it should, and later on a slow machine."""

import unittest

import limits


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Passed(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.limits = limits.Limits(100.0, self.clock)

    def later(self, seconds, heard=False):
        self.clock.now += seconds
        if heard:
            self.limits.heard()
        return self.limits.passed()

    def run_from(self, boot):
        self.later(boot, heard=True)
        self.limits.booted()
        self.limits.enter("run")

    def test_boot(self):
        self.assertIsNone(self.later(limits.BOOT - 1))
        self.assertIn("did not boot", self.later(2))

    def test_set_up(self):
        self.limits.booted()
        self.assertIsNone(self.later(limits.SETUP - 1, heard=True))
        self.assertIn("not set up", self.later(2, heard=True))

    def test_silence(self):
        self.run_from(limits.REFERENCE)
        self.assertIsNone(self.later(limits.SILENCE - 1))
        self.assertIn("no sign of life", self.later(2))

    def test_run(self):
        self.run_from(limits.REFERENCE)
        self.assertIsNone(self.later(99, heard=True))
        self.assertIn("still ran", self.later(2, heard=True))

    def test_run_of_a_person_has_no_end(self):
        self.limits.run = None
        self.run_from(limits.REFERENCE)
        self.assertIsNone(self.later(100000, heard=True))

    def test_slow_machine_gets_more(self):
        self.run_from(3 * limits.REFERENCE)
        self.assertEqual(self.limits.slowdown, 3.0)
        self.assertIsNone(self.later(3 * limits.SILENCE - 1))
        self.assertIsNone(self.later(119, heard=True))
        self.assertIn("still ran", self.later(3, heard=True))

    def test_fast_machine_gets_no_less(self):
        self.run_from(0.5)
        self.assertEqual(self.limits.slowdown, 1.0)

    def test_slowdown_has_an_end(self):
        self.run_from(250)
        self.assertEqual(self.limits.slowdown, limits.SLOWEST)

    def test_power_off(self):
        self.run_from(limits.REFERENCE)
        self.limits.enter("off")
        self.assertIsNone(self.later(limits.OFF - 1))
        self.assertIn("power off", self.later(2))


if __name__ == "__main__":
    unittest.main()
