#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The independent judge: the in-tree igb has to find nothing wrong with the device model. Runs in the guest.

igbr is put to the same questions.
"""

import contextlib
import re
import struct
import subprocess
import sys
import time

from guest import Lacking, chosen, expect, main, run, wait_for
from hashing import GROUP, arrive, groups_of, table

FRAMES = 400


def probe(bench):
    info = run(f"ethtool -i {bench.name}")
    expect(f"driver: {bench.driver}\n" in info, info)
    link = run(f"ethtool {bench.name}")
    expect("Speed: 1000Mb/s" in link and "Duplex: Full" in link, link)
    mac = bench.model.ask("statistics")["mac"]
    device = run(f"cat /sys/bus/pci/devices/{bench.pci}/device").strip()
    known = {"82575": "0x10a7", "82576": "0x10c9", "82580": "0x150e", "i350": "0x1521", "i354": "0x1f41",
             "i210": "0x1533", "i210-flashless": "0x157b", "i211": "0x1539"}
    expect(known[mac] == device, f"{mac} is {device}")


def interrupts(bench):
    """The kind of interrupt that the model offers is the kind that is used."""
    capabilities = run(f"setpci -s {bench.pci} 0x70.B").strip(), run(f"setpci -s {bench.pci} 0x50.B").strip()
    used = run("cat /proc/interrupts")
    lines = [line for line in used.splitlines() if re.search(rf"\b{bench.name}(\b|-)", line)]
    nomsi = "pci=nomsi" in run("cat /proc/cmdline")
    wanted = "IO-APIC" if nomsi else "PCI-MSIX" if capabilities[0] == "11" else \
        "PCI-MSI" if capabilities[1] == "05" else "IO-APIC"
    expect(lines and all(wanted in line for line in lines), f"{wanted} wanted: {lines}")
    bench.ping()


# Counters that the drivers call by different names.
SEGMENTED = {"igb": "tx_tcp_seg_good", "igbr": "tx_tso_contexts"}
GOOD_FRAMES = {"igb": "rx_packets", "igbr": "rx_frames_good"}
DROPS = {"igb": "drops", "igbr": "hw_drops"}
CRC = 4


def ping(bench):
    bench.ping("192.0.2.2")
    bench.ping("2001:db8::2")
    bench.ping("192.0.2.2", more="-s 1400")


def stream(bench, reverse, server, family=""):
    before = bench.counters()
    bench_server = subprocess.Popen(["ip", "netns", "exec", "peer", "iperf3", "-s", "-1"],
                                    stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: ":5201" in run("ip netns exec peer ss -Hltn"), "iperf3 listens")
        run(f"iperf3 {family} -c {server} -n 20M {'-R' if reverse else ''}")
    finally:
        bench_server.wait(60)
    after = bench.counters()
    return {name: after[name] - before.get(name, 0) for name in after}


def tcp(bench):
    """Both ways, both families, with segmentation done by the device, and not one bad checksum."""
    segmented = SEGMENTED[bench.driver]
    for server, family in (("192.0.2.2", ""), ("2001:db8::2", "-6")):
        delta = stream(bench, False, server, family)
        expect(delta[segmented] > 100, f"few segmented packets: {delta[segmented]}")
        expect(delta["tx_packets"] > 10000, f"{delta['tx_packets']} frames for 20 MB")
        delta = stream(bench, True, server, family)
        expect(delta["rx_packets"] > 10000, f"{delta['rx_packets']} frames for 20 MB")
    counters = bench.counters()
    bad = {name: value for name, value in counters.items() if "csum" in name and "err" in name and value}
    expect(not bad, str(bad))


def vlan(bench):
    run(f"ip link add link {bench.name} name judge.5 type vlan id 5 && ip addr add 198.51.100.1/24 dev judge.5 && "
        "ip link set judge.5 up")
    run(f"ip -n peer link add link {bench.peer} name judge.5 type vlan id 5 && "
        "ip -n peer addr add 198.51.100.2/24 dev judge.5 && ip -n peer link set judge.5 up")
    try:
        bench.ping("198.51.100.2")
        filters = "rx-vlan-filter: on" in run(f"ethtool -k {bench.name}")
        bench.need(filters, "VLAN filter (frames with a tag do pass)")
        before = bench.model.ask("statistics")["rx"]["filtered"]
        bench.model.ask("generate", count=7, tci=77)
        after = bench.model.ask("statistics")["rx"]["filtered"]
        expect(after - before >= 7, f"VLAN 77 is not filtered: {after - before}")
    finally:
        run("ip link del judge.5; ip -n peer link del judge.5")


def jumbo(bench):
    run(f"ip link set {bench.name} mtu 9000 && ip -n peer link set {bench.peer} mtu 9000")
    try:
        bench.wait_link()
        bench.ping("192.0.2.2", more="-M do -s 8972")
        delta = stream(bench, False, "192.0.2.2")
        expect(delta["tx_packets"] < 10000, f"{delta['tx_packets']} frames for 20 MB at MTU 9000")
    finally:
        run(f"ip link set {bench.name} mtu 1500 && ip -n peer link set {bench.peer} mtu 1500")
        bench.wait_link()


def rss(bench):
    """Where each flow arrives, as the device counts, against the hash as computed here."""
    rings = int(run(f"ls -d /sys/class/net/{bench.name}/queues/rx-* | wc -l"))
    key = b"".join(struct.pack("<I", bench.model.ask("register", offset=0x5c80 + 4 * i)["value"]) for i in range(10))
    expect(any(key), "no hash key")
    expect(len(table(bench)) == 128, f"a table of {len(table(bench))} entries")
    for kind in ("tcp4", "tcp6"):
        wanted = arrive(bench, kind, key, rings, groups_of(kind, FRAMES // GROUP))
        if rings > 1:
            expect(min(wanted) > FRAMES / rings / 2, f"the flows do not spread: {wanted} by the key {key.hex()}")


def growth(bench, before):
    """What driver and model counted since: pairs by name. What the driver has no counter of has to be nothing."""
    theirs, mine = before
    counters, seen = bench.counters(), bench.model.ask("statistics")
    pairs = {"rx_missed_errors": seen["rx"]["missed"] - mine["rx"]["missed"],
             "rx_no_buffer_count": seen["rx"]["no_buffer"] - mine["rx"]["no_buffer"],
             GOOD_FRAMES[bench.driver]: good_frames(seen["rx"]) - good_frames(mine["rx"])}
    for way, fields in (("rx", {"packets": "frames", DROPS[bench.driver]: "dropped"}), ("tx", {"packets": "frames"})):
        queues = zip(seen[way]["queues"], mine[way]["queues"])
        for number, (now, then) in enumerate(queues):
            for name, field in fields.items():
                pairs[f"{way}_queue_{number}_{name}"] = now[field] - then[field]
            if way == "rx":
                octets, frames = (now[field] - then[field] for field in ("octets", "frames"))
                pairs[f"rx_queue_{number}_bytes"] = octets - CRC * frames
    return {name: (counters.get(name, 0) - theirs.get(name, 0), device) for name, device in pairs.items()}


def good_frames(receiver):
    """Those that passed the filters and found room in the packet buffer, whatever became of them."""
    return receiver["queue_off"] + sum(queue["frames"] + queue["dropped"] for queue in receiver["queues"])


def counters(bench):
    """What the driver shows is what the device did, queue by queue; the damaged frames are known by their number."""
    before = bench.counters(), bench.model.ask("statistics")
    generated = {"kind": "udp4", "destination": "192.0.2.1", "destination_port": 9}
    bench.model.ask("generate", count=100, flows=50, **generated)
    bench.model.ask("generate", count=7, bad_crc=True)
    bench.model.ask("generate", count=5, payload=1600)
    bench.model.ask("inject", count=3, hex="020000000001" + "020000000099" + "88b5" + "00" * 20)
    try:
        bench.model.ask("fault", fault="rx_drop", count=4)
        bench.model.ask("generate", count=4, **generated)
        # For want of descriptors a frame waits, or its queue drops it, as the driver has it.
        bench.model.ask("fault", fault="rx_stall", ms=500)
        bench.model.ask("generate", count=6, **generated)
        bench.ping(count=5)
    finally:
        bench.model.ask("clear")
    seen = {}

    def equal():
        nonlocal seen
        seen = growth(bench, before)
        return all(theirs == mine for theirs, mine in seen.values())
    wait_for(equal, lambda: f"counters of driver and device: {[(k, v) for k, v in seen.items() if v[0] != v[1]]}", 30)
    expect(sum(mine for name, (_, mine) in seen.items() if re.fullmatch(r"rx_queue_\d+_packets", name)) >= 100,
           f"few frames: {seen}")
    expect(seen["rx_missed_errors"][1] == 4, f"missed: {seen['rx_missed_errors']}")
    waited = sum(mine for name, (_, mine) in seen.items() if name.endswith(("drops", "no_buffer_count")))
    expect(waited > 0, "no frame found a queue without descriptors")
    now = bench.counters()
    for name, wanted in (("rx_crc_errors", 7), ("rx_long_length_errors", 5), ("rx_short_length_errors", 3)):
        expect(now[name] - before[0][name] == wanted, f"{name} grew by {now[name] - before[0][name]}, not {wanted}")


# igb gives an interrupt that it raised itself 10 ms to arrive, and says 4 if it did not: a busy machine may need more.
LATE = re.compile(r"^Interrupt test.*\s4$", re.MULTILINE)
SELF_TESTS = 5


def self_test(bench):
    for _ in range(SELF_TESTS):
        done = subprocess.run(["ethtool", "-t", bench.name, "offline"], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        result = done.stdout
        bench.need("Operation not supported" not in result, "self-test")
        if not LATE.search(result):
            break
    expect("result is PASS" in result, result)
    bench.wait_link()
    bench.ping()


def link_loss(bench):
    bench.model.ask("cable", plugged=False)
    try:
        wait_for(lambda: not bench.carrier(), "no carrier")
    finally:
        bench.model.ask("cable", plugged=True)
    bench.wait_link()
    bench.ping()


def reset(bench):
    run(f"echo flr >/sys/bus/pci/devices/{bench.pci}/reset_method && echo 1 >/sys/bus/pci/devices/{bench.pci}/reset")


def function_level_reset(bench):
    run(f"ip link set {bench.name} down")
    reset(bench)
    bench.readdress()
    bench.ping()


def function_level_reset_in_use(bench):
    if not bench.has_function("reset_prepare"):
        raise Lacking(f"{bench.driver} does not ask to be told of a reset")
    reset(bench)
    bench.wait_link()
    bench.ping()


def sleep(bench):
    """The whole machine goes to sleep and wakes, all but the last step of it, with the port in use."""
    bench.need(bench.has_function("suspend"), "power management")
    run("echo 1 >/sys/module/suspend/parameters/pm_test_delay && echo platform >/sys/power/pm_test")
    try:
        run("echo freeze >/sys/power/state")
    finally:
        run("echo none >/sys/power/pm_test")
    bench.wait_link()
    bench.ping()
    delta = stream(bench, False, "192.0.2.2")
    expect(delta["tx_packets"] > 10000, f"{delta['tx_packets']} frames for 20 MB")


def power_is(bench, state, seconds=60):
    path = f"/sys/bus/pci/devices/{bench.pci}/power/runtime_status"
    wait_for(lambda: run(f"cat {path}").strip() == state, f"the device is {state}", seconds)


@contextlib.contextmanager
def may_sleep(bench):
    bench.need(bench.has_function("runtime_suspend"), "runtime power management")
    path = f"/sys/bus/pci/devices/{bench.pci}/power/control"
    run(f"echo auto >{path}")
    try:
        yield
    finally:
        run(f"echo on >{path}")
    power_is(bench, "active")


def power_saving(bench):
    """Into D3 and back: the driver lets a port that is down sleep."""
    run(f"ip link set {bench.name} down")
    with may_sleep(bench):
        power_is(bench, "suspended")
    bench.readdress()
    bench.ping()


def link_wakes(bench):
    """Into D3 without a link, out of it by the link's wake-up."""
    if bench.driver == "igb":
        raise Lacking("igb opens the port without rtnl as it wakes, which the kernel warns of")
    with may_sleep(bench):
        bench.model.ask("cable", plugged=False)
        try:
            power_is(bench, "suspended")
        finally:
            bench.model.ask("cable", plugged=True)
        # Without its signal, igbr would find the link after a minute.
        power_is(bench, "active", seconds=30)
        bench.wait_link()
    bench.ping()


def no_faults(bench):
    for port in ("port0", "port1"):
        seen = bench.model.ask("statistics", port)
        expect(seen["driver_faults"]["count"] == 0, seen["driver_faults"]["last"])
        expect(not seen["dma_faults"]["last"], seen["dma_faults"]["last"])


CASES = [probe, interrupts, ping, tcp, vlan, jumbo, rss, counters, self_test, link_loss, function_level_reset,
         function_level_reset_in_use, sleep, power_saving,
         link_wakes, no_faults]


if __name__ == "__main__":
    main(chosen(CASES, sys.argv[1:]))
