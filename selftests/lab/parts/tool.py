# SPDX-License-Identifier: GPL-2.0-only
"""The tool: both compilers, unit tests under the sanitizers, format; in full also the fuzzer."""

import os

import builds
import cxx
import guestprogram
import paths
import rootfs
from parts import model

TITLE = "igbtune"
SOURCE = "tools/igbtune"
FOLDERS = (SOURCE, "selftests/tool")
FUZZ_SECONDS = 300


def run(report, _selection):
    if not (paths.CHECKOUT / SOURCE / "CMakeLists.txt").exists():
        report.skip("all", f"there is no {SOURCE}/CMakeLists.txt")
        return
    files = cxx.sources(*FOLDERS)
    cxx.formatted(report, files)
    cxx.build(report, SOURCE, "build/tool", "g++-14", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
    tree = "build/check/tool"
    if cxx.build(report, SOURCE, tree, "g++-12", "-DIGBTUNE_TESTS=ON", "-DIGBTUNE_SANITIZE=ON"):
        cxx.tests(report, tree + "/tests", "igbtune_tests")
    if os.environ.get("IGBR_FULL"):
        fuzz(report)


def in_machines(report, selection, boots, run_limit):
    """The tool itself, by a program of its tests in each of these machines that is wanted."""
    boots = [boot for boot in boots if boot.kernel in selection.kernels]
    builds.tool()
    for kernel in sorted({boot.kernel for boot in boots}):
        builds.driver(rootfs.kernel(kernel))  # also where igb has the port: it may be given to igbr
    if any(boot.model for boot in boots) and not model.built(report, "igb-model"):
        return
    guestprogram.run(report, boots, run_limit)


def fuzz(report):
    """What a parser may not do, libFuzzer finds in minutes where it finds it at all."""
    tree = "build/check/tool-fuzz"
    options = ("-DIGBTUNE_TESTS=ON", "-DIGBTUNE_SANITIZE=ON", "-DIGBTUNE_FUZZ=ON")
    if not cxx.configure(report, SOURCE, tree, "clang++", *options):
        return
    done = builds.inside(["ninja", "-j", builds.JOBS, "-C", tree, "igbtune_fuzz"], **cxx.PIPES)
    why = "ninja failed"
    report.check("builds with clang", done.returncode == 0, why, cxx.errors(done.stdout))
    if done.returncode:
        return
    run_fuzz = f"./igbtune_fuzz -max_total_time={FUZZ_SECONDS} -max_len=4096 -print_final_stats=1"
    done = builds.inside(["sh", "-c", f"cd {tree}/tests && exec {run_fuzz}"], **cxx.PIPES)
    report.check(
        "the fuzzer finds nothing", done.returncode == 0, "it does", cxx.tail(done.stdout)
    )
