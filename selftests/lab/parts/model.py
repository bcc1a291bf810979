# SPDX-License-Identifier: GPL-2.0-only
"""The device model: known answers, its parser fuzzed, and drivers on it in virtual machines.

The in-tree igb judges the model; igbr on it is judged by the same program, and then has to bear what
a device that lies does. Here are as few machines as show each kernel, MAC and kind of interrupt
once; selftests/model/vm/matrix has them all.
"""

import re

import builds
import cxx
import guestprogram
import paths
import rootfs
from guestprogram import Boot

TITLE = "igb-model"
BY_NAME = True
SOURCE = "selftests/model"
TREE = "build/model"  # what `lab vm --model` runs
CHECK_TREE = "build/check/model"
FUZZ_TREE = "build/check/model-fuzz"
FUZZ_SECONDS = 60
# For a quiet machine; a slow one gets more.
MACHINE_SECONDS = 300

JUDGE = "selftests/model/vm/judge"
BOOTS = (
    Boot("newest", "igbr", "82576", JUDGE, iommu=True),
    Boot("lts", "igbr", "82576", "selftests/model/vm/hostile"),
    Boot("newest", "igbr", "i350", JUDGE),
    Boot("lts", "igbr", "i210", JUDGE),
    Boot("newest", "igb", "i350,irq=msi", JUDGE),
    Boot("lts", "igb", "i210,irq=intx", JUDGE),
    Boot("lts", "igb", "82576", JUDGE),
)


def run(report, selection):
    files = cxx.sources(SOURCE)
    cxx.formatted(report, files)
    if not built(report):
        return
    cxx.tests(report, TREE, "model-tests")
    in_machines(report, selection, BOOTS)
    fuzz(report)
    # For its warnings only: not optimised, it takes a third of the time.
    cxx.build(report, SOURCE, CHECK_TREE, "g++-12", "-DCMAKE_BUILD_TYPE=Debug")


def built(report, target="all"):
    """Build the model that machines run with: both sanitizers watch it."""
    return cxx.build(report, SOURCE, TREE, "g++-14", "-DIGB_MODEL_SANITIZE=ON", target=target)


def in_machines(report, selection, boots, seconds=MACHINE_SECONDS):
    """Those of the machines that are wanted."""
    boots = [boot for boot in boots if boot.kernel in selection.kernels]
    for kernel in sorted({boot.kernel for boot in boots if boot.driver == "igbr"}):
        builds.driver(rootfs.kernel(kernel))
    guestprogram.run(report, boots, seconds)


def fuzz(report):
    """The message parser and the device behind it, under libFuzzer. Finds stay in the tree."""
    if not cxx.build(report, SOURCE, FUZZ_TREE, "clang++", "-DIGB_MODEL_FUZZ=ON"):
        return
    corpus = paths.CHECKOUT / FUZZ_TREE / "corpus"
    corpus.mkdir(exist_ok=True)
    done = builds.inside(
        [
            "sh",
            "-c",
            f"cd {FUZZ_TREE} && exec ./fuzz-message -max_total_time={FUZZ_SECONDS} -len_control=0"
            " -print_final_stats=1 -timeout=60 corpus",
        ],
        **cxx.PIPES,
    )
    rounds = re.search(r"number_of_executed_units: *(\d+)", done.stdout)
    found = done.returncode != 0 or not rounds
    name = f"fuzz-message, {rounds.group(1)} inputs" if rounds else "fuzz-message"
    report.check(name, not found, f"a find: see {FUZZ_TREE}", cxx.tail(done.stdout))
