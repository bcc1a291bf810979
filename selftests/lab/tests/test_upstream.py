# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own tests: what the guest's loop prints is read, and igb is what igbr has to match."""

import contextlib
import io
import unittest

from parts import upstream
from report import Report

IGBR = """\
# program: net/ping.py
TAP version 13
1..3
ok 1 ping.v4
ok 2 ping.offload # SKIP no offload here
not ok 3 ping.v6
# ended: net/ping.py 1
# program: net/rmon.sh
TEST: mausezahn not installed                                       [SKIP]
# ended: net/rmon.sh 4
"""


def igb(v6):
    word = "ok" if v6 else "not ok"
    status = 0 if v6 else 1
    return f"# program: net/ping.py\n1..2\nok 1 ping.v4\n{word} 2 ping.v6\n# ended: net/ping.py {status}\n"


def told(program, ours, theirs, reasons):
    report = Report()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        tests = {"igbr": upstream.read(ours), "igb": upstream.read(theirs)}
        upstream.compare(report, program, tests, reasons)
    return report, said.getvalue()


def counts(report):
    return report.passed, len(report.failures), len(report.skips)


class Upstream(unittest.TestCase):
    def test_a_failure_without_a_reason_counts(self):
        report, said = told("net/ping.py", IGBR, igb(False), {})
        self.assertEqual(counts(report), (1, 1, 1))
        self.assertIn("ping.v4 (igb: ok)", said)
        self.assertIn("no offload here (igb: not run)", said)

    def test_a_reason_excuses_what_igb_cannot_do_either(self):
        report, said = told("net/ping.py", IGBR, igb(False), {"ping.v6": "no IPv6"})
        self.assertEqual(counts(report), (1, 0, 2))
        self.assertIn("no IPv6 (igb: fail)", said)

    def test_no_reason_excuses_what_igb_can_do(self):
        report, _ = told("net/ping.py", IGBR, igb(True), {"ping.v6": "no IPv6"})
        self.assertEqual(counts(report), (1, 1, 1))

    def test_a_program_without_cases_is_its_status(self):
        report, said = told("net/rmon.sh", IGBR, "", {})
        self.assertEqual(counts(report), (0, 0, 1))
        self.assertIn("mausezahn not installed", said)

    def test_a_program_that_did_not_end_failed(self):
        report, _ = told("net/gone.py", IGBR, "", {})
        self.assertEqual(counts(report), (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
