# SPDX-License-Identifier: GPL-2.0-only
"""Receive side scaling: where flows arrive, as the device counts, against the hash as computed here. Runs in the guest."""

import ipaddress
import random
import re
import struct

from guest import expect, run, wait_for

# Flows that differ by their source port only
GROUP = 5
# What fits a packet buffer and a ring: the model's generator knows no pace.
BURST = 50
ENDS = {"4": ("192.0.2.64", "192.0.2.1"), "6": ("2001:db8::40", "2001:db8::1")}


def toeplitz(key, data):
    number = int.from_bytes(key, "big")
    result = 0
    for position in range(len(data) * 8):
        if data[position // 8] >> (7 - position % 8) & 1:
            result ^= number >> (len(key) * 8 - 32 - position) & 0xffffffff
    return result


def table(bench):
    """The indirection table that the driver shows."""
    return [int(word) for line in re.findall(r"^ +\d+:(.*)$", run(f"ethtool -x {bench.name}"), re.MULTILINE)
            for word in line.split()]


def flows_of(kind, groups):
    """Addresses and ports from all over, in groups of GROUP neighbours: with any key they spread."""
    chance = random.Random(1)
    source, destination = ENDS[kind[-1]]
    first = int(ipaddress.ip_address(source))
    for _ in range(groups):
        address = str(ipaddress.ip_address(first + chance.randrange(64)))
        yield {"source": address, "destination": destination, "source_port": chance.randrange(1024, 65000),
               "destination_port": chance.randrange(1024, 65000)}


def arrive(bench, kind, key, rings, groups, ports=True):
    """Flows of a kind come to the queues where key and table lead them; how many to each."""
    entries, wanted = table(bench), [0] * rings
    before = bench.model.received()
    for flow in flows_of(kind, groups):
        addresses = b"".join(ipaddress.ip_address(flow[end]).packed for end in ("source", "destination"))
        for port in range(flow["source_port"], flow["source_port"] + GROUP):
            data = addresses + struct.pack(">HH", port, flow["destination_port"]) if ports else addresses
            wanted[entries[toeplitz(key, data) % len(entries)]] += 1
        bench.model.ask("generate", kind=kind, count=GROUP, flows=GROUP, tcp_flags=4, **flow)
        if sum(wanted) % BURST == 0:
            due = sum(before) + sum(wanted)
            wait_for(lambda due=due: sum(bench.model.received()) >= due, f"{kind}: a burst arrives")
    seen = [now - then for now, then in zip(bench.model.received(), before)][:rings]
    strays = sum(abs(a - b) for a, b in zip(seen, wanted))
    # A neighbour's own chatter may have slipped in.
    expect(strays <= 3, f"{kind}: {seen} where {wanted} was due")
    return wanted
