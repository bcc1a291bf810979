# SPDX-License-Identifier: GPL-2.0-only
"""Many flows of hand-made frames, and the queues that they come to."""

import re
import socket

from net.lib.py import KsftFailEx

from .counters import Deltas, strings
from .frames import TCP, build
from .shell import output, wait_until

# Addresses that nobody has: the stack counts the packets and drops them without an answer.
NOBODY = {"4": ("198.51.100.1", "203.0.113.1"), "6": ("2001:db8:5::1", "2001:db8:6::1")}


def raw_socket(card):
    """A packet socket on the peer's interface: what is sent goes out as it is."""
    with card.in_peer():
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((card.peer.name, 0))
    return raw


def flow(card, number, version="4", protocol=TCP):
    """The frame of one flow to the card, told apart from others by its ports."""
    source, target = NOBODY[version]
    return build(card.peer.mac, card.port.mac, source, target, protocol, (1024 + number, 5000 + number % 7), b"igbr" * 8)


def queue_counters(card, what="rx_queue_{}_packets"):
    """A counter of each queue, by queue."""
    pattern = re.compile("^" + what.format(r"(\d+)") + "$")
    found = {}
    for name, value in strings(card.ifname):
        if match := pattern.match(name):
            found[int(match[1])] = value
    if not found:
        raise KsftFailEx(f"ethtool -S has no {what.format('N')}")
    return found


def arrivals(card, frames):
    """Send the frames, fewer than a ring has descriptors, and return how many came to each queue."""
    before = queue_counters(card)
    with raw_socket(card) as raw:
        for frame in frames:
            raw.send(frame)
    goal = sum(before.values()) + len(frames)
    wait_until(lambda: sum(queue_counters(card).values()) >= goal, f"{len(frames)} frames on the queues", limit=30)
    after = queue_counters(card)
    return Deltas({queue: after[queue] - before[queue] for queue in after})


def indirection(card):
    """The indirection table and the key (bytes, or None where the driver does not show it)."""
    text = output(f"ethtool -x {card.ifname}")
    rows = re.findall(r"^ *\d+: +([\d ]+)$", text, re.MULTILINE)
    table = [int(word) for row in rows for word in row.split()]
    key = re.search(r"^((?:[0-9a-f]{2}:)+[0-9a-f]{2})$", text, re.MULTILINE)
    return table, bytes.fromhex(key[1].replace(":", "")) if key else None
