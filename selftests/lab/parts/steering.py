# SPDX-License-Identifier: GPL-2.0-only
"""Rules that lead frames to queues, on the device model as each kind of MAC: QEMU's igb ignores them."""

import builds
import cxx
import rootfs
from parts import model

TITLE = "steering on igb-model"
BY_NAME = True
BOOTS = tuple(
    model.Boot(kernel, "igbr", mac, "steering", cpus=4)
    for kernel, mac in (("lts", "82576"), ("lts", "i350"), ("newest", "i210"), ("newest", "82576"))
)


def run(report, selection):
    sanitized = "-DIGB_MODEL_SANITIZE=ON"
    if not cxx.build(report, model.SOURCE, model.TREE, "g++-14", sanitized):
        return
    for kernel in selection.kernels:
        builds.driver(rootfs.kernel(kernel))
    for boot in BOOTS:
        if boot.kernel in selection.kernels:
            model.in_machine(report, boot)
