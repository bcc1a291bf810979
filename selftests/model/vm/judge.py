#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The independent judge: the in-tree igb has to find nothing wrong with the device model. Runs in the guest.

igbr is put to the same questions.
"""

import ipaddress
import re
import struct
import subprocess
import sys
import time

from guest import Lacking, chosen, expect, main, run, wait_for

FRAMES = 400
# What fits a packet buffer and a ring: the model's generator knows no pace.
BURST = 50


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


def toeplitz(key, data):
    number = int.from_bytes(key, "big")
    result = 0
    for position in range(len(data) * 8):
        if data[position // 8] >> (7 - position % 8) & 1:
            result ^= number >> (len(key) * 8 - 32 - position) & 0xffffffff
    return result


def rss(bench):
    """Where each flow arrives, by the driver's own counters, against the hash as computed here."""
    rings = int(run(f"ls -d /sys/class/net/{bench.name}/queues/rx-* | wc -l"))
    key = b"".join(struct.pack("<I", bench.model.ask("register", offset=0x5c80 + 4 * i)["value"]) for i in range(10))
    expect(any(key), "no hash key")
    table = [int(word) for line in re.findall(r"^ +\d+:(.*)$", run(f"ethtool -x {bench.name}"), re.MULTILINE)
             for word in line.split()]
    expect(len(table) == 128, f"a table of {len(table)} entries")
    for kind, source, destination in (("tcp4", "192.0.2.7", "192.0.2.1"), ("tcp6", "2001:db8::7", "2001:db8::1")):
        wanted = [0] * rings
        for port in range(FRAMES):
            data = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
            data += struct.pack(">HH", 2000 + port, 9)
            wanted[table[toeplitz(key, data) % 128]] += 1
        if rings > 1:
            expect(min(wanted) > FRAMES / rings / 2, f"the flows do not spread: {wanted}")
        before = bench.model.received()
        for first in range(0, FRAMES, BURST):
            bench.model.ask("generate", kind=kind, source=source, destination=destination, source_port=2000 + first,
                            destination_port=9, count=BURST, flows=BURST, tcp_flags=4)
            due = sum(before) + first + BURST
            wait_for(lambda due=due: sum(bench.model.received()) >= due, f"{kind}: a burst arrives")
        seen = [now - then for now, then in zip(bench.model.received(), before)][:rings]
        strays = sum(abs(a - b) for a, b in zip(seen, wanted))
        # A neighbour's own chatter may have slipped in.
        expect(strays <= 3, f"{kind}: {seen} where {wanted} was due")


def settled(bench, name, wanted):
    """The counter's growth, once the driver has seen all of it."""
    def arrived():
        return bench.counters()[name] - bench.statistics_before[name] >= wanted
    wait_for(arrived, f"{name} grows by {wanted}", 30)
    return bench.counters()[name] - bench.statistics_before[name]


def counters(bench):
    """What the driver shows is what the device did."""
    for attempt in range(5):
        mine, theirs = bench.counters(), bench.model.ask("statistics")
        time.sleep(0.5)
        quiet = bench.model.ask("statistics")["rx"]["offered"] == theirs["rx"]["offered"]
        if quiet:
            break
    expect(quiet, f"the cable does not become quiet in {attempt + 1} attempts")
    bench.statistics_before = bench.counters()
    sent_before, received_before = bench.model.transmitted(), sum(bench.model.received())
    bench.model.ask("generate", count=100, kind="udp4", destination="192.0.2.1", destination_port=9)
    bench.model.ask("generate", count=7, bad_crc=True)
    bench.model.ask("generate", count=5, payload=1600)
    bench.model.ask("inject", count=3, hex="020000000001" + "020000000099" + "88b5" + "00" * 20)
    expect(settled(bench, "rx_crc_errors", 7) == 7, "rx_crc_errors")
    expect(settled(bench, "rx_long_length_errors", 5) == 5, "rx_long_length_errors")
    expect(settled(bench, "rx_short_length_errors", 3) == 3, "rx_short_length_errors")
    settled(bench, "rx_packets", 100)
    now = bench.counters()
    received = sum(bench.model.received()) - received_before
    sent = bench.model.transmitted() - sent_before
    expect(abs(now["rx_packets"] - bench.statistics_before["rx_packets"] - received) <= 2,
           f"rx_packets {now['rx_packets'] - bench.statistics_before['rx_packets']}, the device gave {received}")
    expect(abs(now["tx_packets"] - bench.statistics_before["tx_packets"] - sent) <= 2,
           f"tx_packets {now['tx_packets'] - bench.statistics_before['tx_packets']}, the device took {sent}")


def self_test(bench):
    done = subprocess.run(["ethtool", "-t", bench.name, "offline"], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    result = done.stdout
    bench.need("Operation not supported" not in result, "self-test")
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


def power_saving(bench):
    """Into D3 and back: the driver lets a port without link sleep."""
    bench.need(bench.has_function("runtime_suspend"), "runtime power management")
    path = f"/sys/bus/pci/devices/{bench.pci}/power"
    run(f"ip link set {bench.name} down && echo auto >{path}/control")
    try:
        wait_for(lambda: run(f"cat {path}/runtime_status").strip() == "suspended", "the device sleeps")
    finally:
        run(f"echo on >{path}/control")
    wait_for(lambda: run(f"cat {path}/runtime_status").strip() == "active", "the device is awake")
    bench.readdress()
    bench.ping()


def no_faults(bench):
    for port in ("port0", "port1"):
        seen = bench.model.ask("statistics", port)
        expect(seen["driver_faults"]["count"] == 0, seen["driver_faults"]["last"])
        expect(not seen["dma_faults"]["last"], seen["dma_faults"]["last"])


CASES = [probe, interrupts, ping, tcp, vlan, jumbo, rss, counters, self_test, link_loss, function_level_reset,
         function_level_reset_in_use, sleep, power_saving, no_faults]


if __name__ == "__main__":
    main(chosen(CASES, sys.argv[1:]))
