# SPDX-License-Identifier: GPL-2.0-only
"""Finds in a guest's console what a kernel prints when something is wrong with it."""

import re
from dataclasses import dataclass, field

STAMP = re.compile(r"^(?:<\d+>)?(?:\[ *(\d+\.\d+)\])?(?:\[ *[TC]\d+\])? ?")

# At the beginning of a message. "RETBleed: WARNING: ..." or "ACPI BIOS Error (bug)" are not ours.
BEGIN = [
    r"WARNING: ",
    r"BUG: ",
    r"BUG [\w-]+ \(",
    r"kernel BUG at ",
    r"Oops\b",
    r"UBSAN: ",
    r"general protection fault\b",
    r"(?:invalid opcode|divide error|stack segment|double fault|int3|traps: PANIC): ",
    r"Kernel panic - not syncing",
    r"INFO: task .* blocked for more than ",
    r"INFO: trying to register non-static key",
    r"INFO: possible recursive locking",
    r"(?:rcu: )?INFO: \w+ (?:self-)?detected (?:expedited )?stalls?",
    r"(?:NMI )?watchdog: (?:BUG: )?.*(?:soft lockup|hard LOCKUP)",
    r"kmemleak: \d+ new suspected memory leaks",
    r"unreferenced object 0x",
    r"unregister_netdevice: waiting for ",
    r"Slab cache still has objects",
    # The first three words tell a report from what the debugging code says of itself.
    r"DMA-API: (?!preallocated |debugging (?:enabled|disabled)|info: )",
]

# Anywhere in a message: these come after a device's name.
ANYWHERE = [
    r"NETDEV WATCHDOG: ",
    r"\birq \d+: nobody cared",
    r"page_pool_release_retry\(\) stalled pool",
    r"\bKASAN: |\bKCSAN: |\bKFENCE: |\bKMSAN: ",
    r"kmem_cache_destroy .*: Slab cache still has objects",
    r"refcount_t: ",
]

TITLE = re.compile("^(?:" + "|".join(BEGIN) + ")|" + "|".join(ANYWHERE))

# A test that provokes a report on purpose says so in the kernel's log (`vmctl expect TEXT`).
EXPECT = re.compile(r"^igbr-lab: expect: (.+)$")
EXPECT_END = re.compile(r"^igbr-lab: expect-end$")

# What belongs to the report that began before it: up to its end mark, but no more and no later.
REPORT_END = re.compile(r"^---\[ end (?:trace|Kernel panic)")
REPORT_LINES = 60
REPORT_SECONDS = 2.0


@dataclass
class Splat:
    line: int  # of the console, from 1
    title: str
    time: float  # the kernel's clock
    text: list = field(default_factory=list)


class Scanner:
    """Takes the console line by line; `found` grows."""

    def __init__(self):
        self.found = []
        self.number = 0
        self.report = None
        self.expected = []

    def feed(self, line):
        self.number += 1
        line = line.rstrip("\r\n")
        stamp = STAMP.match(line)
        message = line[stamp.end() :]
        time = float(stamp.group(1) or 0)
        if self._expectation(message) or self._continues(message, time):
            return
        if TITLE.search(message):
            # What follows an expected line is looked at like any other.
            if any(text in message for text in self.expected):
                return
            self.report = Splat(self.number, message, time, [message])
            self.found.append(self.report)

    def _expectation(self, message):
        begin = EXPECT.match(message)
        if begin:
            self.expected.append(begin.group(1))
        elif EXPECT_END.match(message):
            self.expected = []
        else:
            return False
        return True

    def _continues(self, message, time):
        """A report often holds several lines that look like titles: they are one splat."""
        report = self.report
        if not report or len(report.text) >= REPORT_LINES or time > report.time + REPORT_SECONDS:
            self.report = None
            return False
        report.text.append(message)
        if REPORT_END.match(message):
            self.report = None
        return True


def scan(text):
    scanner = Scanner()
    for line in text.splitlines():
        scanner.feed(line)
    return scanner.found
