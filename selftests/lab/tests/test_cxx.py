# SPDX-License-Identifier: GPL-2.0-only
"""GoogleTest's results are told as they are."""

import contextlib
import io
import tempfile
import unittest
import unittest.mock
from pathlib import Path

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


class Tidy(unittest.TestCase):
    """A file is looked at again when what it reads changed, and only then."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.checkout = Path(folder.name)
        patch = unittest.mock.patch.object(cxx.paths, "CHECKOUT", self.checkout)
        patch.start()
        self.addCleanup(patch.stop)
        self.put("tool/one.cpp", '#include "room/a.hpp"\n#include <vector>\n')
        self.put("tool/room/a.hpp", '#include "room/b.hpp"\n')
        self.put("tool/room/b.hpp", '#include "room/a.hpp"\n')
        self.put("tool/room/c.hpp", "")
        self.headers = [f"tool/room/{name}.hpp" for name in "abc"]

    def put(self, name, text):
        path = self.checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def key(self):
        return cxx.tidy_key("tool/one.cpp", self.headers)

    def test_follows_includes_through_a_circle(self):
        found = cxx.included("tool/one.cpp", self.headers)
        self.assertEqual(found, ["tool/one.cpp", "tool/room/a.hpp", "tool/room/b.hpp"])

    def test_a_header_that_is_read_makes_it_new(self):
        before = self.key()
        self.put("tool/room/b.hpp", "int b;\n")
        self.assertNotEqual(self.key(), before)

    def test_another_header_does_not(self):
        before = self.key()
        self.put("tool/room/c.hpp", "int c;\n")
        self.assertEqual(self.key(), before)

    def test_the_configuration_does(self):
        before = self.key()
        self.put("tool/.clang-tidy", "Checks: '-*'\n")
        self.assertNotEqual(self.key(), before)


if __name__ == "__main__":
    unittest.main()
