# SPDX-License-Identifier: GPL-2.0-only
"""Counts results and says them: each as it comes, failures and skips again at the end."""

from say import say


class Report:
    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []
        self.title = ""

    def part(self, title):
        self.title = title
        say(f"== {title}")

    def ok(self, name):
        self.passed += 1
        say(f"  ok    {name}")

    def fail(self, name, why="", where=None, detail=""):
        """`where`: what the failure left behind; `detail`: output that shows it, printed here."""
        self.failures.append((f"{self.title}: {name}", why, where))
        say(f"  FAIL  {name}" + (f": {why}" if why else ""))
        for line in detail.splitlines():
            say(f"        | {line}")

    def skip(self, name, reason):
        self.skips.append((f"{self.title}: {name}", reason))
        say(f"  skip  {name}: {reason}")

    def check(self, name, good, why="", detail=""):
        if good:
            self.ok(name)
        else:
            self.fail(name, why, detail=detail)

    def finish(self):
        """The summary; true where all is well."""
        say()
        for name, reason in self.skips:
            say(f"skipped  {name}: {reason}")
        for name, why, where in self.failures:
            say(
                f"FAILED   {name}"
                + (f": {why}" if why else "")
                + (f"\n         see {where}" if where else "")
            )
        say(f"{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped")
        return self.passed > 0 and not self.failures
