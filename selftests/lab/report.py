# SPDX-License-Identifier: GPL-2.0-only
"""Counts results and says them: each as it comes, failures and skips again at the end.

A test in an emulated machine that fails without a splat is tried once more, and the second result
counts: the host may have been slow. The summary names what passed only then.
"""

from say import say


class Report:
    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []
        self.second_tries = []
        self.title = ""

    def part(self, title):
        self.title = title
        say(f"== {title}")

    def ok(self, name):
        self.passed += 1
        say(f"  ok    {name}")

    def fail(self, name, why="", where=None, detail=""):
        """`where`: what the failure left behind; `detail`: output that shows it, printed here."""
        self.tell_failure("FAIL ", self.failures, name, why, where, detail)

    def again(self, name, why="", where=None, detail=""):
        """It failed, and a second try will count."""
        self.tell_failure("again", self.second_tries, name, why, where, detail)

    def tell_failure(self, word, kept, name, why, where, detail):
        kept.append((f"{self.title}: {name}", why, where))
        say(f"  {word} {name}" + (f": {why}" if why else ""))
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
        failed = {name for name, _, _ in self.failures}
        unsteady = [one for one in self.second_tries if one[0] not in failed]
        for word, found in (("UNSTEADY", unsteady), ("FAILED  ", self.failures)):
            for name, why, where in found:
                say(
                    f"{word} {name}"
                    + (f": {why}" if why else "")
                    + (f"\n         see {where}" if where else "")
                )
        say(f"{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped")
        return self.passed > 0 and not self.failures
