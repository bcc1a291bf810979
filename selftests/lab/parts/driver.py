# SPDX-License-Identifier: GPL-2.0-only
"""selftests/driver in a virtual machine per kernel, by the kernel's own kselftest runner."""

import re

import builds
import chroot
import cxx
import guestprogram
import ktap
import machine
import paths
import results
import rootfs
import vm
from parts import model
from say import LabError, say

TITLE = "the driver in a virtual machine"
TESTS = True
FOLDER = paths.CHECKOUT / "selftests/driver"
COLLECTION = "drivers/net/igbr"
DEFAULT_TIMEOUT = 45
# On one kernel every DMA mapping takes a bounce buffer, which shows one that is not given back or
# not synchronized; 256 MiB of them, as much as the largest rings of all queues need
APPEND = {"lts": "swiotlb=131072,force"}
# A machine without MSI of any kind, for the tests that need it
WITHOUT_MSI = ("intx.py",)
# What `make check` alone runs on the second of its kernels: what stands on interfaces that grew
# since the first
SHORT = {
    "newest": (
        "napi.py",
        "netdev_genl.py",
        "ntuple.py",
        "offloads.py",
        "recovery.py",
        "traffic.py",
        "updown.py",
        "xdp.py",
    )
}
# Again on the project's own device model, by name of the kernel: unlike QEMU's igb it masks a vector
# that signalled, as hardware does, and takes the transport header where the driver says that it is
ON_MODEL = {"newest": ("traffic.py", "tunnels.py")}


def tests():
    """The names of the test programs, as the kselftest Makefile lists them."""
    if not (FOLDER / "Makefile").exists():
        return []
    text = (FOLDER / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [
        word
        for words in re.findall(r"^TEST_(?:GEN_)?PROGS\s*[:+]?=([^#\n]*)", text, re.M)
        for word in words.split()
    ]


def timeout():
    """Seconds that settings gives one test; in full length it takes more."""
    settings = FOLDER / "settings"
    text = settings.read_text(encoding="utf-8") if settings.exists() else ""
    match = re.search(r"^timeout=(\d+)", text, re.M)
    seconds = int(match.group(1)) if match else DEFAULT_TIMEOUT
    return 6 * seconds if guestprogram.FULL else seconds


def run(report, selection):
    if not tests():
        report.skip("all", "there is no selftests/driver/Makefile with TEST_PROGS")
        return
    for name in selection.kernels:
        release = rootfs.kernel(name)
        report.part(f"{TITLE}, {name} ({release})")
        try:
            builds.driver(release)
            installed = install(release)
        except LabError as error:
            report.fail("build", str(error))
            continue
        chosen = selection.tests or ([] if selection.whole else SHORT.get(name, ()))
        wanted = [test for test in installed if not chosen or test in chosen]
        for missing in set(chosen) - set(installed):
            report.fail(missing, "kselftest did not install it")
        if len(wanted) < len(installed) and not selection.tests:
            say(f"  ({len(wanted)} of {len(installed)} programs: make check T=driver runs them all)")
        for irq in ("msix", "intx"):
            its = [test for test in wanted if (test in WITHOUT_MSI) == (irq == "intx")]
            hardware = machine.Machine(release, irq=irq, append=APPEND.get(name, ""))
            Machines(report, name, hardware, its).run()
        its = [test for test in wanted if test in ON_MODEL.get(name, ())]
        if its and selection.whole and model.built(report, "igb-model"):
            report.part(f"{TITLE} with igb-model, {name} ({release})")
            hardware = machine.Machine(release, model="82576")
            Machines(report, f"{name}-model", hardware, its).run()


def install(release):
    """Lay the tests into the kernel's tree and have its own install collect them: their names."""
    tree = f"{rootfs.kernel_source(release)}/tools/testing/selftests"
    target = f"/igbr/build/{release}/kselftest"
    # The tests may need net/lib, which upstream's Makefile only adds for folders it knows.
    argv = [
        "make",
        "-s",
        "-C",
        tree,
        "ARCH=x86",
        f"O=/igbr/build/{release}/kselftest-objects",
        f"TARGETS={COLLECTION}",
        "INSTALL_DEP_TARGETS=net/lib",
        f"INSTALL_PATH={target}",
        "install",
    ]
    root = rootfs.required()
    with rootfs.in_use(), builds.lock():
        done = chroot.run(
            root, argv, [(paths.CHECKOUT, "/igbr"), (FOLDER, f"{tree}/{COLLECTION}")], **cxx.PIPES
        )
    if done.returncode:
        raise LabError(f"kselftest's install failed:\n{cxx.tail(done.stdout)}")
    listed = (
        (paths.BUILD / release / "kselftest/kselftest-list.txt").read_text(encoding="utf-8").split()
    )
    return [line.partition(":")[2] for line in listed if line.startswith(f"{COLLECTION}:")]


class Machines:
    """All wanted tests in one guest; after a crash the rest of them in a fresh one, and at the end
    those that failed once more."""

    def __init__(self, report, name, hardware, wanted):
        self.report = report
        self.name = name
        self.hardware = hardware
        self.left = list(wanted)
        self.failed = []
        self.second_try = False
        self.test = None
        self.splats = []

    def run(self):
        while self.left:
            self.one_machine()
        self.second_try = True
        self.left = list(self.failed)
        while self.left:
            self.one_machine()

    def failing(self, tests, certain=False):
        """Whom to tell of a failure of these tests: the first that a slow host may have caused has
        them run again."""
        if certain or self.second_try:
            return self.report.fail
        self.failed += tests
        return self.report.again

    def one_machine(self):
        wanted = len(self.left)
        self.test = None
        self.splats = []
        job = vm.Job(
            self.command(),
            self.hardware,
            run_limit=timeout() * len(self.left) + 60,
            capture=not self.hardware.model,  # its cable is not QEMU's
            environment={"LAB_TEST_TIMEOUT": timeout(), "IGBR_FULL": guestprogram.FULL},
            label=f"check-{self.name}",
        )
        reader = ktap.Reader(self.begin, self.end)
        self.machine = vm.Run(job, reader.feed, lambda found: self.splats.append(found))
        outcome = self.machine.run()
        say(
            f"  ({self.where()}: boot {outcome.boot_seconds:.0f} s, {outcome.seconds:.0f} s in all)"
        )
        problem = outcome.problem or outcome.model_problem
        if self.test:
            self.broken_off(outcome)
        elif len(self.left) == wanted:
            self.not_run(outcome)
        elif problem:
            self.report.fail("guest", problem, self.where(), "\n".join(outcome.tail()))
        for found in self.splats:
            self.report.fail(
                "between tests", f"splat: {found.title}", self.where(), "\n".join(found.text[:25])
            )

    def command(self):
        names = " ".join(f"-t {COLLECTION}:{test}" for test in self.left)
        script = f"""
cd /igbr/build/{self.hardware.release}/kselftest || exit 1
limit=$(awk -v a="$LAB_TEST_TIMEOUT" -v b="$LAB_SLOWDOWN" 'BEGIN {{ print int(a * b) }}')
exec ./run_kselftest.sh -o "$limit" {names}
"""
        return ["sh", "-c", script]

    def where(self):
        return results.shown(self.machine.folder)

    def begin(self, test):
        # Splats from before belong to nobody in particular.
        self.test = test
        self.machine.capture.restart()
        self.machine.read_console()
        self.first_line = self.machine.scanner.number

    def end(self, test):
        self.machine.read_console()
        found = [one for one in self.splats if one.line > self.first_line]
        self.splats = [one for one in self.splats if one.line <= self.first_line]
        self.test = None
        self.left.remove(test.name)
        cases = test.results()
        failed = any(case.verdict == "fail" for case in cases)
        where = self.keep(test) if failed or found else None
        fail = self.failing([test.name], found) if failed else self.report.fail
        for case in cases:
            guestprogram.tell_case(self.report, fail, test, case, where)
        for one in found:
            self.report.fail(test.name, f"splat: {one.title}", where, "\n".join(one.text[:25]))

    def broken_off(self, outcome):
        """The guest ended within a test: that test failed, whatever it had said until then."""
        test = self.test
        if test.name in self.left:
            self.left.remove(test.name)
        fail = self.failing([test.name], self.splats or outcome.model_problem)
        for case in test.cases:
            guestprogram.tell_case(self.report, fail, test, case, None)
        titles = [found.title for found in self.splats]
        self.splats = []
        why = titles[0] if titles else outcome.problem or "the runner ended before the test did"
        fail(test.name, why, self.keep(test), "\n".join(outcome.tail()))

    def not_run(self, outcome):
        """The guest did not come to the first of its tests."""
        fail = self.failing(self.left, self.splats or outcome.model_problem)
        why = f"not run: {outcome.problem or 'the runner ended before it'}"
        for test in self.left:
            fail(test, why, self.where())
        say("\n".join(outcome.tail()))
        self.left = []

    def keep(self, test):
        """What the test left: its part of the console, its words, the last frames on the cable."""
        folder = self.machine.folder
        console = self.machine.outcome.console.read_text(
            encoding="utf-8", errors="replace"
        ).splitlines()
        (folder / f"{test.name}.console").write_text(
            "\n".join(console[self.first_line :]) + "\n", encoding="utf-8"
        )
        said = [f"{case.verdict} {case.name} {case.reason}".rstrip() for case in test.cases]
        (folder / f"{test.name}.output").write_text(
            "\n".join(said + test.comments) + "\n", encoding="utf-8"
        )
        kept = ["console", "output"] + ["pcap"] * self.machine.capture.keep(test.name)
        return f"{results.shown(folder)}/{test.name}.* ({', '.join(kept)})"
