# SPDX-License-Identifier: GPL-2.0-only
"""A test program of the tool's in virtual machines; it prints KTAP."""

from dataclasses import dataclass

import builds
import cxx
import ktap
import machine
import model
import paths
import results
import rootfs
import vm
from say import LabError, say


@dataclass
class Boot:
    kernel: str
    driver: str
    model: str = ""  # the device model's MAC; empty: QEMU's igb

    def name(self):
        return " ".join(filter(None, (self.driver, self.model, self.kernel)))


def run(report, selection, boots, command, run_limit):
    """Each case of the program on each machine is one result."""
    boots = [boot for boot in boots if boot.kernel in selection.kernels]
    builds.tool()
    for kernel in sorted({boot.kernel for boot in boots}):
        builds.driver(rootfs.kernel(kernel))  # also where igb has the port: it may be given to igbr
    if any(boot.model for boot in boots) and not (paths.CHECKOUT / model.PROGRAM).exists():
        tree = model.PROGRAM.rpartition("/")[0]
        if not cxx.build(
            report, "selftests/model", tree, "g++-14", "-DIGB_MODEL_SANITIZE=ON"
        ):
            return
    for boot in boots:
        in_machine(report, boot, command, run_limit)


def in_machine(report, boot, command, run_limit):
    said, splats = [], []
    job = vm.Job(
        ["env", f"LAB_MODEL={boot.model}", *command],
        machine.Machine(rootfs.kernel(boot.kernel), model=boot.model),
        driver=boot.driver,
        run_limit=run_limit,
        label="tool",
    )
    try:
        outcome = vm.run(job, said.append, splats.append)
    except LabError as error:
        report.fail(boot.name(), str(error))
        return
    where = results.shown(outcome.folder)
    output = "".join(said)
    test = ktap.program(boot.name(), output, outcome.status)
    for case in test.results():
        name = " ".join(filter(None, (test.name, case.name)))
        if case.verdict == "ok":
            report.ok(name)
        elif case.verdict == "skip":
            report.skip(name, case.reason or "no reason given")
        else:
            report.fail(name, case.reason, where, cxx.tail(output))
    for found in splats:
        report.fail(boot.name(), f"splat: {found.title}", where, "\n".join(found.text[:25]))
    if outcome.problem:
        report.fail(boot.name(), outcome.problem, where, "\n".join(outcome.tail()))
    elif not test.cases:
        report.fail(boot.name(), "no case was run", where, cxx.tail(output))
    say(f"  ({where}: {outcome.seconds:.0f} s)")
