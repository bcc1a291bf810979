# SPDX-License-Identifier: GPL-2.0-only
"""The tool: both compilers, unit tests under the sanitizers, format, what it costs, the fuzzer."""

import re

import builds
import cxx
import guestprogram
import ktap
import paths
import rootfs
from parts import model

TITLE = "igbtune"
SOURCE = "tools/igbtune"
FOLDERS = (SOURCE, "selftests/tool")
FUZZ_TREE = "build/check/tool-fuzz"
FUZZED = ("text", "netlink", "machine")
FUZZ_SECONDS = 60 if guestprogram.FULL else 10


def run(report, selection):
    if not (paths.CHECKOUT / SOURCE / "CMakeLists.txt").exists():
        report.skip("all", f"there is no {SOURCE}/CMakeLists.txt")
        return
    files = cxx.sources(*FOLDERS)
    cxx.formatted(report, files)
    if cxx.build(report, SOURCE, "build/tool", "g++-14", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"):
        cost(report)
    tree = "build/check/tool"
    if cxx.build(report, SOURCE, tree, "g++-12", "-DIGBTUNE_TESTS=ON", "-DIGBTUNE_SANITIZE=ON"):
        cxx.tests(report, tree + "/tests", "igbtune_tests")
    if selection.whole:
        fuzz(report)


def cost(report):
    """What is compiled for people, not the sanitized one, on this machine's kernel."""
    done = builds.inside(["python3", "selftests/tool/cost"], **cxx.PIPES)
    test = ktap.program("cost", done.stdout, done.returncode)
    for case in test.results():
        name = f"cost: {case.name}"
        report.check(name, case.verdict == "ok", case.reason, cxx.tail(done.stdout))


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
    """What a parser may not do, libFuzzer finds in minutes where it finds it at all. Finds stay
    in the tree."""
    options = ("-DIGBTUNE_TESTS=ON", "-DIGBTUNE_SANITIZE=ON", "-DIGBTUNE_FUZZ=ON")
    if not cxx.build(report, SOURCE, FUZZ_TREE, "clang++", *options, target="igbtune_fuzz"):
        return
    for name in FUZZED:
        (paths.CHECKOUT / FUZZ_TREE / "tests" / name).mkdir(exist_ok=True)
        command = (
            f"cd {FUZZ_TREE}/tests && exec ./igbtune_fuzz_{name} -max_total_time={FUZZ_SECONDS}"
            f" -max_len=4096 -print_final_stats=1 {name}"
        )
        done = builds.inside(["sh", "-c", command], **cxx.PIPES)
        rounds = re.search(r"number_of_executed_units: *(\d+)", done.stdout)
        title = f"fuzzed: {name}, {rounds.group(1)} inputs" if rounds else f"fuzzed: {name}"
        found = done.returncode != 0 or not rounds
        report.check(title, not found, f"a find: see {FUZZ_TREE}/tests", cxx.tail(done.stdout))
