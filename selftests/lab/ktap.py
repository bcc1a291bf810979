# SPDX-License-Identifier: GPL-2.0-only
"""Reads what run_kselftest.sh prints: a result per program, the program's own ones as comments."""

import re
from dataclasses import dataclass, field

START = re.compile(r"^# selftests: (\S+): (\S+)$")
RESULT = re.compile(
    r"^(ok|not ok) (\d+)(?: (?:- )?(.*?))?(?:\s+# ?(SKIP|XFAIL|TODO|TIMEOUT|exit=\S+)\b *(.*))?$"
)
PLAN = re.compile(r"^1\.\.(\d+)(?:\s+# ?SKIP\b *(.*))?$")
OWN = re.compile(r"^selftests: (\S+): (\S+)$")
# What a nested output has beside results and what is said of them
NOISE = re.compile(r"K?TAP version|# (?:Subtest|Totals|module): |# \S+: pass:\d+ fail:\d+")
INDENT = 4


@dataclass
class Case:
    """`verdict` is "ok", "fail" or "skip"."""

    name: str
    verdict: str
    reason: str = ""


@dataclass
class Test:
    name: str
    verdict: str = ""
    reason: str = ""
    planned: int = None
    cases: list = field(default_factory=list)
    comments: list = field(default_factory=list)

    def results(self):
        """What counts: each case, and the program itself where no case tells its verdict."""
        found = list(self.cases)
        failed = any(case.verdict == "fail" for case in self.cases)
        short = self.planned is not None and len(self.cases) < self.planned
        if self.verdict == "fail" and not failed:
            found.append(Case("", "fail", self.reason or "failed"))
        elif self.verdict == "ok" and failed:
            found.append(Case("", "fail", "ended well though a case of it failed"))
        elif self.verdict == "ok" and short:
            found.append(Case("", "fail", f"planned {self.planned} cases, gave {len(self.cases)}"))
        elif not self.cases:
            found.append(Case("", self.verdict, self.reason))
        return found


def result(line):
    """The case of a result line, or None."""
    match = RESULT.match(line)
    if not match:
        return None
    good, _number, name, directive, rest = match.groups()
    name = name or ""
    if directive == "SKIP":
        return Case(name, "skip", rest or "")
    if directive == "XFAIL":
        return Case(name, "skip", f"expected failure {rest or ''}".rstrip())
    if good == "ok":
        return Case(name, "ok", rest or "")
    return Case(name, "fail", " ".join(filter(None, (directive, rest))))


def program(name, output, status):
    """A test program by itself, without a runner around it, that ended with this status."""
    reader = Reader(None, None)
    reader.test = Test(name, "fail" if status else "ok", f"exit={status}" if status else "")
    for line in output.splitlines():
        reader._inner(line.rstrip("\r"))
    return reader.test


def nested(name, output, status):
    """As program(), of results that are indented below each other, as KUnit's: the innermost count,
    named by all that they are in."""
    test = Test(name, "fail" if status else "ok", f"exit={status}" if status else "")
    groups = Groups()
    for line in output.splitlines():
        text = line.strip()
        depth = (len(line) - len(line.lstrip(" "))) // INDENT
        plan, case = PLAN.match(text), result(text)
        if plan:
            groups.plan(depth, int(plan.group(1)))
        elif case:
            groups.end(depth, case)
        elif text and not NOISE.match(text):
            test.comments.append(text)
    test.cases = groups.finish()
    # Whoever loads KUnit's tests does not hear how they went.
    if any(case.verdict == "fail" for case in test.cases):
        test.verdict = "fail"
    return test


class Groups:
    """A group's members come before its own result, one level deeper."""

    def __init__(self):
        self.cases = {}  # by depth: those whose group has not ended
        self.left = {}  # by depth: how many results the plan still wants

    def plan(self, depth, count):
        self._check(depth)
        self.left[depth] = count

    def end(self, depth, case):
        self._check(depth + 1)
        members = self.cases.pop(depth + 1, [])
        found = [
            Case(f"{case.name} {one.name}".strip(), one.verdict, one.reason) for one in members
        ]
        if not members or (
            case.verdict == "fail" and all(one.verdict != "fail" for one in members)
        ):
            found.append(case)
        self.cases.setdefault(depth, []).extend(found)
        if depth in self.left:
            self.left[depth] -= 1

    def finish(self):
        """All cases; whatever was broken off is a failure."""
        for depth in sorted({*self.cases, *self.left} - {0}, reverse=True):
            self.end(depth - 1, Case("", "fail", "broken off"))
        self._check(0)
        return self.cases.get(0, [])

    def _check(self, depth):
        missing = self.left.pop(depth, 0)
        if missing > 0:
            lost = Case("", "fail", f"{missing} more results were planned")
            self.cases.setdefault(depth, []).append(lost)


class Reader:
    """Takes the output in pieces of any size; calls on_start(test) and on_end(test)."""

    def __init__(self, on_start, on_end):
        self.on_start = on_start
        self.on_end = on_end
        self.test = None
        self.rest = ""

    def feed(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self._line(line.rstrip("\r"))

    def _line(self, line):
        start = START.match(line)
        if start:
            self.test = Test(start.group(2))
            self.on_start(self.test)
            return
        if not self.test:
            return
        if line.startswith("#"):
            self._inner(line[2:])
            return
        verdict = result(line)
        own = OWN.match(verdict.name) if verdict else None
        if own and own.group(2) == self.test.name:
            self._end(verdict)

    def _inner(self, line):
        test = self.test
        plan = PLAN.match(line)
        case = result(line)
        if plan:
            test.planned = int(plan.group(1))
            test.reason = plan.group(2) or test.reason
        elif case:
            test.cases.append(case)
        elif line and not line.startswith(("TAP version", "KTAP version", "Totals:", "# Totals:")):
            test.comments.append(line)

    def _end(self, verdict):
        test, self.test = self.test, None
        test.verdict = verdict.verdict
        if verdict.reason.startswith("expected failure"):
            # The runner makes this of exit status 2, and so does a shell of a broken script.
            test.verdict, verdict.reason = "fail", "exit=2"
        last = test.comments[-1].lstrip("# ") if test.comments else ""
        if test.verdict == "skip":
            test.reason = verdict.reason or test.reason or last or "no reason given"
        else:
            test.reason = verdict.reason
        self.on_end(test)
