# SPDX-License-Identifier: GPL-2.0-only
"""Counts become figures, figures are compared, and what grew is told from noise."""

import pathlib
import tempfile
import unittest

import figures
import measure


def window(**counts):
    return measure.Window(**{"units": 100, "interrupts": 0, "nanoseconds": 0, **counts})


def one(**values):
    return {**dict.fromkeys(figures.QUANTITIES, 0), **values}


class PerUnit(unittest.TestCase):
    def test_division(self):
        found = figures.per_unit({"tx64": window(driver=15050, writes=101)})
        self.assertEqual(found["tx64"]["driver"], 150.5)
        self.assertEqual(found["tx64"]["writes"], 1.01)
        self.assertEqual(set(found["tx64"]), set(figures.QUANTITIES))

    def test_ratio_of_nothing(self):
        self.assertIsNone(figures.ratio(1, 0))
        self.assertEqual(figures.ratio(1, 2), 0.5)

    def test_number(self):
        shown = [figures.number(value) for value in (0, 0.0316, 1.01, 123.46, 11455, 2090114)]
        self.assertEqual(shown, ["0", "0.032", "1.010", "123.5", "11,455", "2.09 M"])


class Table(unittest.TestCase):
    def test_side_by_side(self):
        lines = figures.table(
            {"tx64": one(driver=140, writes=1), "idle": one(driver=5)},
            {"tx64": one(driver=280, writes=1)},
            {"tx64": "frame", "idle": "10 s"},
        )
        self.assertEqual(len(lines), 3)
        words = lines[2].replace("|", " ").split()
        self.assertEqual(words[:5], ["tx64", "frame", "140.0", "280.0", "0.50"])
        self.assertEqual(words[5:8], ["0", "0", "-"])


class Growth(unittest.TestCase):
    def grown(self, before, after):
        return figures.growths({"tx64": one(**before)}, {"tx64": one(**after)})["tx64"]

    def test_within_two_percent(self):
        self.assertEqual(self.grown({"driver": 100}, {"driver": 102}), [])
        self.assertEqual(self.grown({"driver": 100}, {"driver": 50}), [])

    def test_more(self):
        self.assertEqual(
            self.grown({"driver": 100}, {"driver": 102.1}),
            ["driver instructions 100.0 -> 102.1"],
        )

    def test_first_read(self):
        self.assertEqual(self.grown({"reads": 0}, {"reads": 1}), ["MMIO reads 0 -> 1.000"])

    def test_other_bursts_per_interrupt(self):
        self.assertEqual(self.grown({"interrupts": 0.019}, {"interrupts": 0.031}), [])

    def test_one_interrupt_more_in_few_frames(self):
        self.assertEqual(
            self.grown({"interrupts": 1.06}, {"interrupts": 1.16}), ["interrupts 1.060 -> 1.160"]
        )

    def test_kernel_is_not_guarded(self):
        self.assertEqual(self.grown({"kernel": 100}, {"kernel": 200}), [])

    def test_only_what_both_have(self):
        self.assertEqual(figures.growths({}, {"tx64": one(driver=1)}), {})


class File(unittest.TestCase):
    def test_merge_keeps_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "figures.json"
            figures.merge(path, "6.12", {"igbr": {"tx64": one(driver=1), "rx64": one(driver=2)}})
            figures.merge(path, "6.12", {"igbr": {"tx64": one(driver=3)}})
            figures.merge(path, "7.2", {"igb": {"tx64": one(driver=4)}})
            found = figures.read(path)
        self.assertEqual(found["6.12"]["igbr"]["tx64"]["driver"], 3)
        self.assertEqual(found["6.12"]["igbr"]["rx64"]["driver"], 2)
        self.assertEqual(found["7.2"]["igb"]["tx64"]["driver"], 4)


if __name__ == "__main__":
    unittest.main()
