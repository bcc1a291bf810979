# SPDX-License-Identifier: GPL-2.0-only
"""igbtune's ledger in virtual machines: packets of known fates, each named with its exact number;
and its views on devices of all kinds."""

from guestprogram import Boot
from parts import tool

TITLE = "igbtune's ledger"
BY_NAME = True

PROGRAM = "python3 selftests/tool/vm/ledger.py"
DEVICES = "python3 selftests/tool/vm/devices.py"
# One more port on the cable, of another kind.
VIRTIO = (
    *("-netdev", "hubport,id=cable-virtio,hubid=0"),
    *("-device", "virtio-net-pci,netdev=cable-virtio,mac=52:54:00:1b:00:02,romfile="),
)
# On the device model, since QEMU's igb does not count what its filters refuse, nor what is too long.
BOOTS = (
    Boot("newest", "igbr", "82576", PROGRAM),
    Boot("lts", "igbr", "82576", PROGRAM),
    Boot("lts", "igb", "82576", PROGRAM),
    Boot("newest", "igb", "", DEVICES, devices=VIRTIO),
)


def run(report, selection):
    tool.in_machines(report, selection, BOOTS, 600)
