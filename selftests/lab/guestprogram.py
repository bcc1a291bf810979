# SPDX-License-Identifier: GPL-2.0-only
"""A test program that prints KTAP, by itself in a virtual machine."""

import os
from dataclasses import dataclass

import cxx
import ktap
import machine
import results
import rootfs
import vm
from say import LabError, say

FULL = os.environ.get("IGBR_FULL", "")
# In full length a program may take so many times its time.
LONGER = 24


@dataclass
class Boot:
    """A machine whose port 0 one driver has, and the program that runs in it."""

    kernel: str
    driver: str
    model: str = ""  # the device model's MAC; empty: QEMU's igb
    program: str = ""  # as a shell in the checkout would run it, with the cases that it is to run
    iommu: bool = False
    cpus: int = 2
    devices: tuple = ()  # more arguments of QEMU

    def subject(self):
        folder, _, name = self.program.split()[0].rpartition("/")
        return folder.rpartition("/")[2] if name == "run" else name.removesuffix(".py")

    def name(self):
        words = [self.subject(), self.driver, self.model, self.kernel]
        return " ".join([word for word in words if word] + ["iommu"] * self.iommu)


@dataclass
class Attempt:
    """What the program said, and how its machine ended."""

    test: ktap.Test
    outcome: vm.Outcome
    splats: list
    output: str

    def problem(self):
        """What went wrong beside the cases."""
        found = self.outcome.problem or self.outcome.model_problem
        return found if found or self.test.cases else "no case was run"

    def is_certain(self):
        """What no slow host can have caused."""
        return bool(self.splats or self.outcome.model_problem)

    def failed(self):
        return self.problem() or any(case.verdict == "fail" for case in self.test.results())


def run(report, boots, run_limit):
    """Each case on each machine is one result."""
    for boot in boots:
        try:
            attempt = one(boot, run_limit)
            if attempt.failed() and not attempt.is_certain():
                tell(report, report.again, attempt)
                attempt = one(boot, run_limit)
        except LabError as error:
            report.fail(boot.name(), str(error))
            continue
        tell(report, report.fail, attempt)


def one(boot, run_limit):
    said, splats = [], []
    release = rootfs.kernel(boot.kernel)
    job = vm.Job(
        ["env", f"LAB_MODEL={boot.model}", *boot.program.split()],
        machine.Machine(
            release,
            cpus=boot.cpus,
            iommu=boot.iommu,
            model=boot.model,
            qemu_arguments=list(boot.devices),
        ),
        driver=boot.driver,
        run_limit=LONGER * run_limit if FULL else run_limit,
        environment={"IGBR_FULL": FULL},
        label=boot.subject(),
    )
    outcome = vm.run(job, said.append, splats.append)
    say(f"  ({results.shown(outcome.folder)}: {outcome.seconds:.0f} s)")
    output = "".join(said)
    return Attempt(ktap.program(boot.name(), output, outcome.status), outcome, splats, output)


def tell(report, fail, attempt):
    """To the report; where `fail` only announces a second try, what did not fail waits for that."""
    test, where = attempt.test, results.shown(attempt.outcome.folder)
    for case in test.results():
        tell_case(report, fail, test, case, where)
    for found in attempt.splats:
        fail(test.name, f"splat: {found.title}", where, "\n".join(found.text[:25]))
    if attempt.problem():
        said = attempt.outcome.tail() if attempt.outcome.problem else [cxx.tail(attempt.output)]
        fail(test.name, attempt.problem(), where, "\n".join(said))


def tell_case(report, fail, test, case, where):
    name = " ".join(filter(None, (test.name, case.name)))
    if case.verdict == "fail":
        fail(name, case.reason, where, cxx.tail("\n".join(test.comments), 15))
    elif fail == report.again:
        return
    elif case.verdict == "ok":
        report.ok(name)
    else:
        report.skip(name, case.reason or "no reason given")
