# SPDX-License-Identifier: GPL-2.0-only
"""The driver's KUnit tests (kmod/tests), in a machine with a kernel that has KUnit and watches closely.

Debian's kernels have no KUnit, so this one is built first, which takes its time once.
"""

import shutil

import builds
import cxx
import debugkernel
import guestprogram
import ktap
import machine
import paths
import results
import vm
from say import LabError, say

TITLE = "KUnit tests of the driver"
BY_NAME = True
TREE = paths.BUILD / "kunit"
PROGRAM = "selftests/lab/guest/kunit"
SECONDS = 300  # on a quiet machine


def run(report, selection):
    if "newest" not in selection.kernels:
        report.skip("all", "they run on a kernel of the newest version")
        return
    debugkernel.make()
    build()
    guestprogram.tell(report, report.fail, attempt())


def build():
    """build/kunit/kmod/igbr.ko with the tests in it, and beside it the kernel that it is for."""
    with builds.lock():
        builds.copy_sources(TREE)
        shutil.copyfile(debugkernel.image(), TREE / debugkernel.IMAGE)
        done = builds.module_make(
            debugkernel.INSIDE,
            TREE / "kmod",
            "CONFIG_IGBR_KUNIT_TEST=y",
            "modules",
            binds=[(debugkernel.path(), debugkernel.INSIDE)],
            **cxx.PIPES,
        )
    if done.returncode:
        raise LabError(f"the driver does not build with its tests:\n{cxx.tail(done.stdout)}")


def attempt():
    said, splats = [], []
    tree = TREE.relative_to(paths.CHECKOUT)
    job = vm.Job(
        [PROGRAM, f"/igbr/{tree}/kmod/{builds.DRIVER}.ko"],
        machine.Machine(
            debugkernel.release(),
            image=f"{tree}/{debugkernel.IMAGE}",
            append="kunit.enable=1 kunit.autorun=1",
        ),
        driver="none",
        run_limit=SECONDS,
        label="kunit",
    )
    outcome = vm.run(job, said.append, splats.append)
    say(f"  ({results.shown(outcome.folder)}: {outcome.seconds:.0f} s)")
    output = "".join(said)
    test = ktap.nested("", output, outcome.status)
    return guestprogram.Attempt(test, outcome, splats, output)
