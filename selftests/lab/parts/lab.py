# SPDX-License-Identifier: GPL-2.0-only
"""The unit tests of the lab and the bench; they need neither the root file system nor root."""

import unittest

import paths

TITLE = "unit tests of the lab and the bench"
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
    for name in ("lab", "bench"):
        folder = str(paths.CHECKOUT / "selftests" / name / "tests")
        # A loader of its own: one keeps the first folder as the top of all.
        unittest.TestLoader().discover(folder).run(Result(report))
