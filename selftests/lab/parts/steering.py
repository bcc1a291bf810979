# SPDX-License-Identifier: GPL-2.0-only
"""Rules that lead frames to queues, on the device model as each kind of MAC: QEMU's igb ignores them."""

from guestprogram import Boot
from parts import model

TITLE = "steering on igb-model"
BY_NAME = True
PROGRAM = "selftests/model/vm/steering"
BOOTS = tuple(
    Boot(kernel, "igbr", mac, PROGRAM, cpus=4)
    for kernel, mac in (("lts", "82576"), ("lts", "i350"), ("newest", "i210"), ("newest", "82576"))
)


def run(report, selection):
    if model.built(report, "igb-model"):
        model.in_machines(report, selection, BOOTS)
