# SPDX-License-Identifier: GPL-2.0-only
"""The chart is well-formed, has a row per workload, and its bars are in proportion."""

import unittest
import xml.etree.ElementTree

import chart
import figures

SVG = "{http://www.w3.org/2000/svg}"


def one(**values):
    return {**dict.fromkeys(figures.QUANTITIES, 0), **values}


class Draw(unittest.TestCase):
    def setUp(self):
        drawn = chart.draw(
            "6.12 <&>",
            {"tx64": one(driver=70), "rx64": one(driver=300)},
            {"tx64": one(driver=280), "rx64": one(driver=150), "idle": one()},
            {"tx64": "frame", "rx64": "frame", "idle": "10 s"},
        )
        self.root = xml.etree.ElementTree.fromstring(drawn)
        self.texts = [each.text for each in self.root.iter(SVG + "text")]

    def widths(self, colour):
        return [
            float(each.get("width"))
            for each in self.root.iter(SVG + "rect")
            if each.get("fill") == colour
        ][
            1:3
        ]  # after the legend's

    def test_proportion(self):
        self.assertEqual(self.widths(chart.OURS), [chart.BAR / 4, chart.BAR])
        self.assertEqual(self.widths(chart.THEIRS), [chart.BAR, chart.BAR / 2])

    def test_texts(self):
        self.assertIn("70.0 of 280.0", self.texts)
        self.assertIn("What a unit of each workload costs, Linux 6.12 <&>", self.texts)

    def test_only_workloads_of_both(self):
        self.assertIn("rx64", self.texts)
        self.assertNotIn("idle", self.texts)


if __name__ == "__main__":
    unittest.main()
