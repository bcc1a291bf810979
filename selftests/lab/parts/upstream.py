# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own selftests of drivers, unchanged, on igbr, and on the kernel's igb beside it.

selftests/upstream/programs.toml lists the programs, and the reason for each case that cannot pass.
"""

import os
import shutil

import builds
import chroot
import cxx
import guestprogram
import paths
import results
import rootfs
from guestprogram import Boot
from say import LabError, Step, say

TITLE = "the kernel's own selftests"
BY_NAME = True
PROGRAM = "selftests/upstream/run"
# For a quiet machine; a slow one gets more.
SECONDS = 3600
# What the programs need beside scripts, as far as this kernel's sources have it
HELPERS = {
    "net/lib": ("csum", "gro", "xdp_helper", "xdp_dummy.bpf.o", "xdp_native.bpf.o"),
    "drivers/net": ("napi_id_helper",),
    "drivers/net/hw": ("toeplitz",),
}


def run(report, selection):
    for kernel in selection.kernels:
        release = rootfs.kernel(kernel)
        report.part(f"{TITLE}, {kernel} ({release})")
        if not built(report, release):
            continue
        try:
            builds.driver(release)
            attempts = {name: on_driver(kernel, name) for name in ("igb", "igbr")}
        except LabError as error:
            report.fail("run", str(error))
            continue
        compare(report, attempts)


def built(report, release):
    """A copy of the kernel's selftests with what their programs need built; whether it is there."""
    top = paths.BUILD / release / "upstream"
    source = rootfs.required() / rootfs.kernel_source(release).lstrip("/")
    # Another lab may have another patch of the same release.
    mark, made_from = top / ".made-from", str(os.stat(source).st_ino)
    if mark.exists() and mark.read_text(encoding="utf-8") == made_from:
        return True
    with Step(f"  the helpers of {release}'s selftests"), builds.lock():
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(source, top, symlinks=True)
        tests = f"{builds.INSIDE}/build/{release}/upstream/tools/testing/selftests"
        for folder, names in HELPERS.items():
            here = top / "tools/testing/selftests" / folder
            targets = [name for name in names if (here / c_file(name)).exists()]
            done = helpers(f"{tests}/{folder}", targets) if targets else None
            if done and done.returncode:
                report.fail(f"helpers in {folder}", "make failed", detail=cxx.tail(done.stdout))
                return False
        mark.write_text(made_from, encoding="utf-8")
    return True


def c_file(name):
    return f"{name.removesuffix('.o')}.c"


def helpers(folder, targets):
    argv = ["make", "-s", "-j", builds.JOBS, "-C", folder, "ARCH=x86", f"OUTPUT={folder}"]
    argv += [f"{folder}/{name}" for name in targets]
    with rootfs.in_use():
        return chroot.run(
            rootfs.required(), argv, [(paths.CHECKOUT, builds.INSIDE)], **cxx.PIPES
        )


def on_driver(kernel, driver):
    return guestprogram.one(Boot(kernel, driver, program=PROGRAM, cpus=4), SECONDS)


def compare(report, attempts):
    """The table: igbr's result of each case, igb's beside it, and the reason of what is skipped."""
    ours, theirs = attempts["igbr"], attempts["igb"]
    others = {case.name: case.verdict for case in theirs.test.cases}
    width = max((len(case.name) for case in ours.test.cases), default=0)
    for case in ours.test.cases:
        case.name = f"{case.name:{width}}  igb: {others.get(case.name, 'no result')}"
    if theirs.problem():
        say(f"  (igb: {theirs.problem()}: {results.shown(theirs.outcome.folder)})")
    guestprogram.tell(report, report.fail, ours)
