# SPDX-License-Identifier: GPL-2.0-only
"""The lab's own unit tests; they need neither the root file system nor root."""

import unittest

import paths

TITLE = "unit tests of the lab"
NEEDS_ROOTFS = False


class Result(unittest.TestResult):
    """Hands each test's end on to the report."""

    def __init__(self, report):
        super().__init__()
        self.report = report

    def addSuccess(self, test):
        self.report.ok(test.id())

    def addFailure(self, test, err):
        self.report.fail(
            test.id(), str(err[1]).splitlines()[0], detail=self._exc_info_to_string(err, test)
        )

    addError = addFailure

    def addSkip(self, test, reason):
        self.report.skip(test.id(), reason)

    def addSubTest(self, test, subtest, err):
        if err:
            self.addFailure(subtest, err)


def run(report, _selection):
    folder = str(paths.CHECKOUT / "selftests/lab/tests")
    unittest.defaultTestLoader.discover(folder).run(Result(report))
