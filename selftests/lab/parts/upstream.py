# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own selftests, unchanged, on igbr, and on the kernel's igb beside it.

selftests/upstream/programs.toml lists the programs, and the reason for each case that cannot pass.
What passes with igb has to pass with igbr, whatever the reason.
"""

import os
import re
import shutil
import tomllib

import builds
import chroot
import cxx
import ktap
import machine
import paths
import results
import rootfs
import vm
from say import LabError, Step

TITLE = "the kernel's own selftests"
BY_NAME = True
FOLDER = paths.CHECKOUT / "selftests/upstream"
RUN = "/igbr/selftests/upstream/run"
DRIVERS = ("igbr", "igb")
PROGRAM_LIMIT = 600  # seconds
RUN_LIMIT = 3600
SKIPPED = 4  # kselftest's exit status
BEGIN = re.compile(r"^# program: (\S+)$")
END = re.compile(r"^# ended: (\S+) (\d+)$")
# netdevsim's and others' helpers are not needed; net/lib has what the tests share.
TARGETS = "net/lib drivers/net drivers/net/hw"
UNFINISHED = ktap.Test("", "fail", "did not run to its end")


def run(report, selection):
    with open(FOLDER / "programs.toml", "rb") as file:
        listed = tomllib.load(file)
    for name in selection.kernels:
        release = rootfs.kernel(name)
        report.part(f"{TITLE}, {name} ({release})")
        try:
            builds.driver(release)
            tree = built(release)
        except LabError as error:
            report.fail("build", str(error))
            continue
        programs = [one for one in listed["programs"] if (tree / one).exists()]
        tests = {driver: on_driver(report, release, driver, programs) for driver in DRIVERS}
        for program in programs:
            compare(report, program, tests, listed["reasons"])


def built(release):
    """A copy of the kernel's selftests with their helpers built, made anew for another lab."""
    top = paths.BUILD / release / "upstream"
    source = rootfs.required() / rootfs.kernel_source(release).lstrip("/")
    tree = top / "tools/testing/selftests"
    mark = top / ".made-from"
    made_from = str(os.stat(source).st_ino)
    if mark.exists() and mark.read_text(encoding="utf-8") == made_from:
        return tree
    with Step(f"  the helpers of {release}'s selftests"), builds.lock():
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(source, top, symlinks=True)
        # Some helpers need libraries that the lab does not have: the tests that use them say so.
        argv = ["make", "-k", "-s", "-j", builds.JOBS, "-C", f"{builds.INSIDE}/{inside(tree)}"]
        argv += ["ARCH=x86", "CLANG=clang", f"TARGETS={TARGETS}", "all"]
        with rootfs.in_use():
            done = chroot.run(
                rootfs.required(), argv, [(paths.CHECKOUT, builds.INSIDE)], **cxx.PIPES
            )
        if not (tree / "net/lib/csum").exists():
            raise LabError(f"the selftests' helpers cannot be built:\n{cxx.tail(done.stdout)}")
        mark.write_text(made_from, encoding="utf-8")
    return tree


def inside(path):
    return path.relative_to(paths.CHECKOUT)


def on_driver(report, release, driver, programs):
    """{program: its ktap.Test} of one machine."""
    said = []
    tree = f"{builds.INSIDE}/{inside(paths.BUILD)}/{release}/upstream/tools/testing/selftests"
    job = vm.Job(
        [RUN, tree, str(PROGRAM_LIMIT), *programs],
        machine.Machine(release, cpus=4),
        driver=driver,
        run_limit=RUN_LIMIT,
        label=f"upstream-{driver}",
    )
    outcome = vm.run(job, said.append, lambda splat: None)
    # What igb does is its own affair; its tests are there to compare.
    if driver == "igbr":
        where = results.shown(outcome.folder)
        for splat in outcome.splats:
            report.fail(driver, f"splat: {splat.title}", where, "\n".join(splat.text[:25]))
        if outcome.problem:
            report.fail(driver, outcome.problem, where, "\n".join(outcome.tail()))
    return read("".join(said))


def read(output):
    """{program: ktap.Test} of what the guest's loop printed."""
    tests, lines = {}, []
    for line in output.splitlines():
        if BEGIN.match(line):
            lines = []
        elif end := END.match(line):
            program, status = end.group(1), int(end.group(2))
            tests[program] = ktap.program(program, "\n".join(lines), status)
            if status == SKIPPED and not tests[program].cases:
                tests[program].verdict = "skip"
                tests[program].reason = lines[-1].strip() if lines else ""
        else:
            lines.append(line)
    return tests


def compare(report, program, tests, reasons):
    """Each case of igbr to the report, with what igb's is."""
    ours, theirs = (tests[driver].get(program, UNFINISHED) for driver in DRIVERS)
    others = {case.name: case.verdict for case in theirs.results()}
    for case in ours.results():
        other = others.get(case.name, "not run")
        name = " ".join(filter(None, (program, case.name)))
        beside = f"igb: {other}"
        reason = reasons.get(case.name or program) or (case.verdict == "skip" and case.reason)
        if case.verdict == "ok":
            report.ok(f"{name} ({beside})")
        elif other == "ok":
            report.fail(name, f"{case.verdict} where igb passes: {reason or case.reason}")
        elif reason:
            report.skip(name, f"{reason} ({beside})")
        else:
            detail = cxx.tail("\n".join(ours.comments), 30)
            report.fail(name, f"{case.reason or case.verdict} ({beside})", detail=detail)
