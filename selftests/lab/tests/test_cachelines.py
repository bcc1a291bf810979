# SPDX-License-Identifier: GPL-2.0-only
"""Groups are found in what pahole prints, and two writers in one cache line are told."""

import unittest

import cachelines

MARK = "__u8                       __cacheline_group_{}__{}[0] __attribute__((__aligned__(64)));"


def mark(kind, group, offset):
    return f"\t{MARK.format(kind, group)} /*  {offset}     0 */\n"


def text(*parts, size=192):
    body = "".join(parts)
    return f"struct igbr_tx_ring {{\n{body}\n\t/* size: {size}, cachelines: 3, members: 6 */\n}};\n"


MEM = "\tstruct igbr_tx_mem         mem;                  /*     0    48 */\n"
HOLE = "\n\t/* XXX 16 bytes hole, try to pack */\n\n\t/* --- cacheline 1 boundary (64 bytes) --- */\n"
UNION = """\tunion {
\t\tu32                len;                  /*    64     4 */
\t\tu32                copies;               /*    64     4 */
\t};                                               /*    64     4 */
"""
USE = "\tunsigned int               use __attribute__((__aligned__(64))); /*    68     4 */\n"
FLAG = "\tu8                         flag:1;               /*    72: 0  1 */\n"
DONE = "\tvoid                       (*done)(int, int);    /*   128     8 */\n"
NAME = "\tchar                       name[32];             /*   136    32 */\n"


class Cachelines(unittest.TestCase):
    def one(self, printed):
        return cachelines.structures(printed)["igbr_tx_ring"]

    def good(self):
        return self.one(
            text(
                MEM,
                HOLE,
                mark("begin", "sender", 64),
                UNION,
                USE,
                FLAG,
                mark("end", "sender", 80),
                mark("pad", "sender", 128),
                mark("begin", "poll", 128),
                DONE,
                NAME,
                mark("end", "poll", 168),
            )
        )

    def test_groups(self):
        found = self.good()
        self.assertEqual(
            [(group.writer, list(group.lines()), group.members) for group in found.groups],
            [
                (cachelines.NOBODY, [0], ["mem"]),
                ("sender", [1], ["use", "flag"]),
                ("poll", [2], ["done", "name"]),
            ],
        )
        self.assertEqual(found.problems(), [])

    def test_table(self):
        found = dict.fromkeys(cachelines.GROUPS, self.good())
        rows = cachelines.shown(found)
        self.assertEqual(
            rows[:4],
            [
                "struct igbr_tx_ring, 3 lines",
                "  0      read                mem",
                "  1      written by sender   use flag",
                "  2      written by poll     done name",
            ],
        )

    def test_shared_line(self):
        printed = text(mark("begin", "sender", 64), USE, mark("end", "sender", 72)) + text(
            mark("begin", "sender", 64),
            USE,
            FLAG,
            mark("end", "sender", 80),
            mark("begin", "poll", 80),
            DONE.replace("128", " 80"),
            mark("end", "poll", 88),
        )
        problems = self.one(printed).problems()
        self.assertEqual(problems, ["igbr_tx_ring: line 1 is of sender and of poll"])

    def test_what_is_read_is_not_in_a_written_line(self):
        printed = text(
            mark("begin", "sender", 64),
            USE,
            mark("end", "sender", 72),
            FLAG,
            mark("begin", "poll", 128),
            DONE,
            mark("end", "poll", 136),
        )
        problems = self.one(printed).problems()
        self.assertEqual(problems, ["igbr_tx_ring: line 1 is of sender and of read"])

    def test_group_gone(self):
        problems = self.one(text(MEM, mark("begin", "sender", 64), USE)).problems()
        self.assertEqual(problems, ["igbr_tx_ring has no group poll"])

    def test_odd_size(self):
        found = self.good()
        found.size = 168
        self.assertEqual(
            found.problems(), ["the last line of igbr_tx_ring is shared with what comes behind it"]
        )


if __name__ == "__main__":
    unittest.main()
