# SPDX-License-Identifier: GPL-2.0-only
"""The virtual machine as QEMU is told of it: two igb ports behind root ports, on one cable."""

import json
import os
import pathlib
from dataclasses import dataclass, field

PORTS = {"port0": "52:54:00:1b:00:00", "port1": "52:54:00:1b:00:01"}
# guest/ports finds the ports by these places.
SLOTS = {"port0": "0x10", "port1": "0x11"}
CHANNELS = ("status", "output", "control")
MODULES = ["9p", "9pnet_virtio", "overlay"]


@dataclass
class Machine:
    """What the hardware of a guest is to be."""

    release: str  # of the kernel
    irq: str = "msix"
    cpus: int = 2
    memory: int = 1536
    append: str = ""
    qemu_arguments: list = field(default_factory=list)
    interactive: bool = False
    iommu: bool = False
    model: str = ""  # the project's own device model in place of QEMU's igb
    image: str = ""  # a kernel with all built in, as a path in the checkout, in place of Debian's

    def modules(self):
        """What the kernel has to load to reach its root."""
        return [] if self.image else MODULES


def accelerator(cpuinfo=None, device="/dev/kvm"):
    """kvm only where the processor says that it can: without that it hangs a stock kernel."""
    if cpuinfo is None:
        cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = set()
    for line in cpuinfo.splitlines():
        if line.startswith("flags"):
            flags = set(line.partition(":")[2].split())
            break
    return "kvm" if flags & {"vmx", "svm"} and os.access(device, os.R_OK | os.W_OK) else "tcg"


def command_line(machine, folder):
    """The kernel's. An oops ends the guest at once; panic=-1 with -no-reboot ends QEMU."""
    words = [
        "console=ttyS0",
        "loglevel=7",
        "oops=panic",
        "panic=-1",
        "net.ifnames=0",
        "unknown_nmi_panic=1",
        "rcupdate.rcu_cpu_stall_timeout=60",
        # Under a heavy load no tick comes while the kernel looks for one, and it panics at once.
        "no_timer_check",
        # Nor do all CPUs run at once when the kernel stops them to compare their clocks: it hung there.
        "tsc=nowatchdog",
        "no_console_suspend",  # a guest that dies on its way to sleep is to say why
        f"lab.job={folder.removeprefix('/igbr/')}",
    ]
    if machine.irq == "intx":
        words.append("pci=nomsi")
    if machine.iommu:
        # Strict: an unmapped address is out of the device's reach at once.
        words += ["intel_iommu=on", "iommu.strict=1"]
    return " ".join(words + machine.append.split())


def port_device(port):
    # Without the ROM there is nothing to boot from a network, and the guest starts sooner.
    return {
        "driver": "igb",
        "id": port,
        "bus": f"slot-{port}",
        "netdev": f"cable-{port}",
        "mac": PORTS[port],
        "romfile": "",
    }


def model_device(folder, port):
    path = f"{folder}/{port}.sock"
    return json.dumps(
        {
            "driver": "vfio-user-pci",
            "id": port,
            "bus": f"slot-{port}",
            "socket": {"type": "unix", "path": path},
        }
    )


def option(properties):
    driver = properties["driver"]
    others = [f"{name}={value}" for name, value in properties.items() if name != "driver"]
    return ",".join([driver, *others])


def basics(machine, accelerated):
    yield "-display", "none"
    yield "-machine", "q35"
    yield "-m", str(machine.memory)
    yield "-smp", str(machine.cpus)
    yield "-accel", "kvm" if accelerated == "kvm" else "tcg,thread=multi"
    yield "-cpu", "host" if accelerated == "kvm" else "max"
    if machine.iommu:
        yield "-device", "intel-iommu,caching-mode=on"  # before the devices that it serves


def boot(machine, folder):
    yield "-kernel", f"/igbr/{machine.image}" if machine.image else f"/boot/vmlinuz-{machine.release}"
    yield "-initrd", f"{folder}/initramfs"
    yield "-append", command_line(machine, folder)
    yield "-serial", f"file:{folder}/console"


def sleeper(name, slot, device):
    """A virtio device that keeps its state when the guest sleeps. When it is reset on its way back to
    full power, a share is lost, as Linux' 9p cannot sleep, and Linux 7.3 has no channel any more."""
    yield "-device", f"pcie-root-port,id=slot-{name},chassis={slot},slot={slot},hotplug=off"
    yield "-device", f"{device},bus=slot-{name},x-pcie-pm-no-soft-reset=on"


def channels(machine, descriptors):
    yield "-chardev", f"socket,id=qmp,fd={descriptors['qmp']}"
    yield "-mon", "chardev=qmp,mode=control"
    yield from sleeper("channels", len(PORTS) + 1, "virtio-serial-pci")
    for name in CHANNELS:
        yield "-chardev", f"socket,id={name},fd={descriptors[name]}"
        yield "-device", f"virtserialport,chardev={name},name={name}"
    if machine.interactive:
        yield "-chardev", "stdio,id=person,signal=off"
        yield "-device", "virtconsole,chardev=person"


def shares():
    # /mnt is the root file system once more, without what is mounted in it.
    for slot, (tag, path) in enumerate((("root", "/mnt"), ("checkout", "/igbr")), len(PORTS) + 2):
        options = "security_model=none,readonly=on,multidevs=remap"
        yield "-fsdev", f"local,id={tag},path={path},{options}"
        yield from sleeper(tag, slot, f"virtio-9p-pci,fsdev={tag},mount_tag={tag}")


def ports(machine, folder):
    for number, port in enumerate(PORTS, 1):
        place = f"chassis={number},slot={number},addr={SLOTS[port]}"
        yield "-device", f"pcie-root-port,id=slot-{port},{place}"
        yield "-netdev", f"hubport,id=cable-{port},hubid=0"
        yield "-device", model_device(folder, port) if machine.model else option(port_device(port))


def model_link(machine, folder):
    """Memory that another process can reach, and the model's command socket for the guest."""
    if machine.model:
        yield "-object", f"memory-backend-memfd,id=memory,size={machine.memory}M,share=on"
        yield "-machine", "memory-backend=memory"
        yield "-chardev", f"socket,id=model,path={folder}/model.sock"
        yield "-device", "virtserialport,chardev=model,name=model"


def arguments(machine, folder, accelerated, descriptors):
    """QEMU's argument vector. `folder` is the run's, inside the root file system; `accelerated` is
    kvm or tcg; `descriptors` are the numbers of the channels' and QMP's sockets."""
    pairs = [
        *basics(machine, accelerated),
        *boot(machine, folder),
        *channels(machine, descriptors),
        *shares(),
        *ports(machine, folder),
        *model_link(machine, folder),
    ]
    argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot"]
    return argv + [word for pair in pairs for word in pair] + machine.qemu_arguments
