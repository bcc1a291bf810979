#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which fields of a flow are hashed: shown, changed where the device can, refused where it cannot, and done."""

import re

from lib.py import defer, ksft_eq, ksft_in, ksft_ne, ksft_true
from lib.py import output, refused, run, sh
from lib.py.flows import NOBODY, arrivals
from lib.py.frames import TCP, UDP, build

ADDRESSES = {"IP SA", "IP DA"}
PORTS = {"L4 bytes 0 & 1 [TCP/UDP src port]", "L4 bytes 2 & 3 [TCP/UDP dst port]"}


def fields(card, kind):
    text = output(f"ethtool -n {card.ifname} rx-flow-hash {kind}")
    return {line.strip() for line in text.splitlines() if re.match(r"(IP|L4) ", line.strip())}


def shown(card):
    """Each kind of flow shows what it is hashed by."""
    for version in "46":
        ksft_eq(fields(card, f"tcp{version}"), ADDRESSES | PORTS, f"tcp{version}")
        for kind in ("udp", "sctp", "ah", "esp"):
            ksft_eq(fields(card, f"{kind}{version}"), ADDRESSES, f"{kind}{version}")


def spread(card, version, protocol=UDP):
    """On how many queues the flows of one pair of addresses arrive."""
    source, target = NOBODY[version]
    # Ports that differ in many bits: with few, one of 64 random keys leads all of them to the same of two queues.
    ports = [(1024 + number * 811, 1024 + number * 577) for number in range(64)]
    frames = [build(card.peer.mac, card.port.mac, source, target, protocol, pair, b"igbr" * 8) for pair in ports]
    return len([count for count in arrivals(card, frames).values() if count])


def tcp_by_addresses(card):
    """TCP is hashed by addresses alone when that is wished; the ports come back."""
    card.needs_igbr("the in-tree driver refuses it")
    for version in "46":
        ksft_ne(spread(card, version, TCP), 1, f"queues of one pair of addresses, tcp{version} sdfn")
        sh(f"ethtool -N {card.ifname} rx-flow-hash tcp{version} sd")
        defer(sh, f"ethtool -N {card.ifname} rx-flow-hash tcp{version} sdfn")
        ksft_eq(fields(card, f"tcp{version}"), ADDRESSES, f"tcp{version} after the change")
        ksft_eq(spread(card, version, TCP), 1, f"queues of one pair of addresses, tcp{version} sd")
        sh(f"ethtool -N {card.ifname} rx-flow-hash tcp{version} sdfn")
        ksft_ne(spread(card, version, TCP), 1, f"queues of one pair of addresses, tcp{version} sdfn again")


def udp_by_ports(card):
    """UDP is hashed by ports when that is wished, and then spreads; also after the port was reset."""
    for version in "46":
        before = spread(card, version)
        ksft_eq(before, 1, f"queues of one pair of addresses, udp{version} sd")
        sh(f"ethtool -N {card.ifname} rx-flow-hash udp{version} sdfn")
        defer(sh, f"ethtool -N {card.ifname} rx-flow-hash udp{version} sd")
        ksft_eq(fields(card, f"udp{version}"), ADDRESSES | PORTS, f"udp{version} after the change")
        ksft_ne(spread(card, version), 1, f"queues of one pair of addresses, udp{version} sdfn")
        sh(f"ip link set dev {card.ifname} down")
        sh(f"ip link set dev {card.ifname} up")
        card.ready()
        ksft_ne(spread(card, version), 1, f"queues of one pair of addresses after down and up, udp{version} sdfn")
        sh(f"ethtool -N {card.ifname} rx-flow-hash udp{version} sd")
        ksft_eq(spread(card, version), 1, f"queues of one pair of addresses, udp{version} sd again")


def cannot_be(card):
    """What the device cannot do is refused, with what it can."""
    for words in ("tcp4 s", "tcp6 sf", "udp4 sf", "udp6 s", "sctp4 sdfn", "esp4 s"):
        said = refused(f"ethtool -N {card.ifname} rx-flow-hash {words}")
        if card.driver == "igbr" and "netlink error" in said:
            ksft_in("sdfn", said)
    for words in ("tcp4 sdfn", "sctp4 sd"):
        sh(f"ethtool -N {card.ifname} rx-flow-hash {words}")
    ksft_true(sh(f"ethtool -n {card.ifname} rx-flow-hash ether", ok=False).ret != 0, "a flow that is not hashed")
    shown(card)


if __name__ == "__main__":
    run(__file__, [shown, tcp_by_addresses, udp_by_ports, cannot_be])
