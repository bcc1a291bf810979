#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""devlink: what the device is, and faults made on purpose: reported with a dump that names the queue, and recovered."""

import json
import os
import socket
import struct

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_in, ksft_true
from lib.py import output, run, sh, strings, wait_until
from lib.py.flows import arrivals, flow
from lib.py.trace import Trace
from lib.py.traffic import carries, make_socket, ping
from updown import SO_SNDBUFFORCE, Config, blast, expected_report

PCI_CAPABILITIES, PCI_CAP_MSIX = 0x34, 0x11
MSIX_FUNCTION_MASK = 1 << 14


class Muted:
    """A card that cannot signal: every MSI-X vector masked, behind its driver's back."""

    def __init__(self, card):
        self.path = f"{card.port.device}/config"
        with open(self.path, "rb") as file:
            space = file.read(256)
        place = space[PCI_CAPABILITIES]
        while place and space[place] != PCI_CAP_MSIX:
            place = space[place + 1]
        if not place:
            raise KsftSkipEx("the card has no MSI-X")
        self.place = place + 2

    def control(self):
        with open(self.path, "rb") as file:
            file.seek(self.place)
            return struct.unpack("<H", file.read(2))[0]

    def mute(self, on):
        value = self.control() & ~MSIX_FUNCTION_MASK | (MSIX_FUNCTION_MASK if on else 0)
        handle = os.open(self.path, os.O_WRONLY)
        try:
            os.pwrite(handle, struct.pack("<H", value), self.place)
        finally:
            os.close(handle)


def handle(card):
    return f"pci/{card.port.bdf}"


def devlink(card, words):
    return json.loads(output(f"devlink -j {words}"))


def reporter(card, name):
    found = devlink(card, f"health show {handle(card)}")["health"][handle(card)]
    return next(one for one in found if one["reporter"] == name)


def info(card):
    """The chip, its serial number and the version of its NVM, which is the one of ethtool -i."""
    card.needs_igbr("it has no devlink instance")
    said = devlink(card, f"dev info {handle(card)}")["info"][handle(card)]
    ksft_eq(said["driver"], "igbr")
    ksft_eq(said["serial_number"], card.port.mac, "serial number")
    ksft_eq(said["versions"]["fixed"]["asic.id"], "82576")
    ksft_in(said["versions"]["running"]["fw"], output(f"ethtool -i {card.ifname}"))


def dump_by_hand(card):
    """A dump can be had at any time; it has every queue and vector and the registers."""
    card.needs_igbr("it has no devlink instance")
    for name in ("tx", "rx", "device"):
        ksft_eq(reporter(card, name)["state"], "healthy", f"state of {name}")
        said = devlink(card, f"health dump show {handle(card)} reporter {name}")
        sh(f"devlink health dump clear {handle(card)} reporter {name}")
        count = card.channels()
        for part in ("rx_rings", "tx_rings", "vectors"):
            ksft_eq(len(said[part]), count, f"{part} in the dump of {name}")
        ksft_ge(len(said["registers"]), 1000, "bytes of registers")
        ksft_true("faulty_queue" not in said, "no queue is accused")
    ping(card)


def recover_by_hand(card):
    """A reset can be asked for, traffic goes on, and it is counted."""
    card.needs_igbr("it has no devlink instance")
    before = dict(strings(card.ifname))["reset_count"]
    # A reporter that is healthy has nothing to recover from.
    sh(f"devlink health recover {handle(card)} reporter device", ok=False)
    card.ready()
    ksft_eq(dict(strings(card.ifname))["reset_count"], before, "resets of a healthy device")
    ping(card)


def passes(card):
    card.ready()
    wait_until(lambda: sh(f"ping -c 1 -W 1 {card.peer_address['4']}", ok=False).ret == 0, "traffic after the reset")
    carries(card)


def hang(card, config):
    """Let the card not reach memory while it is to send, until that is reported; as long as it hangs, more can be."""
    errors = reporter(card, "tx")["error"]
    defer(config.bus_master, True)
    with make_socket(card, None, "4", socket.SOCK_DGRAM) as source:
        source.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 64 << 20)
        config.bus_master(False)

        def reported():
            blast(source, card.peer_address["4"], 500)
            return reporter(card, "tx")["error"] > errors
        wait_until(reported, "a report of the transmit hang", pause=0.2)


def transmit_hang(card):
    """A card that cannot reach memory stops sending: reported as tx, with the queue, and recovered."""
    card.needs_igbr("it has no devlink instance")
    recoveries, before = reporter(card, "tx")["recover"], dict(strings(card.ifname))["reset_count"]
    with Trace({"igbr:igbr_reset": f'name == "{card.ifname}"'}) as trace, expected_report("NETDEV WATCHDOG"):
        hang(card, Config(card))
        wait_until(lambda: reporter(card, "tx")["state"] == "healthy", "recovery")
        seen = [one["resets"] for one in trace.take()]
    ksft_eq(seen, list(range(before + 1, before + 1 + len(seen))), "resets in the trace, by their number")
    ksft_eq(dict(strings(card.ifname))["reset_count"], before + len(seen), "resets counted")
    ksft_ge(reporter(card, "tx")["recover"], recoveries + 1, "recoveries")
    said = devlink(card, f"health dump show {handle(card)} reporter tx")
    sh(f"devlink health dump clear {handle(card)} reporter tx")
    ksft_true(0 <= said["faulty_queue"] < card.channels(), f"faulty queue: {said.get('faulty_queue')}")
    ring = next(one for one in said["tx_rings"] if one["queue"] == said["faulty_queue"])
    ksft_true(ring["next_to_use"] != ring["next_to_clean"], f"the ring as it was stuck: {ring}")
    passes(card)


def left_to_the_user(card):
    """With auto_recover off a fault is reported, and the reset waits for the user."""
    card.needs_igbr("it has no devlink instance")
    config = Config(card)
    sh(f"devlink health set {handle(card)} reporter tx auto_recover false")
    defer(sh, f"devlink health set {handle(card)} reporter tx auto_recover true")
    resets = dict(strings(card.ifname))["reset_count"]
    with expected_report("NETDEV WATCHDOG"):
        hang(card, config)
        ksft_eq(reporter(card, "tx")["state"], "error", "state until the user acts")
        ksft_eq(dict(strings(card.ifname))["reset_count"], resets, "resets until the user acts")
        config.bus_master(True)
        sh(f"devlink health recover {handle(card)} reporter tx")
    ksft_eq(reporter(card, "tx")["state"], "healthy", "state afterwards")
    ksft_eq(dict(strings(card.ifname))["reset_count"], resets + 1, "resets afterwards")
    sh(f"devlink health dump clear {handle(card)} reporter tx")
    passes(card)


def muted(card):
    """A card whose signals do not arrive is looked after all the same, and needs no reset."""
    card.needs_igbr("its queues stand still")
    signals = Muted(card)
    resets = dict(strings(card.ifname))["reset_count"]
    defer(signals.mute, False)
    signals.mute(True)
    arrivals(card, [flow(card, number) for number in range(160)])
    signals.mute(False)
    ksft_eq(dict(strings(card.ifname))["reset_count"], resets, "resets")
    passes(card)


if __name__ == "__main__":
    run(__file__, [info, dump_by_hand, recover_by_hand, transmit_hang, left_to_the_user, muted])
