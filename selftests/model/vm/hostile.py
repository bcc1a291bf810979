#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A device that lies, against igbr. Runs in the guest.

Each case makes port 0 misbehave in one way and compares what the driver counts with what the model
did. Afterwards the fault is taken away, and every queue has to carry traffic again.
"""

import contextlib
import functools
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time

from guest import chosen, expect, main, run, wait_for
from netlink import page_pools

# What fits a packet buffer and a ring: the model's generator knows no pace.
BURST = 30
# Causes of an interrupt (ICR)
FATAL_ERROR, DEVICE_RESET = 1 << 22, 1 << 30
SEEDS = (1, 2)
FRAMES = 600
DRIVERS = "/sys/bus/pci/drivers"


def done(bench, fault):
    return bench.model.ask("statistics")["faults"].get(fault, 0)


def summed(bench, name):
    """A queue's counter over all queues."""
    return sum(value for key, value in bench.counters().items() if re.fullmatch(rf"[rt]x_queue_\d+_{name}", key))


def flood(bench, count, **more):
    """Frames that nobody answers, over all queues; returns when the device has taken them."""
    wanted = {"kind": "tcp4", "source": "192.0.2.7", "destination": "192.0.2.1", "destination_port": 9,
              "tcp_flags": 4, **more}
    for first in range(0, count, BURST):
        now = min(BURST, count - first)
        bench.model.ask("generate", source_port=2000 + first, count=now, flows=now, **wanted)
        wait_for(lambda: bench.model.ask("statistics")["rx"]["waiting"] == 0, "the device's buffer is empty again")


@contextlib.contextmanager
def armed(bench, fault, **rule):
    """The fault is in force; afterwards it has struck."""
    before = done(bench, fault)
    bench.model.ask("fault", fault=fault, **rule)
    try:
        yield
        expect(done(bench, fault) > before, f"{fault} did not strike")
    finally:
        bench.model.ask("clear")


def counted(bench, fault, name, frames=60, **rule):
    """The driver's counter grows by as much as the fault struck."""
    struck, before = done(bench, fault), summed(bench, name)
    with armed(bench, fault, **rule):
        flood(bench, frames)
    struck = done(bench, fault) - struck
    wait_for(lambda: summed(bench, name) - before >= struck, f"{name} grows by {struck}", 20)
    grown = summed(bench, name) - before
    expect(grown == struck, f"{name} grew by {grown}, {fault} struck {struck} times ({rule})")


def every_queue_receives(bench):
    rings = int(run(f"ls -d /sys/class/net/{bench.name}/queues/rx-* | wc -l"))
    names = [f"rx_queue_{ring}_packets" for ring in range(rings)]
    before = bench.counters()

    def grown():
        now = bench.counters()
        return [now[name] - before[name] for name in names]

    def received():
        # Again and again: a reset may be on its way, and costs what is in the rings.
        flood(bench, 2 * BURST)
        return all(grown())
    wait_for(received, lambda: f"each of {rings} queues receives: {grown()}")


def healthy(bench):
    bench.wait_link()
    bench.ping()
    every_queue_receives(bench)
    bench.ping("2001:db8::2", more="-s 1400")


def survives(case):
    """Whatever the case did, afterwards all works."""
    @functools.wraps(case)
    def whole(bench):
        try:
            case(bench)
        finally:
            bench.model.ask("clear")
        healthy(bench)
    return whole


# -- Receive


@survives
def length_beyond_the_buffer(bench):
    for value in (65535, 2049, 1537, 13, 0):
        counted(bench, "rx_length", "bad_descs", value=value, count=4, every=3)


@survives
def end_of_packet_never(bench):
    counted(bench, "rx_no_eop", "bad_descs", count=3, every=10)
    with armed(bench, "rx_no_eop"):
        flood(bench, 300)


@survives
def frame_without_end_in_long_buffers(bench):
    """Full buffers, and never an end: they must not pile up in one frame."""
    before = summed(bench, "bad_descs")
    run(f"ip link set {bench.name} mtu 9000")
    try:
        bench.wait_link()
        bench.model.ask("fault", fault="rx_length", value=3072)
        with armed(bench, "rx_no_eop"):
            flood(bench, 100)
        wait_for(lambda: summed(bench, "bad_descs") > before, "the driver sees it")
    finally:
        bench.model.ask("clear")
        run(f"ip link set {bench.name} mtu 1500")


@survives
def random_status(bench):
    with armed(bench, "rx_status", every=2):
        flood(bench, 200)


@survives
def wrong_vlan(bench):
    with armed(bench, "rx_vlan", every=2):
        flood(bench, 60)


@survives
def wrong_checksum_verdict(bench):
    counted(bench, "rx_checksum", "csum_err", count=5, every=4)


@survives
def status_without_descriptor(bench):
    with armed(bench, "rx_phantom", every=3):
        flood(bench, 300)


@survives
def status_in_the_wrong_slot(bench):
    with armed(bench, "rx_wrong_slot", count=1, skip=5):
        flood(bench, 20)


def reporter(bench, name):
    """A health reporter of devlink's."""
    said = json.loads(run(f"devlink -j health show pci/{bench.pci} reporter {name}"))["health"]
    return next(iter(said.values()))[0]


@contextlib.contextmanager
def reported(bench, name):
    """What is done here is one error of that reporter and one reset; yields a dict, afterwards the dump."""
    before, resets, dump = reporter(bench, name), bench.counters()["reset_count"], {}
    yield dump
    wait_for(lambda: reporter(bench, name)["recover"] > before["recover"], "the fault is reported and recovered from")
    now = reporter(bench, name)
    expect((now["state"], now["error"]) == ("healthy", before["error"] + 1), f"one error, and healthy again: {now}")
    expect(bench.counters()["reset_count"] == resets + 1, "one reset")
    dump.update(json.loads(run(f"devlink -j health dump show pci/{bench.pci} reporter {name}")))
    run(f"devlink health dump clear pci/{bench.pci} reporter {name}")
    expect(dump["vectors"] and len(dump["registers"]) > 1000, "vectors and registers in the dump")


@survives
def receive_stall_is_reported(bench):
    """A queue that the device passed by: devlink's rx reporter names it in a dump from before the reset, and the port is reset."""
    with reported(bench, "rx") as dump, armed(bench, "rx_wrong_slot", count=1, skip=5):
        flood(bench, 20)
    ring = next(one for one in dump["rx_rings"] if one["queue"] == dump["faulty_queue"])
    expect(ring["head"] != ring["next_to_clean"], f"the ring as it was stuck: {ring}")


@survives
def device_errors_are_reported(bench):
    """A fatal error of the device, or a reset that was none of the driver's: devlink's device reporter, and a reset."""
    for cause in (FATAL_ERROR, DEVICE_RESET):
        with reported(bench, "device") as dump:
            bench.model.ask("cause", bits=cause)
        expect("faulty_queue" not in dump, "no queue is accused")
        bench.wait_link()


@survives
def receive_stalls(bench):
    before = bench.counters()["rx_packets"]
    with armed(bench, "rx_stall", ms=3000):
        bench.model.ask("generate", kind="tcp4", destination="192.0.2.1", destination_port=9, tcp_flags=4, count=10)
        time.sleep(1)
        # Held in the device or dropped by it: in any case the driver saw none of them.
        seen = bench.counters()["rx_packets"] - before
        expect(seen < 10, f"{seen} frames of a queue that stalls")
        time.sleep(3)


@survives
def frames_lost_in_the_device(bench):
    struck, before = done(bench, "rx_drop"), bench.counters()["rx_missed_errors"]
    with armed(bench, "rx_drop", count=7, every=2):
        flood(bench, 60)
    struck = done(bench, "rx_drop") - struck
    grown = bench.counters()["rx_missed_errors"] - before
    expect(grown == struck, f"rx_missed_errors grew by {grown}, {struck} frames were lost")


@survives
def crc_bursts(bench):
    struck, before = done(bench, "rx_crc"), bench.counters()["rx_crc_errors"]
    with armed(bench, "rx_crc"):
        flood(bench, 500)
    struck = done(bench, "rx_crc") - struck
    grown = bench.counters()["rx_crc_errors"] - before
    expect(grown == struck >= 500, f"rx_crc_errors grew by {grown}, {struck} frames were bad")


# -- Interrupts


@survives
def interrupt_lost(bench):
    """The frames are there: they have to come up, late as they may be."""
    vectors = int(run(f"ls -d /sys/class/net/{bench.name}/queues/rx-* | wc -l")) + 1
    for vector in range(1, vectors):
        before = bench.counters()["rx_packets"]
        with armed(bench, "irq_drop", queue=vector, count=1):
            flood(bench, BURST)
            time.sleep(0.2)
            wait_for(lambda before=before: bench.counters()["rx_packets"] >= before + BURST,
                     f"frames whose interrupt {vector} was lost")


@survives
def interrupt_for_other_causes_lost(bench):
    with armed(bench, "irq_drop", queue=0, count=1):
        bench.model.ask("cable", plugged=False)
        wait_for(lambda: not bench.carrier(), "the driver sees that the cable has gone")
        bench.model.ask("cable", plugged=True)


@survives
def interrupt_twice_or_late(bench):
    with armed(bench, "irq_duplicate"):
        flood(bench, 60)
        bench.ping()
    with armed(bench, "irq_delay", value=20000):
        flood(bench, 60)
        bench.ping()


# -- Transmit


def fill_a_queue():
    """More than a ring holds, by one CPU: the stack only looks after queues that are stopped."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    for _ in range(8):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                for _ in range(200):
                    sender.sendto(b"x", ("192.0.2.2", 9))
    os.sched_setaffinity(0, everywhere)


@survives
def transmit_hangs(bench):
    run('vmctl expect "NETDEV WATCHDOG"')
    before = bench.counters()
    with armed(bench, "tx_hang"):
        fill_a_queue()
        wait_for(lambda: bench.counters()["tx_timeout_count"] > before["tx_timeout_count"], "a timeout")
    wait_for(lambda: bench.counters()["reset_count"] > before["reset_count"], "a reset")
    bench.wait_link()
    run("vmctl expect-end")


@survives
def completion_not_reported(bench):
    with armed(bench, "tx_no_writeback", count=5, every=2):
        bench.ping(count=10)


@survives
def completion_beyond_the_ring(bench):
    for value in (0xffffffff, 0x80000000, 256, 4096):
        before = summed(bench, "bad_heads"), bench.counters()["reset_count"]
        with armed(bench, "tx_head", value=value, count=1):
            run("ping -q -c 2 -W 1 192.0.2.2", check=False)
        wait_for(lambda before=before: summed(bench, "bad_heads") > before[0], f"the driver refuses head {value}")
        wait_for(lambda before=before: bench.counters()["reset_count"] > before[1], "a reset")
        bench.wait_link()


@survives
def completion_of_what_was_not_sent(bench):
    """In the ring, but beyond what the driver gave."""
    before = summed(bench, "bad_heads")
    for value in range(0, 256, 32):
        bench.model.ask("fault", fault="tx_head", value=value, count=1)
        run("ping -q -c 2 -W 1 192.0.2.2", check=False)
        bench.model.ask("clear")
    wait_for(lambda: summed(bench, "bad_heads") > before, "the driver refuses at least one of them")
    bench.wait_link()


@survives
def slow_transmit(bench):
    with armed(bench, "slow_dma", value=2000):
        bench.ping(count=10)


# -- The device as a whole


def unbind(bench):
    run(f"echo {bench.pci} >{DRIVERS}/{bench.driver}/unbind")


def bind(bench):
    run(f"echo {bench.pci} >{DRIVERS}/{bench.driver}/bind")
    bench.readdress()


def refuses(bench, fault, words):
    """No probe of a device with this fault, and the reason is in the kernel's log."""
    unbind(bench)
    mark = len(run("dmesg"))
    bench.model.ask("fault", fault=fault)
    result = run(f"echo {bench.pci} >{DRIVERS}/{bench.driver}/bind 2>&1; echo status $?", check=False)
    log = run("dmesg")[mark:]
    bench.model.ask("clear")
    expect("status 0" not in result, f"bound in spite of {fault}")
    expect(words in log, f"no '{words}' in the log: {log[-400:]}")
    bind(bench)


@survives
def nvm_with_a_wrong_sum(bench):
    refuses(bench, "nvm_checksum", "NVM checksum")


@survives
def phy_silent_at_probe(bench):
    refuses(bench, "phy_silent", "PHY")


@survives
def semaphore_stuck_at_probe(bench):
    refuses(bench, "semaphore", "semaphore")


@survives
def phy_silent_in_use(bench):
    bench.model.ask("fault", fault="phy_silent")
    run(f"ethtool {bench.name}", check=False)
    bench.ping()
    run(f"ip link set {bench.name} down")
    run(f"ip link set {bench.name} up", check=False)
    bench.model.ask("clear")
    # It said that there is no link; with a PHY that answers again a reset brings it.
    run(f"ip link set {bench.name} down")
    bench.readdress()


@survives
def semaphore_stuck_in_use(bench):
    with armed(bench, "semaphore", ms=1000):
        run(f"ethtool {bench.name}", check=False)
        bench.ping()


@survives
def all_ones_for_a_while(bench):
    with armed(bench, "all_ones", ms=500):
        bench.counters()
        time.sleep(3)
    back = "1 received" in run("ping -q -c 1 -W 5 192.0.2.2", check=False)
    if not back:
        # Given up: then it has to go and to come anew without complaint.
        run(f"ip link set {bench.name} down")
        unbind(bench)
        bind(bench)


@survives
def all_ones_for_ever(bench):
    with armed(bench, "all_ones"):
        bench.counters()
        time.sleep(3)
        run(f"ip link set {bench.name} down")
        run(f"ip link set {bench.name} up", check=False)
        unbind(bench)
    bind(bench)


@survives
def link_flaps(bench):
    path = f"/sys/class/net/{bench.name}/carrier_down_count"
    before, struck = int(run(f"cat {path}")), done(bench, "link_flap")
    for _ in range(4):
        bench.model.ask("cable", plugged=False)
        wait_for(lambda: not bench.carrier(), "no carrier")
        bench.model.ask("cable", plugged=True)
        bench.wait_link()
    grown, struck = int(run(f"cat {path}")) - before, done(bench, "link_flap") - struck
    expect(grown == struck == 4, f"the cable was pulled {struck} times, the carrier went {grown} times")
    with subprocess.Popen(["ping", "-q", "-i", "0.01", "192.0.2.2"], stdout=subprocess.DEVNULL) as ping:
        for _ in range(50):
            bench.model.ask("cable", plugged=False)
            bench.model.ask("cable", plugged=True)
        ping.terminate()


AER_CORRECTABLE = 1  # receiver error
AER_NON_FATAL = 1 << 14  # completion timeout


def aer_register(bench, offset):
    return int(run(f"setpci -s {bench.pci} ECAP_AER+{offset:x}.L").strip(), 16)


def report_error(bench, uncorrectable, correctable):
    """QEMU has no way for a device in another process to send the message: the kernel's own injector
    plays the root port."""
    domain, bus, slot, function = (int(part, 16) for part in re.split("[:.]", bench.pci))
    with open("/dev/aer_inject", "wb", buffering=0) as file:
        file.write(struct.pack("=BBBxIIIIIII", bus, slot, function, uncorrectable, correctable, 0, 1, 2, 3, domain))


@survives
def aer_errors(bench):
    """First the device's own registers: once the injector was used, it answers in their place."""
    for uncorrectable, correctable in ((0, AER_CORRECTABLE), (AER_NON_FATAL, 0)):
        struck = done(bench, "aer")
        bench.model.ask("aer", uncorrectable=uncorrectable != 0, bits=uncorrectable or correctable)
        expect(done(bench, "aer") == struck + 1, "the model counts it")
        seen = aer_register(bench, 4), aer_register(bench, 0x10)
        expect(seen == (uncorrectable, correctable), f"AER status {seen[0]:#x}, {seen[1]:#x}")
        bench.ping()
        run(f"setpci -s {bench.pci} ECAP_AER+4.L={uncorrectable:x} ECAP_AER+10.L={correctable:x}")
        seen = aer_register(bench, 4), aer_register(bench, 0x10)
        expect(seen == (0, 0), f"AER status {seen[0]:#x}, {seen[1]:#x} after it was cleared")
    run("modprobe aer_inject")
    for uncorrectable, correctable, wanted in ((0, AER_CORRECTABLE, "severity=Correct"),
                                               (AER_NON_FATAL, 0, "device recovery successful")):
        mark = len(run("dmesg"))
        report_error(bench, uncorrectable, correctable)
        wait_for(lambda mark=mark, wanted=wanted: wanted in run("dmesg")[mark:], f"'{wanted}' in the log")
        bench.wait_link()
        bench.ping()


def revive(bench):
    """A driver may give a device up that reads as all ones; bound anew it has to take it."""
    run(f"ip link set {bench.name} down", check=False)
    run(f"echo {bench.pci} >{DRIVERS}/{bench.driver}/unbind", check=False)
    run(f"echo {bench.pci} >{DRIVERS}/{bench.driver}/bind", check=False)
    run("vmctl address", check=False)


@survives
def everything_by_chance(bench):
    # A completion that is lost for good ends in a timeout, and that is as it should be.
    run('vmctl expect "NETDEV WATCHDOG"')
    for seed in SEEDS:
        before = bench.model.ask("statistics")["faults"]
        bench.model.ask("random", seed=seed, frames=FRAMES)
        left = FRAMES
        for _ in range(FRAMES):
            bench.model.ask("generate", kind="tcp4", source="192.0.2.7", destination="192.0.2.1", tcp_flags=4,
                            destination_port=9, source_port=2000, count=BURST, flows=BURST)
            run("ping -q -c 2 -i 0.2 -W 1 192.0.2.2", check=False)
            now = bench.model.ask("statistics")["frames_left"]
            if now == left:
                revive(bench)
            left = now
            if left == 0:
                break
        now = bench.model.ask("statistics")["faults"]
        struck = {name: now[name] - before.get(name, 0) for name in now if now[name] != before.get(name, 0)}
        print(f"# seed {seed}: {struck}", flush=True)
        bench.model.ask("clear")
        expect(left == 0, f"{left} of {FRAMES} frames did not pass")
        if "1 received" not in run("ping -q -c 1 -W 10 192.0.2.2", check=False):
            revive(bench)
        healthy(bench)
    run("vmctl expect-end")


# -- What stays


def device_gone(bench):
    """The process behind port 0 hangs up: surprise removal. Nothing comes after it but the end."""
    bench.model.ask("remove")
    time.sleep(3)
    run(f"ip link set {bench.name} down", check=False)
    unbind(bench)


def nothing_stays(bench):
    """Without a port in use no page is out and no pool is left; the module can go."""
    run(f"ip link set {bench.name} down", check=False)
    run(f"ip -n peer link set {bench.peer} down")
    wait_for(lambda: not page_pools(), lambda: f"page pools are gone: {page_pools()}")
    expect(bench.driver in run("cat /proc/modules"), "no module?")
    run(f"modprobe -r {bench.driver}")


def memory_respected(bench):
    for port in ("port0", "port1"):
        seen = bench.model.ask("statistics", port)
        expect(seen["driver_faults"]["count"] == 0, seen["driver_faults"]["last"])
        expect(not seen["dma_faults"]["last"], seen["dma_faults"]["last"])


CASES = [
    length_beyond_the_buffer, end_of_packet_never, frame_without_end_in_long_buffers, random_status, wrong_vlan,
    wrong_checksum_verdict, status_without_descriptor, status_in_the_wrong_slot, receive_stall_is_reported,
    device_errors_are_reported, receive_stalls, frames_lost_in_the_device, crc_bursts,
    interrupt_lost, interrupt_for_other_causes_lost, interrupt_twice_or_late,
    transmit_hangs, completion_not_reported, completion_beyond_the_ring, completion_of_what_was_not_sent, slow_transmit,
    nvm_with_a_wrong_sum, phy_silent_at_probe, semaphore_stuck_at_probe, phy_silent_in_use, semaphore_stuck_in_use,
    all_ones_for_a_while, all_ones_for_ever, link_flaps, aer_errors, everything_by_chance,
    memory_respected, device_gone, nothing_stays,
]


if __name__ == "__main__":
    main(chosen(CASES, sys.argv[1:]))
