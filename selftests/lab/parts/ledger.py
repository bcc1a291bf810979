# SPDX-License-Identifier: GPL-2.0-only
"""igbtune's ledger in virtual machines: packets of known fates, each named with its exact number."""

from guestprogram import Boot
from parts import tool

TITLE = "igbtune's ledger"
BY_NAME = True

PROGRAM = "python3 selftests/tool/vm/ledger.py"
# On the device model, since QEMU's igb does not count what its filters refuse.
BOOTS = (
    Boot("newest", "igbr", "82576", PROGRAM),
    Boot("lts", "igb", "", PROGRAM),
)


def run(report, selection):
    tool.in_machines(report, selection, BOOTS, 600)
