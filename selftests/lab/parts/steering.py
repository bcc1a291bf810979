# SPDX-License-Identifier: GPL-2.0-only
"""Rules that lead frames to queues, on the device model as each kind of MAC: QEMU's igb ignores them.

Our own program, and the kernel's own tests of the same matter, unchanged.
"""

import builds
import guestprogram
import rootfs
from guestprogram import Boot
from parts import model, upstream

TITLE = "steering on igb-model"
BY_NAME = True
PROGRAM = "selftests/model/vm/steering"
# Those of selftests/upstream/programs.toml that are about steering
UPSTREAM = f"{upstream.PROGRAM} ntuple.py rss_api.py rss_drv.py rss_input_xfrm.py toeplitz.py"
# What a MAC and a kernel may have of their own, where another machine runs all cases with the
# other's half
SOME = " rss_table each_kind what_cannot_be flows_follow_readers one_flow_ends random_changes no_faults"
OWN = "" if guestprogram.FULL else SOME
BOOTS = tuple(
    Boot(kernel, "igbr", mac, PROGRAM + cases, cpus=4)
    for kernel, mac, cases in (
        ("lts", "i350", ""),
        ("lts", "82576", OWN),
        ("newest", "82576", ""),
        ("newest", "i210", OWN),
    )
)
# The older kernel's sources have none of these tests. On 82576 all of them; the others differ by
# their filters.
FILTERS = UPSTREAM if guestprogram.FULL else f"{upstream.PROGRAM} ntuple.py"
UPSTREAM_BOOTS = tuple(
    Boot("newest", "igbr", mac, programs, cpus=4)
    for mac, programs in (("82576", UPSTREAM), ("i350", FILTERS), ("i210", FILTERS))
)
# For a quiet machine; a slow one gets more.
PROGRAM_SECONDS = 300
UPSTREAM_SECONDS = 900


def run(report, selection):
    if not model.built(report, "igb-model"):
        return
    builds.tool()
    model.in_machines(report, selection, BOOTS, PROGRAM_SECONDS)
    if "newest" in selection.kernels and upstream.built(report, rootfs.kernel("newest")):
        model.in_machines(report, selection, UPSTREAM_BOOTS, UPSTREAM_SECONDS)
