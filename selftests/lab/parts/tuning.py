# SPDX-License-Identifier: GPL-2.0-only
"""igbtune's changes in virtual machines: whole or not at all, and back again."""

import guestprogram

TITLE = "igbtune's tuning"
BY_NAME = True

BOOTS = (
    guestprogram.Boot("newest", "igbr"),
    guestprogram.Boot("lts", "igb"),
)


def run(report, selection):
    guestprogram.run(report, selection, BOOTS, ["python3", "selftests/tool/vm/tuning.py"], 900)
