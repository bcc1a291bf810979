# SPDX-License-Identifier: GPL-2.0-only
"""Who writes which cache line of the driver's structures, by pahole.

In a structure that several CPUs use at once, what each of them writes per packet stands in a group
(linux/cache.h) that is named after who does it. What stands in no group is written by none of them.
pahole tells where the compiler put it all.
"""

import re
from dataclasses import dataclass, field

import builds
import cxx
import paths
from say import LabError

LINE = 64  # bytes, on x86
# The groups that each structure is to have
GROUPS = {
    "igbr_tx_ring": ("sender", "poll"),
    "igbr_rx_ring": ("poll",),
    "igbr_vector": ("poll",),
    "igbr_moderation": ("poll", "sender"),
}
NOBODY = "read"

STRUCTURE = re.compile(r"^struct (\w+) \{\n(.*?)^\}", re.M | re.S)
MEMBER = re.compile(r"^\t(\S.*?);\s*/\*\s+(\d+)(?::\s*\d+)?\s+(\d+) \*/$", re.M)
NAME = re.compile(r"\(\*(\w+)\)|(\w+)(?:\[\d*\])*(?:\s*:\d+)?(?:\s+__attribute__\(.*\))?$")
SIZE = re.compile(r"/\* size: (\d+),")
MARK = re.compile(r"__cacheline_group_(begin|end|pad)__(\w+)")


@dataclass
class Group:
    """Members that stand together, and the bytes from the first up to the end of the last."""

    writer: str
    start: int
    end: int
    members: list = field(default_factory=list)

    def lines(self):
        return range(self.start // LINE, (max(self.end, self.start + 1) - 1) // LINE + 1)


@dataclass
class Structure:
    name: str
    size: int
    groups: list

    def writers(self):
        return [group.writer for group in self.groups if group.writer != NOBODY]

    def problems(self):
        """What keeps two writers from having lines of their own."""
        found = []
        missing = set(GROUPS.get(self.name, ())) - set(self.writers())
        found += [f"{self.name} has no group {name}" for name in sorted(missing)]
        if self.size % LINE:
            found.append(f"the last line of {self.name} is shared with what comes behind it")
        writer_of = {}
        for group in self.groups:
            for line in group.lines():
                other = writer_of.setdefault(line, group.writer)
                if other != group.writer:
                    found.append(f"{self.name}: line {line} is of {other} and of {group.writer}")
        return found


def structures(text):
    """What pahole printed, as Structure by name."""
    return {name: structure(name, body) for name, body in STRUCTURE.findall(text)}


def structure(name, body):
    groups = []
    writer, fresh = NOBODY, True
    for declaration, offset, size in MEMBER.findall(body):
        start, size = int(offset), int(size)
        mark = MARK.search(declaration)
        if mark:
            fresh = True
            writer = mark.group(2) if mark.group(1) == "begin" else NOBODY
            continue
        if fresh:
            groups.append(Group(writer, start, start))
            fresh = False
        groups[-1].members += member(declaration)
        groups[-1].end = start + size
    found = SIZE.search(body)
    return Structure(name, int(found.group(1)) if found else 0, groups)


def member(declaration):
    """Its name; what ends an unnamed union has none."""
    match = NAME.search(declaration)
    return [match.group(1) or match.group(2)] if match else []


def of_module(path):
    """The structures as they are in a driver that was built, in this checkout."""
    inside = f"{builds.INSIDE}/{path.relative_to(paths.CHECKOUT)}"
    done = builds.inside(["pahole", "-C", ",".join(GROUPS), inside], **cxx.PIPES)
    found = structures(done.stdout)
    missing = sorted(set(GROUPS) - set(found))
    # Its exit status says nothing.
    if missing:
        raise LabError(f"pahole does not find {', '.join(missing)}:\n{cxx.tail(done.stdout)}")
    return found


def problems(found):
    return [problem for name in GROUPS for problem in found[name].problems()]


def shown(found, width=100):
    """A table for people: each group with its lines and its members."""
    rows = []
    for name in GROUPS:
        rows.append(f"struct {name}, {found[name].size // LINE} lines")
        for group in found[name].groups:
            lines = group.lines()
            span = f"{lines[0]}" if len(lines) == 1 else f"{lines[0]}-{lines[-1]}"
            who = NOBODY if group.writer == NOBODY else f"written by {group.writer}"
            head = f"  {span:<7}{who:<19}"
            rows += wrapped(head, group.members, width)
    return rows


def wrapped(head, words, width):
    rows, row = [], head
    for word in words:
        if len(row) + 1 + len(word) > width:
            rows.append(row)
            row = " " * len(head)
        row += f" {word}"
    return [*rows, row]
