# SPDX-License-Identifier: GPL-2.0-only
"""Runs one command in one virtual machine and says how it ended."""

import codecs
import contextlib
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
import limits
import machine
import model
import paths
import qmp
import results
import rootfs
import splat
from say import LabError

# How `lab vm` tells its own failures from the command's.
STATUS_MODEL = 94
STATUS_SPLAT = 95
STATUS_SETUP = 96
STATUS_TIMEOUT = 97
STATUS_CRASH = 98


@dataclass
class Job:
    """A command and the machine to run it in; `run_limit` is for a machine that is not slow."""

    command: list
    machine: machine.Machine
    driver: str = "igbr"
    peer_driver: str = ""
    environment: dict = field(default_factory=dict)
    run_limit: float = limits.RUN
    capture: bool = False
    label: str = "vm"


@dataclass
class Outcome:
    """`problem` is None where the command ran to its end; then `status` is its exit status."""

    folder: object
    problem: str = None
    code: int = 0
    model_problem: str = None  # the device model failed, or saw the driver do what it may not
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
        text = (
            self.console.read_text(encoding="utf-8", errors="replace")
            if self.console.exists()
            else ""
        )
        return text.splitlines()[-lines:]


def die_with_parent():
    """The kernel ends QEMU when this process dies, however it dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Run:
    """One machine from power-on to power-off. `on_output(text)` gets the command's output as it
    comes, `on_splat(found)` each splat."""

    def __init__(self, job, on_output, on_splat=None):
        self.job = job
        self.on_output = on_output
        self.on_splat = on_splat or (lambda found: None)
        self.outcome = Outcome(results.new(job.label))
        self.folder = self.outcome.folder
        self.inside = f"/igbr/{self.folder.relative_to(paths.CHECKOUT)}"
        self.sockets = {}
        self.lines = {}
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.selector = selectors.DefaultSelector()
        self.scanner = splat.Scanner()
        self.console_file = None
        self.console_rest = b""
        self.limits = limits.Limits(None if job.machine.interactive else job.run_limit)
        self.process = None
        self.model = None

    # -- beginning

    def write_job(self):
        job = self.job
        variables = {
            "LAB_DRIVER": job.driver,
            "LAB_PEER_DRIVER": job.peer_driver or job.driver,
            "LAB_IRQ": job.machine.irq,
            "LAB_INTERACTIVE": "yes" if job.machine.interactive else "no",
            **job.environment,
        }
        text = "".join(
            f"export {name}={shlex.quote(str(value))}\n" for name, value in variables.items()
        )
        (self.folder / "environment").write_text(text, encoding="utf-8")
        (self.folder / "command").write_text(shlex.join(job.command) + "\n", encoding="utf-8")

    def start(self):
        hardware = self.job.machine
        root = rootfs.required()
        self.accelerator = machine.accelerator()
        self.write_job()
        script = paths.CHECKOUT / "selftests/lab/guest/init"
        (self.folder / "initramfs").write_bytes(
            initramfs.make(root, hardware.release, hardware.modules(), script)
        )
        theirs = {}
        for name in (*machine.CHANNELS, "qmp"):
            self.sockets[name], theirs[name] = socket.socketpair()
            self.sockets[name].setblocking(True)
            self.selector.register(self.sockets[name], selectors.EVENT_READ, name)
        if hardware.model:
            self.model = model.Model(hardware.model, self.folder, self.inside, machine.PORTS)
            self.model.start(root, preexec_fn=die_with_parent)
        numbers = {name: one.fileno() for name, one in theirs.items()}
        argv = machine.arguments(hardware, self.inside, self.accelerator, numbers)
        (self.folder / "qemu").write_text(shlex.join(argv) + "\n", encoding="utf-8")
        command = chroot.command(root, argv, [(root, "/mnt"), (paths.CHECKOUT, "/igbr")])
        with open(self.folder / "qemu.err", "wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=None if hardware.interactive else subprocess.DEVNULL,
                stdout=None if hardware.interactive else errors,
                stderr=errors,
                preexec_fn=die_with_parent,
                pass_fds=list(numbers.values()),
            )
        for one in theirs.values():
            one.close()
        self.limits.begin()
        self.qmp = qmp.Qmp(self.sockets["qmp"])
        self.orders = qmp.Orders(self.qmp, lambda text: self.tell("control", text))
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
        self.limits.heard()
        if key.data == "qmp":
            self.qmp.feed(data)
        elif key.data == "output":
            self.on_output(self.decoder.decode(data))
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
            self.limits.enter("run")
        elif word == "setup-failed":
            self.fail(STATUS_SETUP, f"the guest cannot be set up: {rest}")
            self.limits.enter("off")
        elif word == "exit":
            self.outcome.status = int(rest)
            self.limits.enter("off")

    def booted(self):
        slowdown = self.limits.booted()
        self.outcome.boot_seconds = self.limits.elapsed()
        self.outcome.slowdown = slowdown
        if self.job.capture:
            self.capture.start()
        slow = "yes" if self.accelerator == "tcg" or slowdown > limits.SLOW else "no"
        self.tell("status", f"go {slowdown:.1f} {slow}")

    def tell(self, channel, text):
        # A machine that has just died is noticed elsewhere.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.sockets[channel].sendall(text.encode() + b"\n")

    def read_console(self):
        if self.console_file is None:
            if not self.outcome.console.exists():
                return
            self.console_file = open(self.outcome.console, "rb")
        data = self.console_file.read()
        if not data:
            return
        self.limits.heard()
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

    def stop_hung(self, problem):
        """A stuck guest still takes an NMI: its panic leaves a trace in the console. That panic is
        the lab's own doing and no splat."""
        self.fail(STATUS_TIMEOUT, problem)
        self.outcome.splats = list(self.scanner.found)
        self.on_splat = lambda found: None
        self.qmp.send("inject-nmi")
        deadline = time.monotonic() + 5
        while self.process.poll() is None and time.monotonic() < deadline:
            self.step()
        self.kill()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop_model(self):
        problem = self.model.stop() if self.model else None
        self.outcome.model_problem = problem
        if problem and self.outcome.status == 0:
            self.fail(STATUS_MODEL, problem)
        elif problem and self.outcome.problem:
            # It may be why the guest ended as it did.
            self.outcome.problem += f"; {problem}"

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
            errors = (
                (self.folder / "qemu.err").read_text(encoding="utf-8", errors="replace").strip()
            )
            said = (
                f"; QEMU said: {errors.splitlines()[-1]}"
                if self.limits.state == "boot" and errors
                else ""
            )
            self.fail(STATUS_CRASH, f"the guest ended without a final status{said}")
        outcome.seconds = self.limits.elapsed()
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
                    problem = self.limits.passed()
                    if problem:
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
    if "igbr" in needed and not (paths.BUILD / job.machine.release / "igbr.ko").exists():
        raise LabError(f"igbr is not built for {job.machine.release}: run `lab build` first")


def run(job, on_output, on_splat=None):
    check_driver(job)
    return Run(job, on_output, on_splat).run()
