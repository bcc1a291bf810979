#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Closing and opening under traffic, and a stuck transmit queue."""

import contextlib
import os
import re
import shutil
import socket
import struct

from lib.py import defer, ksft_eq, ksft_ge, ksft_true
from lib.py import full, interrupts, output, read, run, sh, stats64, strings, wait_until
from lib.py.leaks import held_when_closed
from lib.py.traffic import OUT, WAYS, blast, carries, load, make_socket, ping

PCI_COMMAND, BUS_MASTER = 4, 0x4
SO_SNDBUFFORCE = 32     # the socket module does not have it


def closed(card):
    """What the kernel holds while the port is closed; then it is open again."""
    sh(f"ip link set dev {card.ifname} down")
    found = held_when_closed(card)[0]
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    return found


def down_up(card):
    """50 times down and up while TCP runs, every other time without waiting for the link: nothing stays behind."""
    before = closed(card)
    with load(card):
        for turn in range(50):
            sh(f"ip link set dev {card.ifname} down")
            sh(f"ip link set dev {card.ifname} up")
            if turn % 10 == 9:
                card.ready()
                ping(card)
    ksft_eq(closed(card), before, "what the kernel holds after 50 rounds")
    carries(card)


def flood_from_peer(card):
    """The port opens into a flood: what comes before it is ready does no harm."""
    with make_socket(card, card.remote, "4", socket.SOCK_DGRAM) as source:
        for _ in range(full(20, 5)):
            sh(f"ip link set dev {card.ifname} down")
            blast(source, card.address["4"])
            sh(f"ip link set dev {card.ifname} up")
            blast(source, card.address["4"])
            card.ready()
    carries(card)


class Config:
    """The PCI configuration space of the card, behind its driver's back."""

    def __init__(self, card):
        self.path = f"{card.port.device}/config"

    def command(self):
        with open(self.path, "rb") as file:
            return struct.unpack_from("<H", file.read(64), PCI_COMMAND)[0]

    def bus_master(self, on):
        value = self.command() | BUS_MASTER if on else self.command() & ~BUS_MASTER
        handle = os.open(self.path, os.O_WRONLY)
        try:
            os.pwrite(handle, struct.pack("<H", value), PCI_COMMAND)
        finally:
            os.close(handle)


@contextlib.contextmanager
def expected_report(text):
    """Tell the laboratory, where there is one, that the kernel is about to report this."""
    lab = shutil.which("vmctl")
    if lab:
        sh(f"vmctl expect '{text}'")
    try:
        yield
    finally:
        if lab:
            sh("vmctl expect-end")


def timeouts(card):
    """Transmit timeouts that the kernel has seen, of all queues."""
    folder = f"/sys/class/net/{card.ifname}/queues"
    return sum(int(read(f"{folder}/{name}/tx_timeout")) for name in os.listdir(folder) if name.startswith("tx-"))


def tx_timeout(card):
    """A card that cannot reach memory any more stops sending: the kernel notices, the driver resets, traffic goes on."""
    config = Config(card)
    before, own = timeouts(card), dict(strings(card.ifname))["tx_timeout_count"]
    defer(config.bus_master, True)
    with expected_report("NETDEV WATCHDOG"), make_socket(card, None, "4", socket.SOCK_DGRAM) as source:
        # A queue is stuck when it is full and stays so.
        source.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 64 << 20)
        config.bus_master(False)

        def stuck():
            blast(source, card.peer_address["4"], 500)
            return timeouts(card) > before
        wait_until(stuck, "the kernel to notice that nothing is sent", pause=0.2)
        config.bus_master(True)
        wait_until(lambda: dict(strings(card.ifname))["tx_timeout_count"] > own, "the driver to count the timeout")
        card.ready()
        wait_until(lambda: sh(f"ping -c 1 -W 1 {card.peer_address['4']}", ok=False).ret == 0, "traffic after the reset")
    card.ready()
    carries(card)
    ping(card, OUT, count=100)


if __name__ == "__main__":
    run(__file__, [down_up, flood_from_peer, tx_timeout])
