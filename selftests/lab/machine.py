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
    release: str
    folder: str  # of this run, inside the root file system
    irq: str = "msix"
    cpus: int = 2
    memory: int = 1536
    append: str = ""
    qemu_arguments: list = field(default_factory=list)
    interactive: bool = False
    accelerator: str = "tcg"
    iommu: bool = False
    model: str = ""  # the project's own device model in place of QEMU's igb


def accelerator(cpuinfo=None, device="/dev/kvm"):
    """kvm only where the processor says that it can: a /dev/kvm without that hangs a stock kernel."""
    if cpuinfo is None:
        cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = set()
    for line in cpuinfo.splitlines():
        if line.startswith("flags"):
            flags = set(line.partition(":")[2].split())
            break
    return "kvm" if flags & {"vmx", "svm"} and os.access(device, os.R_OK | os.W_OK) else "tcg"


def command_line(machine):
    """The kernel's. An oops ends the guest at once; panic=-1 with -no-reboot ends QEMU."""
    words = ["console=ttyS0", "loglevel=7", "oops=panic", "panic=-1", "net.ifnames=0", "unknown_nmi_panic=1",
             "rcupdate.rcu_cpu_stall_timeout=60", f"lab.job={machine.folder.removeprefix('/igbr/')}"]
    if machine.irq == "intx":
        words.append("pci=nomsi")
    if machine.iommu:
        # Strict: an unmapped address is out of the device's reach at once.
        words += ["intel_iommu=on", "iommu.strict=1"]
    return " ".join(words + machine.append.split())


def port_device(port):
    # Without the ROM there is nothing to boot from a network, and the guest starts sooner.
    return {"driver": "igb", "id": port, "bus": f"slot-{port}", "netdev": f"cable-{port}", "mac": PORTS[port],
            "romfile": ""}


def model_device(machine, port):
    path = f"{machine.folder}/{port}.sock"
    return json.dumps({"driver": "vfio-user-pci", "id": port, "bus": f"slot-{port}",
                       "socket": {"type": "unix", "path": path}})


def model_arguments(machine):
    """Memory that another process can reach, and the model's command socket for the guest."""
    return ["-object", f"memory-backend-memfd,id=memory,size={machine.memory}M,share=on",
            "-machine", "memory-backend=memory",
            "-chardev", f"socket,id=model,path={machine.folder}/model.sock",
            "-device", "virtserialport,chardev=model,name=model"]


def option(properties):
    driver = properties["driver"]
    return ",".join([driver] + [f"{name}={value}" for name, value in properties.items() if name != "driver"])


def arguments(machine, descriptors):
    """QEMU's argument vector; `descriptors` are the numbers of the channels' and QMP's sockets."""
    argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35", "-m", str(machine.memory), "-smp", str(machine.cpus)]
    if machine.accelerator == "kvm":
        argv += ["-accel", "kvm", "-cpu", "host"]
    else:
        argv += ["-accel", "tcg,thread=multi", "-cpu", "max"]
    if machine.iommu:
        argv += ["-device", "intel-iommu,caching-mode=on"]  # before the devices that it serves
    argv += ["-kernel", f"/boot/vmlinuz-{machine.release}", "-initrd", f"{machine.folder}/initramfs",
             "-append", command_line(machine), "-serial", f"file:{machine.folder}/console"]
    argv += ["-chardev", f"socket,id=qmp,fd={descriptors['qmp']}", "-mon", "chardev=qmp,mode=control",
             "-device", "virtio-serial-pci"]
    for name in CHANNELS:
        argv += ["-chardev", f"socket,id={name},fd={descriptors[name]}",
                 "-device", f"virtserialport,chardev={name},name={name}"]
    if machine.interactive:
        argv += ["-chardev", "stdio,id=person,signal=off", "-device", "virtconsole,chardev=person"]
    # /mnt is the root file system once more, without what is mounted in it.
    for tag, path in (("root", "/mnt"), ("checkout", "/igbr")):
        argv += ["-fsdev", f"local,id={tag},path={path},security_model=none,readonly=on,multidevs=remap",
                 "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]
    for number, port in enumerate(PORTS):
        argv += ["-device", f"pcie-root-port,id=slot-{port},chassis={number + 1},slot={number + 1},addr={SLOTS[port]}",
                 "-netdev", f"hubport,id=cable-{port},hubid=0", "-device",
                 model_device(machine, port) if machine.model else option(port_device(port))]
    if machine.model:
        argv += model_arguments(machine)
    return argv + machine.qemu_arguments
