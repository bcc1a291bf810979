#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The generic netlink family igbr, asked by the kernel's own client after the specification: vectors and rings tell the truth."""

import functools
import os

from lib.py import KsftSkipEx, NlError, defer, ksft_eq, ksft_ge, ksft_in, ksft_raises, ksft_true
from lib.py import interrupts, run, sh, wait_until
from lib.py.traffic import carries, load, ping
from net.lib.py.ynl import YnlFamily
from netdev_genl import napis

SPEC = os.environ.get("IGBR_SPEC", "/igbr/Documentation/netlink/igbr.yaml")


@functools.cache
def client():
    return YnlFamily(SPEC, schema="")


def family(card):
    card.needs_igbr("it has no family of its own")
    if not os.path.exists(SPEC):
        raise KsftSkipEx(f"no {SPEC}: set IGBR_SPEC")
    return client()


def vectors(card):
    return family(card).dump("vector-get", {"ifindex": card.ifindex})


def rings(card):
    return family(card).dump("ring-get", {"ifindex": card.ifindex})


def lines_of(card):
    return [line.number for line in interrupts().values() if line.actions.startswith(card.ifname)]


def vectors_are_true(card):
    """Each queue pair has its vector, with the interrupt and the NAPI instance that others tell of."""
    for count in (1, 3, card.channels()):
        family(card)
        card.set_channels(count)
        found = vectors(card)
        ksft_eq({one["ifindex"] for one in found}, {card.ifindex}, "the port")
        pairs = {one["queue"]: one for one in found if "queue" in one}
        ksft_eq(sorted(pairs), list(range(count)), "queue pairs")
        ksft_eq(sorted(one["irq"] for one in found), sorted(lines_of(card)), "interrupts")
        ksft_eq({one["napi-id"] for one in pairs.values()}, set(napis(card)), "NAPI instances")


def throttles(card):
    """A throttle that is set is the one that the device has; a dynamic one is told as such."""
    family(card)
    defer(sh, f"ethtool -C {card.ifname} rx-usecs 1 tx-usecs 50")
    for usecs, adaptive in ((8191, False), (0, False), (3, True), (1, True), (100, False)):
        sh(f"ethtool -C {card.ifname} rx-usecs {usecs} tx-usecs 77")
        for one in vectors(card):
            if "queue" not in one:
                continue
            ksft_eq((one["rx-usecs"], one["tx-usecs"], bool(one.get("adaptive"))), (usecs, 77, adaptive), "as set")
            if not adaptive:
                ksft_eq(one["interval"], usecs, "as the device has it")


def rings_are_true(card):
    """Each queue has two rings of the sizes that were set; at rest nothing is under way, and indices move with traffic."""
    family(card)
    defer(sh, f"ethtool -G {card.ifname} rx 256 tx 256")
    sh(f"ethtool -G {card.ifname} rx 512 tx 128")
    card.ready()
    ping(card)

    def rests(ring):
        if ring["type"] == "tx":
            return ring["written-back"] == ring["next-to-use"] == ring["next-to-clean"] == ring["head"] == ring["tail"]
        return (ring["tail"], ring["head"]) == (ring["next-to-use"], ring["next-to-clean"])

    def at_rest():
        found = rings(card)
        return found if all(rests(ring) for ring in found) else None
    found = wait_until(at_rest, "all rings to rest")
    for kind, count in (("rx", 512), ("tx", 128)):
        its = [one for one in found if one["type"] == kind]
        ksft_eq(sorted(one["queue"] for one in its), list(range(card.channels())), f"{kind} rings")
        ksft_eq({one["count"] for one in its}, {count}, f"descriptors of {kind} rings")
        ksft_true(all(one[index] < count for one in its for index in ("head", "tail", "next-to-use", "next-to-clean")),
                  f"indices within the ring: {its}")
    for one in found:
        if one["type"] == "rx":
            ksft_ge(one["buffer-len"], 1518, "bytes of a receive buffer")
        ksft_true(not one.get("starved") and not one.get("stopped"), f"a ring at rest: {one}")


def asked_under_load(card):
    """Who asks all the time, through changes, disturbs nobody; a port that is down has none."""
    family(card)
    with load(card):
        for count in (2, 1, card.channels()):
            card.set_channels(count)
            for _ in range(20):
                ksft_eq(len(rings(card)), 2 * count, "rings")
                ksft_ge(len(vectors(card)), count, "vectors")
    defer(sh, f"ip link set dev {card.ifname} up")
    sh(f"ip link set dev {card.ifname} down")
    ksft_eq((vectors(card), rings(card)), ([], []), "of a port that is down")
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    carries(card)


def refusals(card):
    """What is no port of igbr's is refused with a reason."""
    ours = family(card)
    for words in ({}, {"ifindex": 1}, {"ifindex": 0x7fffffff}):
        for operation in ("vector-get", "ring-get"):
            with ksft_raises(NlError) as raised:
                ours.dump(operation, words)
            ksft_in("igbr" if words else "ifindex", str(raised.exception), f"{operation} with {words}")


if __name__ == "__main__":
    run(__file__, [vectors_are_true, throttles, rings_are_true, asked_under_load, refusals])
