# SPDX-License-Identifier: GPL-2.0-only
"""Receive side scaling: where flows arrive, as the device counts, against the hash as computed here. Runs in the guest."""

import ipaddress
import itertools
import random
import re
import struct

from guest import expect, run, wait_for

ENTRIES = 128
# Flows that differ by their source port only, or frames of one
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


def flows_of(kind):
    """Addresses and ports from all over, without end: with any key they spread."""
    chance = random.Random(1)
    source, destination = ENDS[kind[-1]]
    first = int(ipaddress.ip_address(source))
    while True:
        address = str(ipaddress.ip_address(first + chance.randrange(64)))
        yield {"source": address, "destination": destination, "source_port": chance.randrange(1024, 65000),
               "destination_port": chance.randrange(1024, 65000)}


def groups_of(kind, groups):
    """Groups of GROUP neighbours"""
    for flow in itertools.islice(flows_of(kind), groups):
        yield {**flow, "count": GROUP, "flows": GROUP}


def one_for_each_entry(kind, key):
    """A flow for each entry of the table, of so many frames that none can be wrong unseen"""
    missing = set(range(ENTRIES))
    for flow in flows_of(kind):
        entry = entry_of(flow, key, flow["source_port"])
        if entry in missing:
            missing.remove(entry)
            yield {**flow, "count": GROUP, "flows": 1}
        if not missing:
            return


def entry_of(flow, key, port, ports=True):
    """Where in the table the device looks up a flow that comes from this port"""
    data = b"".join(ipaddress.ip_address(flow[end]).packed for end in ("source", "destination"))
    if ports:
        data += struct.pack(">HH", port, flow["destination_port"])
    return toeplitz(key, data) % ENTRIES


def arrive(bench, kind, key, rings, flows, ports=True):
    """Flows of a kind come to the queues where key and table lead them; how many to each."""
    entries, wanted = table(bench), [0] * rings
    before = bench.model.received()
    for flow in flows:
        for number in range(flow["count"]):
            wanted[entries[entry_of(flow, key, flow["source_port"] + number % flow["flows"], ports)]] += 1
        bench.model.ask("generate", kind=kind, tcp_flags=4, **flow)
        if sum(wanted) % BURST == 0:
            due = sum(before) + sum(wanted)
            wait_for(lambda due=due: sum(bench.model.received()) >= due, f"{kind}: a burst arrives")
    seen = [now - then for now, then in zip(bench.model.received(), before)][:rings]
    strays = sum(abs(a - b) for a, b in zip(seen, wanted))
    # A neighbour's own chatter may have slipped in.
    expect(strays <= 3, f"{kind}: {seen} where {wanted} was due")
    return wanted
