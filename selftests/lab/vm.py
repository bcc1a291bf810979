# SPDX-License-Identifier: GPL-2.0-only
"""Runs one command in one virtual machine and says how it ended."""

import ctypes
import os
import selectors
import shlex
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field

import capture
import chroot
import initramfs
import machine
import model
import paths
import qmp
import results
import rootfs
import splat
from say import LabError

# Limits for a machine that boots in REFERENCE_BOOT; a slower one gets them longer.
REFERENCE_BOOT = 6.0
BOOT_LIMIT = 180.0
SILENCE_LIMIT = 60.0
RUN_LIMIT = 1200.0
OFF_LIMIT = 30.0
SLOWEST = 12.0

# How `lab vm` tells its own failures from the command's.
STATUS_MODEL = 94
STATUS_SPLAT = 95
STATUS_SETUP = 96
STATUS_TIMEOUT = 97
STATUS_CRASH = 98


@dataclass
class Job:
    command: list
    release: str
    driver: str = "igbr"
    peer_driver: str = ""
    irq: str = "msix"
    cpus: int = 2
    append: str = ""
    qemu_arguments: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)
    run_limit: float = RUN_LIMIT
    capture: bool = False
    interactive: bool = False
    iommu: bool = False
    model: str = ""
    label: str = "vm"


@dataclass
class Outcome:
    """`problem` is None where the command ran to its end; then `status` is its exit status."""
    folder: object
    problem: str = None
    code: int = 0
    status: int = None
    splats: list = field(default_factory=list)
    boot_seconds: float = 0.0
    seconds: float = 0.0
    slowdown: float = 1.0

    @property
    def console(self):
        """The kernel's log, as a path."""
        return self.folder / "console"

    def exit_status(self):
        if self.problem:
            return self.code
        return STATUS_SPLAT if self.splats else self.status

    def tail(self, lines=25):
        text = self.console.read_text(encoding="utf-8", errors="replace") if self.console.exists() else ""
        return text.splitlines()[-lines:]


def die_with_parent():
    """The kernel ends QEMU when this process dies, however it dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Run:
    """One machine from power-on to power-off. `on_output(text)` gets the command's output as it comes,
    `on_splat(found)` each splat."""

    def __init__(self, job, on_output, on_splat=None):
        self.job = job
        self.on_output = on_output
        self.on_splat = on_splat or (lambda found: None)
        self.outcome = Outcome(results.new(job.label))
        self.folder = self.outcome.folder
        self.inside = f"/igbr/{self.folder.relative_to(paths.CHECKOUT)}"
        self.sockets = {}
        self.lines = {}
        self.selector = selectors.DefaultSelector()
        self.scanner = splat.Scanner()
        self.console_file = None
        self.console_rest = b""
        self.state = "boot"
        self.process = None
        self.model = None

    # -- beginning

    def write_job(self):
        job = self.job
        variables = {"LAB_DRIVER": job.driver, "LAB_PEER_DRIVER": job.peer_driver or job.driver, "LAB_IRQ": job.irq,
                     "LAB_INTERACTIVE": "yes" if job.interactive else "no", **job.environment}
        if self.accelerator == "tcg":
            variables["KSFT_MACHINE_SLOW"] = "yes"
        text = "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in variables.items())
        (self.folder / "environment").write_text(text, encoding="utf-8")
        (self.folder / "command").write_text(shlex.join(job.command) + "\n", encoding="utf-8")

    def start(self):
        job = self.job
        root = rootfs.required()
        self.accelerator = machine.accelerator()
        self.write_job()
        script = paths.CHECKOUT / "selftests/lab/guest/init"
        (self.folder / "initramfs").write_bytes(initramfs.make(root, job.release, machine.MODULES, script))
        theirs = {}
        for name in (*machine.CHANNELS, "qmp"):
            self.sockets[name], theirs[name] = socket.socketpair()
            self.sockets[name].setblocking(True)
            self.selector.register(self.sockets[name], selectors.EVENT_READ, name)
        whole = machine.Machine(job.release, self.inside, job.irq, job.cpus, append=job.append,
                                qemu_arguments=job.qemu_arguments, interactive=job.interactive,
                                accelerator=self.accelerator, iommu=job.iommu, model=job.model)
        if job.model:
            self.model = model.Model(job.model, self.folder, self.inside, machine.PORTS)
            self.model.start(root, preexec_fn=die_with_parent)
        argv = machine.arguments(whole, {name: one.fileno() for name, one in theirs.items()})
        (self.folder / "qemu").write_text(shlex.join(argv) + "\n", encoding="utf-8")
        command = chroot.command(root, argv, [(root, "/mnt"), (paths.CHECKOUT, "/igbr")])
        with open(self.folder / "qemu.err", "wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=None if job.interactive else subprocess.DEVNULL,
                stdout=None if job.interactive else errors, stderr=errors, preexec_fn=die_with_parent,
                pass_fds=[one.fileno() for one in theirs.values()])
        for one in theirs.values():
            one.close()
        self.started = self.heard = time.monotonic()
        self.qmp = qmp.Qmp(self.sockets["qmp"])
        self.orders = qmp.Orders(self.qmp, lambda text: self.sockets["control"].sendall(text.encode() + b"\n"))
        self.capture = capture.Capture(self.qmp, self.folder, self.inside)

    # -- what the guest says

    def receive(self, key):
        try:
            data = key.fileobj.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.selector.unregister(key.fileobj)
            return
        self.heard = time.monotonic()
        if key.data == "qmp":
            self.qmp.feed(data)
        elif key.data == "output":
            self.on_output(data.decode("utf-8", "replace"))
            with open(self.folder / "output", "ab") as file:
                file.write(data)
        else:
            rest = self.lines.get(key.data, b"") + data
            *whole, self.lines[key.data] = rest.split(b"\n")
            for line in whole:
                self.line(key.data, line.decode("utf-8", "replace"))

    def line(self, channel, text):
        if channel == "control":
            self.orders.take(text)
            return
        word, _, rest = text.partition(" ")
        if word == "booted":
            self.booted()
        elif word == "started":
            self.state = "run"
            self.run_started = time.monotonic()
        elif word == "setup-failed":
            self.state = "off"
            self.fail(STATUS_SETUP, f"the guest cannot be set up: {rest}")
        elif word == "exit":
            self.outcome.status = int(rest)
            self.state = "off"
        if self.state == "off":
            self.off_since = time.monotonic()

    def booted(self):
        self.outcome.boot_seconds = time.monotonic() - self.started
        slowdown = max(1.0, min(SLOWEST, self.outcome.boot_seconds / REFERENCE_BOOT))
        self.outcome.slowdown = slowdown
        if self.job.capture:
            self.capture.start()
        self.state = "setup"
        self.sockets["status"].sendall(f"go {slowdown:.1f}\n".encode())

    def read_console(self):
        if self.console_file is None:
            if not self.outcome.console.exists():
                return
            self.console_file = open(self.outcome.console, "rb")
        data = self.console_file.read()
        if not data:
            return
        self.heard = time.monotonic()
        *whole, self.console_rest = (self.console_rest + data).split(b"\n")
        for line in whole:
            before = len(self.scanner.found)
            self.scanner.feed(line.decode("utf-8", "replace"))
            for found in self.scanner.found[before:]:
                self.on_splat(found)

    # -- how it ends

    def fail(self, code, problem):
        if not self.outcome.problem:
            self.outcome.problem, self.outcome.code = problem, code

    def over_limit(self):
        """None, or which limit has passed."""
        now = time.monotonic()
        slow = self.outcome.slowdown
        if self.state in ("boot", "setup") and now - self.started > BOOT_LIMIT:
            return f"the guest did not come up within {BOOT_LIMIT:.0f} s"
        if self.state == "off":
            if now - self.off_since > OFF_LIMIT * slow:
                return "the guest did not power off"
            return None
        if now - self.heard > SILENCE_LIMIT * slow:
            return f"the guest hangs: not a sign of life for {now - self.heard:.0f} s"
        limit = self.job.run_limit * slow
        if self.state == "run" and not self.job.interactive and now - self.run_started > limit:
            return f"the command still ran after {limit:.0f} s ({self.job.run_limit:.0f} s, {slow:.1f} times slower)"
        return None

    def stop_hung(self, problem):
        """A stuck guest still takes an NMI: its panic leaves every processor's trace in the console."""
        self.fail(STATUS_TIMEOUT, problem)
        self.qmp.send("inject-nmi")
        deadline = time.monotonic() + 5
        while self.process.poll() is None and time.monotonic() < deadline:
            self.step()
        # The traces of that NMI are the lab's own doing.
        self.kill()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop_model(self):
        problem = self.model.stop() if self.model else None
        if problem and self.outcome.status == 0:
            self.fail(STATUS_MODEL, problem)

    def step(self):
        for key, _ in self.selector.select(timeout=0.2):
            self.receive(key)
        self.read_console()
        self.capture.tick()

    def drain(self):
        """What QEMU still had in its sockets when it ended."""
        while self.selector.get_map():
            ready = self.selector.select(timeout=0)
            if not ready:
                break
            for key, _ in ready:
                self.receive(key)
        self.read_console()

    def finish(self):
        self.drain()
        outcome = self.outcome
        if outcome.status is None and not outcome.problem:
            errors = (self.folder / "qemu.err").read_text(encoding="utf-8", errors="replace").strip()
            said = f"; QEMU said: {errors.splitlines()[-1]}" if self.state == "boot" and errors else ""
            self.fail(STATUS_CRASH, f"the guest ended without a final status{said}")
        outcome.seconds = time.monotonic() - self.started
        for one in self.sockets.values():
            one.close()
        if self.console_file:
            self.console_file.close()
        self.selector.close()
        (self.folder / "initramfs").unlink(missing_ok=True)

    def run(self):
        with rootfs.in_use():
            try:
                self.start()
                while self.process.poll() is None:
                    self.step()
                    problem = self.over_limit()
                    if problem:
                        self.outcome.splats = list(self.scanner.found)
                        self.stop_hung(problem)
                        break
                else:
                    self.read_console()
                    self.outcome.splats = self.scanner.found
                self.finish()
            finally:
                self.kill()
                self.stop_model()
        return self.outcome


def check_driver(job):
    """A module that is not built would only be missed after a boot."""
    needed = {job.driver, job.peer_driver or job.driver}
    if "igbr" in needed and not (paths.BUILD / job.release / "igbr.ko").exists():
        raise LabError(f"igbr is not built for {job.release}: run `lab build` first")


def run(job, on_output, on_splat=None):
    check_driver(job)
    return Run(job, on_output, on_splat).run()
