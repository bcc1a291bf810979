# SPDX-License-Identifier: GPL-2.0-only
"""igbtune's changes in virtual machines: whole or not at all, and back again."""

from guestprogram import Boot
from parts import tool

TITLE = "igbtune's tuning"
BY_NAME = True

PROGRAM = "python3 selftests/tool/vm/tuning.py"
BOOTS = (
    Boot("newest", "igbr", "", PROGRAM),
    Boot("lts", "igb", "", PROGRAM),
)


def run(report, selection):
    tool.in_machines(report, selection, BOOTS, 900)
