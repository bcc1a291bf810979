# SPDX-License-Identifier: GPL-2.0-only
"""Rules that lead frames to queues, on the device model as each kind of MAC: QEMU's igb ignores them.

Our own program, and the kernel's own tests of the same matter, unchanged.
"""

import shutil

import builds
import chroot
import cxx
import guestprogram
import paths
import rootfs
from guestprogram import Boot
from parts import model

TITLE = "steering on igb-model"
BY_NAME = True
PROGRAM = "selftests/model/vm/steering"
UPSTREAM = "selftests/model/vm/upstream"
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
FILTERS = "" if guestprogram.FULL else " ntuple.py"
UPSTREAM_BOOTS = tuple(
    Boot("newest", "igbr", mac, UPSTREAM + programs, cpus=4)
    for mac, programs in (("82576", ""), ("i350", FILTERS), ("i210", FILTERS))
)
# For a quiet machine; a slow one gets more.
PROGRAM_SECONDS = 300
UPSTREAM_SECONDS = 900


def run(report, selection):
    if not model.built(report, "igb-model"):
        return
    builds.tool()
    model.in_machines(report, selection, BOOTS, PROGRAM_SECONDS)
    if "newest" in selection.kernels and toeplitz(report, rootfs.kernel("newest")):
        model.in_machines(report, selection, UPSTREAM_BOOTS, UPSTREAM_SECONDS)


def toeplitz(report, release):
    """Builds the receiver of toeplitz.py; whether that went well."""
    root = rootfs.required()
    tree = rootfs.kernel_source(release)
    target = paths.BUILD / release / "upstream"
    # The library that it needs is built where its sources are.
    shutil.copytree(f"{root}{tree}/tools/net/ynl", target / "ynl", dirs_exist_ok=True)
    folder = f"/igbr/build/{release}/upstream"
    argv = [
        "make",
        "-s",
        "-C",
        f"{tree}/tools/testing/selftests/drivers/net/hw",
        f"OUTPUT={folder}",
        f"{folder}/toeplitz",
    ]
    binds = [(paths.CHECKOUT, "/igbr"), (target / "ynl", f"{tree}/tools/net/ynl")]
    with rootfs.in_use(), builds.lock():
        done = chroot.run(root, argv, binds, **cxx.PIPES)
    good = done.returncode == 0
    report.check(f"toeplitz.c of {release}", good, "make failed", cxx.tail(done.stdout))
    return good
