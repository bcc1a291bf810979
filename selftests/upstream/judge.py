# SPDX-License-Identifier: GPL-2.0-only
"""What each case of the kernel's own tests has to come to on this machine, by programs.toml."""

import pathlib
import re
import tomllib
from dataclasses import dataclass

TABLE = pathlib.Path(__file__).with_name("programs.toml")
# How Python tests and ktap_helpers.sh, and how the older shell tests (net/lib.sh) tell a result
KTAP = re.compile(r"^(ok|not ok) \d+ (?:- )?(\S+)(?:\s+# (SKIP|XFAIL)\b ?(.*))?$")
LOG_TEST = re.compile(r"^TEST: (.*?)\s+\[\s*(OK|FAIL|SKIP|XFAIL)\s*\]$")
IMPATIENT = re.compile(r"TimeoutExpired|timed out|Timeout|too few frames for verification")


@dataclass
class Result:
    """What a test said of one case; `verdict` is "ok", "fail" or "skip"."""

    name: str
    verdict: str
    reason: str = ""
    said: str = ""

    def is_impatient(self):
        """The tests have limits of their own, in seconds of a fast machine."""
        return self.verdict == "fail" and bool(IMPATIENT.search(self.said))


def result(program, line, said):
    """The result that a line of output is, or None."""
    if found := KTAP.match(line):
        word, name, directive, reason = found.groups()
        verdict = "skip" if directive else {"ok": "ok", "not ok": "fail"}[word]
        return Result(name, verdict, reason or "", said)
    if found := LOG_TEST.match(line):
        name, word = found.groups()
        if word in ("SKIP", "XFAIL") or name.startswith("SKIP"):
            return Result(program, "skip", name.removeprefix("SKIP: "), said)
        verdict = {"OK": "ok", "FAIL": "fail"}[word]
        return Result(f"{program}.{name.replace(' ', '_')}", verdict, "", said)
    return None


@dataclass
class Program:
    """`path` below tools/testing/selftests; `before` and `after` are for a shell."""

    path: str
    arguments: str = ""
    before: str = ""
    after: str = ""
    by_name: bool = False  # only when it is named
    cannot: tuple = ()

    @property
    def file(self):
        return self.path.rpartition("/")[2]

    @property
    def name(self):
        return self.file.rpartition(".")[0]


@dataclass
class Cannot:
    """Cases that a machine with all the words of `on` cannot pass: they have to fail, and with the
    test saying `says` or the kernel's log `logged`; or to skip. `may_pass` is for chance."""

    case: str
    reason: str
    on: str = ""
    says: str = ""
    logged: str = ""
    may_pass: bool = False

    def fits(self, name, machine):
        return re.fullmatch(self.case, name) and set(self.on.split()) <= machine


def table(path=TABLE):
    with open(path, "rb") as file:
        listed = tomllib.load(file)
    return [
        Program(**{**one, "cannot": [Cannot(**other) for other in one.get("cannot", ())]})
        for one in listed["program"]
    ]


def listed(program, found, machine):
    """Why this machine cannot pass the case, or None."""
    case = found.name.partition(".")[2] or found.name
    return next((one for one in program.cannot if one.fits(case, machine)), None)


def is_hopeless(program, found, machine):
    """Whether another try is no use."""
    one = listed(program, found, machine)
    return bool(one) and not one.may_pass


def judged(program, found, machine, log):
    """(verdict, reason) of igbr: what is listed as impossible must not pass, what is not must."""
    one = listed(program, found, machine)
    if not one:
        return found.verdict, found.reason
    if found.verdict == "skip":
        return "skip", one.reason
    if found.verdict == "ok":
        return ("ok", "") if one.may_pass else ("fail", f"passes, and yet: {one.reason}")
    if not re.search(one.says, found.said) or one.logged not in log:
        return "fail", f"not for the reason that is listed: {one.reason}"
    return "skip", one.reason
