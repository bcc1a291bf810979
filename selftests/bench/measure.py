# SPDX-License-Identifier: GPL-2.0-only
"""One boot of one driver: what each workload cost it.

The guest has one virtual CPU whose every instruction is one nanosecond of its time (`-icount`), so
neither the host's speed nor its load changes what happens in it.
"""

import collections
import pathlib
import shlex
import struct
import subprocess
import sys
from dataclasses import dataclass

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))

import builds
import chroot
import initramfs
import kernels
import machine
import paths
import results
import rootfs
import splat
import vm
from say import LabError

SOURCES = "selftests/bench"
MADE = "build/bench"
MARKS = 0x10000000  # where the guest's marks are; its program itself is below
WORKLOADS = {
    "load": "call",
    "open": "call",
    "tx64": "frame",
    "tx64b": "frame",
    "tx1514": "frame",
    "rx64": "frame",
    "rx64lo": "frame",
    "rx1514": "frame",
    "rx64xdp": "frame",
    "tcprx": "frame",
    "tcprr": "exchange",
    "udprr": "exchange",
    "idle": "10 s",
}
FRAMES = 50000
TIME_LIMIT = 900  # for a boot on a slow machine
CARDS = {
    "ours": ("igb", "0x3", "52:54:00:1b:00:00"),
    "other": ("e1000", "0x4", "52:54:00:1b:00:01"),
}
REGION = "igb-mmio"


@dataclass
class Window:
    """A workload's totals, and by how many units to divide them."""

    units: int
    interrupts: int
    nanoseconds: int
    driver: int = 0  # instructions
    kernel: int = 0  # instructions, the driver's and the other card's with them
    reads: int = 0
    writes: int = 0


def series(release):
    return kernels.series(release)


def compile_parts():
    """The plugin and the guest's program, by the root file system's compiler."""
    (paths.CHECKOUT / MADE).mkdir(parents=True, exist_ok=True)
    common = ["gcc-14", "-O2", "-Wall", "-Werror", f"-DMARKS={MARKS:#x}ull"]
    plugin = ["-shared", "-fPIC", "-fvisibility=hidden", "-o", f"{MADE}/counter.so"]
    program = [
        "-static",
        "-no-pie",
        f"-Wl,--section-start=.marks={MARKS:#x}",
        "-o",
        f"{MADE}/guest",
    ]
    with builds.lock():
        for name, options in (("counter", plugin), ("guest", program)):
            if builds.inside([*common, *options, f"{SOURCES}/{name}.c"]).returncode:
                raise LabError(f"{SOURCES}/{name}.c does not compile")


def unsigned(module):
    """Without the signature: to verify it costs more than all else that loading does."""
    magic = b"~Module signature appended~\n"
    if not module.endswith(magic):
        return module
    end = len(module) - len(magic)
    (length,) = struct.unpack(">I", module[end - 4 : end])
    return module[: end - 12 - length]


def code_sections(module):
    """{name: size} of an ELF file's sections that hold instructions."""
    (table,) = struct.unpack_from("<Q", module, 0x28)
    size, number, names = struct.unpack_from("<HHH", module, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", module, table + n * size) for n in range(number)]
    strings = headers[names][4]
    found = {}
    for name, _kind, flags, _address, _offset, length in headers:
        if flags & 4:
            start = strings + name
            found[module[start : module.index(b"\0", start)].decode()] = length
    return found


def stripped(release):
    """igbr as a distribution has its modules: without what only a debugger reads."""
    target = f"{MADE}/igbr-{series(release)}.ko"
    source = (paths.BUILD / release / "igbr.ko").relative_to(paths.CHECKOUT)
    if builds.inside(["strip", "--strip-debug", "-o", target, str(source)]).returncode:
        raise LabError(f"{source} cannot be stripped")
    return (paths.CHECKOUT / target).read_bytes()


def modules(release, driver):
    """([what is needed before the driver], the driver), each as bytes."""
    index = paths.BUILD / release / "modules/lib/modules" / release / "modules.dep"
    table = initramfs.parse_dependencies(index.read_text(encoding="utf-8"))

    def content(path):
        if not path.startswith("kernel/"):
            return stripped(release)
        theirs = rootfs.required() / "usr/lib/modules" / release
        return unsigned(initramfs.module_bytes(theirs / path))

    *needed, own = initramfs.load_order(table, [driver])
    others = initramfs.load_order(table, ["e1000", "pktgen"])
    return [content(path) for path in [*needed, *others]], content(own)


def archive(release, driver):
    """The initramfs, and the driver's module."""
    needed, own = modules(release, driver)
    made = initramfs.Archive()
    made.file("bin/busybox", (rootfs.required() / "usr/bin/busybox").read_bytes())
    made.file("init", (paths.CHECKOUT / MADE / "guest").read_bytes())
    made.file("driver", driver.encode() + b"\n", 0o644)
    made.file("driver.ko", own, 0o644)
    for number, data in enumerate(needed):
        made.file(f"need-{number:02d}.ko", data, 0o644)
    return made.bytes(), own


def arguments(release, folder, workloads, frames, counted):
    """QEMU's. Not counted, time is the host's and the machine as fast as it can be."""
    words = [
        "console=ttyS0 loglevel=5 nokaslr mitigations=off nowatchdog audit=0 net.ifnames=0",
        "random.trust_cpu=on tsc=reliable oops=panic panic=-1",
        f"WORKLOADS={','.join(workloads)} FRAMES={frames}",
    ]
    accelerator = "tcg" if counted else machine.accelerator()
    argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot"]
    argv += ["-display", "none", "-machine", "q35", "-m", "1024", "-smp", "1"]
    argv += ["-accel", accelerator, "-cpu", "host" if accelerator == "kvm" else "max"]
    argv += ["-kernel", f"/boot/vmlinuz-{release}", "-initrd", f"{folder}/initramfs"]
    argv += ["-append", " ".join(words)]
    argv += ["-serial", f"file:{folder}/console", "-serial", f"file:{folder}/facts"]
    for name, (model, place, address) in CARDS.items():
        argv += ["-netdev", f"hubport,id={name},hubid=0"]
        argv += ["-device", f"{model},netdev={name},mac={address},addr={place},romfile="]
    if counted:
        argv += ["-icount", "shift=0,sleep=off", "-seed", "1"]
        argv += ["-rtc", "base=2026-01-01,clock=vm"]
        argv += ["-plugin", f"file=/igbr/{MADE}/counter.so,folder={folder}"]
    return argv


def boot(release, driver, workloads, frames, counted):
    """The folder that the run left, and the driver's module."""
    root = rootfs.required()
    folder = results.new(f"bench-{driver}-{series(release)}")
    inside = f"/igbr/{folder.relative_to(paths.CHECKOUT)}"
    data, module = archive(release, driver)
    (folder / "initramfs").write_bytes(data)
    argv = arguments(release, inside, workloads, frames, counted)
    (folder / "qemu").write_text(shlex.join(argv) + "\n", encoding="utf-8")
    command = chroot.command(root, argv, [(paths.CHECKOUT, "/igbr")])
    with open(folder / "qemu.err", "wb") as errors, rootfs.in_use():
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                timeout=TIME_LIMIT,
                check=False,
                preexec_fn=vm.die_with_parent,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"no end after {TIME_LIMIT} s: see {results.shown(folder)}") from error
    (folder / "initramfs").unlink()
    return folder, module


class Facts:
    """What the guest said."""

    def __init__(self, text):
        self.windows = {}
        self.sections = {}
        self.waits = []
        self.problem = "the guest ended early"
        for line in text.splitlines():
            self.take(*line.partition(" ")[::2])

    def take(self, kind, rest):
        words = rest.split()
        if kind == "window":
            self.windows[words[0]] = Window(*map(int, words[1:]))
        elif kind == "section":
            self.sections[words[0]] = int(words[1], 16)
        elif kind == "wait":
            self.waits.append((int(words[0], 16), int(words[1], 16)))
        elif kind == "failed":
            self.problem = rest
        elif kind == "done":
            self.problem = None

    def driver_ranges(self, sizes, loading):
        """Where the driver's code is; what initialised it is gone, and others there, once it is loaded."""
        return [
            (self.sections[name], self.sections[name] + size)
            for name, size in sizes.items()
            if name in self.sections and (loading or not name.startswith(".init"))
        ]


def within(address, ranges):
    return any(start <= address < end for start, end in ranges)


def count(window, lines, driver, waits):
    """Add a window's counts, as the plugin wrote them, up."""
    kinds = collections.Counter()
    for line in lines:
        kind, first, second = line.split(maxsplit=2)
        if kind == "x":
            address, number = int(first, 16), int(second)
            if within(address, waits):
                continue
            kinds["kernel"] += number
            if within(address, driver):
                kinds["driver"] += number
        elif second.strip() == REGION:
            kinds[kind] += int(first)
    window.driver, window.kernel = kinds["driver"], kinds["kernel"]
    window.reads, window.writes = kinds["r"], kinds["w"]


def check_console(folder):
    scanner = splat.Scanner()
    for line in (folder / "console").read_text(encoding="utf-8", errors="replace").splitlines():
        scanner.feed(line)
    if scanner.found:
        raise LabError(f"splat: {scanner.found[0].title}: see {results.shown(folder)}")


def run(release, driver, workloads, frames=FRAMES, counted=True):
    """{workload: Window}; the driver is loaded and its port opened in any case."""
    folder, module = boot(release, driver, workloads, frames, counted)
    file = folder / "facts"
    facts = Facts(file.read_text(encoding="utf-8", errors="replace") if file.exists() else "")
    if facts.problem:
        raise LabError(f"{facts.problem}: see {results.shown(folder)}")
    check_console(folder)
    missing = [name for name in workloads if name not in facts.windows]
    if missing:
        raise LabError(f"nothing was counted of {', '.join(missing)}: see {results.shown(folder)}")
    for window in facts.windows.values():
        window.units = max(window.units, 1)
    if not counted:
        return facts.windows
    sizes = code_sections(module)
    for number, (name, window) in enumerate(facts.windows.items()):
        ranges = facts.driver_ranges(sizes, loading=name == "load")
        file = folder / f"window-{number}"
        with open(file, encoding="utf-8") as lines:
            count(window, lines, ranges, facts.waits)
        file.unlink()
    return facts.windows
