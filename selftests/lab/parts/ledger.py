# SPDX-License-Identifier: GPL-2.0-only
"""igbtune's ledger in virtual machines: packets of known fates, each named with its exact number."""

import guestprogram

TITLE = "igbtune's ledger"
BY_NAME = True

# On the device model, since QEMU's igb does not count what its filters refuse.
BOOTS = (
    guestprogram.Boot("newest", "igbr", "82576"),
    guestprogram.Boot("lts", "igb"),
)


def run(report, selection):
    guestprogram.run(report, selection, BOOTS, ["python3", "selftests/tool/vm/ledger.py"], 600)
