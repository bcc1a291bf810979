# SPDX-License-Identifier: GPL-2.0-only
"""GoogleTest's results are told as they are."""

import contextlib
import io
import unittest

import cxx
from report import Report

XML = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.1" name="AllTests">
  <testsuite name="Text" tests="4" failures="1" disabled="1" skipped="1" errors="0">
    <testcase name="Splits" status="run" result="completed" classname="Text" />
    <testcase name="Joins" status="run" result="completed" classname="Text">
      <failure message="text_test.cpp:7&#x0A;Expected equality" type="">text_test.cpp:7
Expected equality</failure>
    </testcase>
    <testcase name="Net" status="run" result="skipped" classname="Text">
      <skipped message="text_test.cpp:9&#x0A;no namespace here" />
    </testcase>
    <testcase name="Off" status="notrun" result="suppressed" classname="Text" />
  </testsuite>
</testsuites>
"""


class Results(unittest.TestCase):
    def test_each_kind(self):
        report = Report()
        with contextlib.redirect_stdout(io.StringIO()):
            failed = cxx.results_of(report, XML)
        self.assertEqual(failed, 1)
        self.assertEqual(report.passed, 1)
        self.assertEqual([name for name, _, _ in report.failures], [": Text.Joins"])
        reasons = [(": Text.Net", "no namespace here"), (": Text.Off", "disabled")]
        self.assertEqual(report.skips, reasons)


class Errors(unittest.TestCase):
    def test_begins_with_the_first_error(self):
        text = "[1/2] one\n[2/2] two\nFAILED: x.o\nx.cpp:1: error: no\nafter\n"
        self.assertEqual(cxx.errors(text).splitlines()[0], "FAILED: x.o")

    def test_else_the_end(self):
        self.assertEqual(cxx.errors("a\nb\n"), "a\nb")


if __name__ == "__main__":
    unittest.main()
