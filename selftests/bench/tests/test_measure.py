# SPDX-License-Identifier: GPL-2.0-only
"""What guest and plugin wrote is understood; a module's sections are found."""

import struct
import unittest

import measure

FACTS = """window load 1 0 500
section .text 0xffffffffc0100000
section .init.text 0xffffffffc0200000
section .data 0xffffffffc0300000
wait ffffffff81000000 ffffffff81000100
window tx64 20000 632 1000000
"""


def elf(sections):
    """An ELF file with nothing but a section table; `sections`: [(name, flags, size)]."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in sections) + b".shstrtab\0"
    table, at = b"", 1
    for name, flags, size in sections:
        table += struct.pack("<IIQQQQIIQQ", at, 1, flags, 0, 0, size, 0, 0, 0, 0)
        at += len(name) + 1
    table += struct.pack("<IIQQQQIIQQ", at, 3, 0, 0, 64, len(names), 0, 0, 0, 0)
    head = bytearray(64)
    struct.pack_into("<Q", head, 0x28, 64 + len(names))
    struct.pack_into("<HHH", head, 0x3A, 64, len(sections) + 1, len(sections))
    return bytes(head) + names + table


class Module(unittest.TestCase):
    def test_code_sections(self):
        module = elf([(".text", 6, 4096), (".data", 3, 100), (".init.text", 6, 64)])
        self.assertEqual(measure.code_sections(module), {".text": 4096, ".init.text": 64})

    def test_signature(self):
        tail = bytes(8) + struct.pack(">I", 5) + b"~Module signature appended~\n"
        self.assertEqual(measure.unsigned(b"module" + b"12345" + tail), b"module")
        self.assertEqual(measure.unsigned(b"module"), b"module")


class Facts(unittest.TestCase):
    def test_windows(self):
        facts = measure.Facts(FACTS)
        self.assertEqual(list(facts.windows), ["load", "tx64"])
        self.assertEqual(facts.windows["tx64"].interrupts, 632)
        self.assertEqual(facts.waits, [(0xFFFFFFFF81000000, 0xFFFFFFFF81000100)])

    def test_end(self):
        self.assertEqual(measure.Facts(FACTS).problem, "the guest ended early")
        self.assertEqual(measure.Facts(FACTS + "failed ping: no\n").problem, "ping: no")
        self.assertIsNone(measure.Facts(FACTS + "done\n").problem)

    def test_ranges(self):
        facts = measure.Facts(FACTS)
        sizes = {".text": 0x100, ".init.text": 0x10, ".gone": 1}
        self.assertEqual(
            facts.driver_ranges(sizes, loading=False), [(0xFFFFFFFFC0100000, 0xFFFFFFFFC0100100)]
        )
        self.assertEqual(len(facts.driver_ranges(sizes, loading=True)), 2)


class Count(unittest.TestCase):
    def test_sums(self):
        lines = [
            "x ffffffff81000010 1000\n",  # waits
            "x ffffffff82000000 7\n",
            "x ffffffffc0100000 5\n",
            "x ffffffffc01000ff 6\n",
            "x ffffffffc0100100 20\n",  # another module's
            "r 3 igb-mmio\n",
            "w 4 igb-mmio\n",
            "w 9 e1000-mmio\n",
        ]
        window = measure.Window(1, 0, 0)
        facts = measure.Facts(FACTS)
        measure.count(window, lines, facts.driver_ranges({".text": 0x100}, False), facts.waits)
        self.assertEqual((window.driver, window.kernel), (11, 38))
        self.assertEqual((window.reads, window.writes), (3, 4))


if __name__ == "__main__":
    unittest.main()
