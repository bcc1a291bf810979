# SPDX-License-Identifier: GPL-2.0-only
"""The device model: known answers, its parser fuzzed, and drivers on it in virtual machines.

The in-tree igb judges the model; igbr on it is judged by the same program, and then has to bear what
a device that lies does. Here are as few machines as show each kernel, MAC and kind of interrupt
once; selftests/model/vm/matrix has them all.
"""

import re
import time
from dataclasses import dataclass

import builds
import cxx
import ktap
import machine
import paths
import results
import rootfs
import vm
from say import LabError, say

TITLE = "igb-model"
BY_NAME = True
SOURCE = "selftests/model"
TREE = "build/model"  # what `lab vm --model` runs
CHECK_TREE = "build/check/model"
FUZZ_TREE = "build/check/model-fuzz"
FUZZ_SECONDS = 60
# For a quiet machine; a slow one gets more.
MACHINE_SECONDS = 300


@dataclass
class Boot:
    """A machine with two of the model's ports, and what is run in it."""

    kernel: str
    driver: str
    model: str
    program: str = "judge"
    iommu: bool = False
    cpus: int = 2

    def name(self):
        words = [self.program, self.driver, self.model, self.kernel]
        return " ".join(words + ["iommu"] * self.iommu)


BOOTS = (
    Boot("newest", "igbr", "82576", iommu=True),
    Boot("lts", "igbr", "82576", "hostile"),
    Boot("newest", "igbr", "i350"),
    Boot("lts", "igbr", "i210"),
    Boot("newest", "igb", "i350,irq=msi"),
    Boot("lts", "igb", "i210,irq=intx"),
    Boot("lts", "igb", "82576"),
)


def run(report, selection):
    files = cxx.sources(SOURCE)
    cxx.formatted(report, files)
    if not built(report):
        return
    cxx.tests(report, TREE, "model-tests")
    boots = [boot for boot in BOOTS if boot.kernel in selection.kernels]
    drivers = {boot.kernel for boot in boots if boot.driver == "igbr"}
    for kernel in sorted(drivers):
        builds.driver(rootfs.kernel(kernel))
    for boot in boots:
        in_machine(report, boot)
    fuzz(report)
    # For its warnings only: not optimised, it takes a third of the time.
    cxx.build(report, SOURCE, CHECK_TREE, "g++-12", "-DCMAKE_BUILD_TYPE=Debug")


def built(report, target="all"):
    """Build the model that machines run with: both sanitizers watch it."""
    return cxx.build(report, SOURCE, TREE, "g++-14", "-DIGB_MODEL_SANITIZE=ON", target=target)


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


def in_machine(report, boot):
    """Each case of the program is one result."""
    began = time.monotonic()
    said, splats = [], []
    job = vm.Job(
        [f"selftests/model/vm/{boot.program}"],
        machine.Machine(
            rootfs.kernel(boot.kernel), cpus=boot.cpus, iommu=boot.iommu, model=boot.model
        ),
        driver=boot.driver,
        run_limit=MACHINE_SECONDS,
        label=f"model-{boot.program}",
    )
    try:
        outcome = vm.run(job, said.append, splats.append)
    except LabError as error:
        report.fail(boot.name(), str(error))
        return
    where = results.shown(outcome.folder)
    test = ktap.program(boot.name(), "".join(said), outcome.status)
    for case in test.results():
        tell(report, test, case, where)
    for found in splats:
        report.fail(boot.name(), f"splat: {found.title}", where, "\n".join(found.text[:25]))
    if outcome.problem:
        report.fail(boot.name(), outcome.problem, where, "\n".join(outcome.tail()))
    elif not test.cases:
        report.fail(boot.name(), "no case was run", where, cxx.tail("".join(said)))
    say(f"  ({where}: {time.monotonic() - began:.0f} s)")


def tell(report, test, case, where):
    name = f"{test.name}: {case.name or 'as a whole'}"
    if case.verdict == "ok":
        report.ok(name)
    elif case.verdict == "skip":
        report.skip(name, case.reason or "no reason given")
    else:
        report.fail(name, case.reason, where, cxx.tail("\n".join(test.comments), 15))
