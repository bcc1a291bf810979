# SPDX-License-Identifier: GPL-2.0-only
"""What tests of steering share: rules set and refused, frames sent, the device model's account of what led them where."""

import contextlib
import functools
import importlib
import os
import pathlib
import re
import subprocess
import sys

from guest import expect, run, wait_for

# Where the locations of tc's rules begin
TC = 0x10000
SLOW = float(os.environ.get("LAB_SLOWDOWN", "1"))
FULL_LENGTH = os.environ.get("IGBR_FULL") == "1"
FRAMES = 1000
# What fits a packet buffer and a ring: the model's generator knows no pace.
AT_ONCE = 200
# Where one frame would do
BURST = 50
QUEUES = 4
# The queue that RSS leaves out
APART = 2
FOUR = {"source": "192.0.2.7", "destination": "192.0.2.1"}
SIX = {"source": "2001:db8::7", "destination": "2001:db8::1"}
PORTS = {"source_port": 4000, "destination_port": 5000}
VID = 5
PRIORITY = 3
# Which filters a MAC has
FULL = ("82576",)
SMALL = ("82580", "i350", "i210", "i210-flashless", "i211")
WITH_VLAN = ("i350", "i210", "i210-flashless", "i211")


def frame(kind, **more):
    return {"kind": kind, **(SIX if kind.endswith("6") else FOUR if kind != "ether" else {}), **PORTS, **more}


def mac(bench):
    return bench.model.ask("statistics")["mac"]


def queues(bench):
    """{queue: {reason: frames}}"""
    return [one["by"] for one in bench.model.ask("statistics")["rx"]["queues"]]


def send(bench, spec, count=FRAMES, flows=1):
    """Frames to port 0, and how many each filter led to each queue: {(queue, reason): frames}. The driver counts the same."""
    before, seen = queues(bench), bench.counters()
    for first in range(0, count, AT_ONCE):
        now = min(AT_ONCE, count - first)
        bench.model.ask("generate", count=now, flows=min(flows, now), **spec)
        wait_for(lambda: bench.model.ask("statistics")["rx"]["waiting"] == 0, "the device's buffer is empty again")
    grown, by_queue = {}, {}
    for queue, (now, then) in enumerate(zip(queues(bench), before)):
        for reason, value in now.items():
            if value != then[reason]:
                grown[queue, reason] = value - then[reason]
                by_queue[queue] = by_queue.get(queue, 0) + grown[queue, reason]
    total = sum(by_queue.values())
    expect(total >= count, f"{total} of {count} frames came to a queue")

    def counted():
        mine = bench.counters()
        return all(mine[name] - seen[name] >= frames
                   for name, frames in ((f"rx_queue_{queue}_packets", frames) for queue, frames in by_queue.items()))
    wait_for(counted, f"the driver has counted {by_queue}")
    return grown


def register(bench, offset):
    return bench.model.ask("register", offset=offset)["value"]


def slots_in_registers(bench):
    """{(kind, slot): queue} of the filters that the device asks."""
    found = {}
    for slot in range(8):
        ethertype, tuples = register(bench, 0x5cb0 + 4 * slot), register(bench, 0x59e0 + 4 * slot)
        if ethertype & 1 << 26:
            found["ethertype", slot] = ethertype >> 16 & 7
        if tuples & 1 << 8:
            found["tuple", slot] = tuples >> 16 & 15
    wakeup = register(bench, 0x5808)
    for slot in range(8):
        if wakeup & 1 << 14 and wakeup & 1 << 16 + slot:
            found["flex", slot] = register(bench, (0x90fc if slot < 4 else 0x96fc) + 0x100 * slot) >> 8 & 7
    syn, priorities = register(bench, 0x55fc), register(bench, 0x55b0)
    if syn & 1:
        found["syn", 0] = syn >> 1 & 7
    for priority in range(8):
        if priorities >> 4 * priority & 8:
            found["vlan-priority", priority] = priorities >> 4 * priority & 3
    return found


def add(bench, words):
    """Its location."""
    said = run(f"ethtool -N {bench.name} {words}")
    return int(re.search(r"Added rule with ID (\d+)", said)[1]) if "Added" in said else None


def refused(bench, words, reason):
    run("dmesg -C")
    done = subprocess.run(f"ethtool -N {bench.name} {words}", shell=True, check=False, capture_output=True, text=True)
    expect(done.returncode != 0, f"accepted: {words}")
    log = run("dmesg")
    expect(reason in log, f"{words}: the log does not say '{reason}': {log}")


def tc(bench, words, queue, prio):
    """A rule of tc at a prio; "words" are flower's, with the protocol in front."""
    protocol, _, match = words.partition(" ")
    return (f"tc filter add dev {bench.name} ingress protocol {protocol} prio {prio} flower {match} skip_sw "
            f"action skbedit queue_mapping {queue} skip_sw")


def tc_refused(bench, command, reason):
    """tc says why itself."""
    done = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)
    expect(done.returncode != 0, f"accepted: {command}")
    expect(reason in done.stderr, f"{command}: tc does not say '{reason}': {done.stderr}")


@contextlib.contextmanager
def ingress(bench):
    """Where tc's rules are; they go with it."""
    run(f"tc qdisc add dev {bench.name} clsact")
    try:
        yield
    finally:
        run(f"tc qdisc del dev {bench.name} clsact")


def rules(bench):
    return sorted(int(word) for word in re.findall(r"^Filter: (\d+)$", run(f"ethtool -n {bench.name}"), re.MULTILINE))


def delete_all(bench):
    for location in rules(bench):
        run(f"ethtool -N {bench.name} delete {location}")


def apart(bench):
    """Several queues, of which RSS leaves one out; a VLAN that is let in; nothing that talks by itself."""
    count = min(QUEUES, len(queues(bench)))
    wanted = min(APART, count - 1)
    weights = " ".join("0" if queue == wanted else "1" for queue in range(count))
    run(f"ethtool -L {bench.name} combined {count} && ethtool -X {bench.name} weight {weights}")
    run(f"ip link add link {bench.name} name steer.{VID} type vlan id {VID} && ip link set steer.{VID} up", check=False)
    bench.wait_link()
    return wanted


def prepared(case):
    """The case gets the queue that RSS leaves out, and leaves no rule behind."""
    @functools.wraps(case)
    def wrapped(bench):
        queue = apart(bench)
        try:
            case(bench, queue)
        finally:
            delete_all(bench)
            run(f"ethtool -X {bench.name} default")
    return wrapped


def steers(bench, spec, queue, reason, count=FRAMES):
    grown = send(bench, spec, count)
    there = grown.get((queue, reason), 0)
    strays = {place: frames for place, frames in grown.items() if place[1] == reason and place[0] != queue}
    expect(there == count and not strays, f"{count} frames for queue {queue}, {grown} seen")


def passes_by(bench, spec, queue, reason, count=BURST):
    grown = send(bench, spec, count)
    strays = {place: frames for place, frames in grown.items() if queue in place or reason in place}
    expect(not strays, f"not for queue {queue}: {spec}: {grown}")


def ifindex(bench):
    return int(run(f"cat /sys/class/net/{bench.name}/ifindex"))


@functools.cache
def netlink_family(name, folder=None):
    """A netlink family, by its specification and the kernel's library for any of them."""
    kernel = pathlib.Path(f"/usr/src/kselftest/{os.uname().release}")
    library = kernel / "tools/net/ynl"
    sys.path.append(str(library))
    lib = importlib.import_module("pyynl.lib" if (library / "pyynl").is_dir() else "lib")
    return lib.YnlFamily(str((folder or kernel / "Documentation/netlink/specs") / f"{name}.yaml"), schema="")


def family():
    """igbr's own."""
    return netlink_family("igbr", pathlib.Path(__file__).resolve().parents[3] / "Documentation/netlink")
