#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames pass both ways, whole, and every one that does not come is counted by somebody.

A virtual cable loses frames without a word when a receive ring is full. So where nothing may be lost,
no more frames than half a ring are ever under way; where the ring is flooded, the ledger begins at the
driver's counters.
"""

import socket

from lib.py import bkg, defer, ksft_eq, ksft_ge, ksft_in, ksft_pr, ksft_true
from lib.py import Card, deltas, full, ip_json, output, refused, run, sh, snmp, softnet, stats64, strings, wait_until
from lib.py.flood import Flood
from lib.py.traffic import IN, OUT, WAYS, answers, datagrams, ends, iperf, load, make_socket, ping, tcp

BURST = 128             # frames under way at most: half of the smallest default ring
MTUS = (576, 1280, 1500, 1501, 2000, 3000, 4000, 9000, 9216)
BUFFERS = (2048, 4096, 6144, 8192)
PROTOCOLS = ("Ip", "Ip6", "Tcp", "Udp")


class Ledger:
    """What both ends counted within the block."""

    def __init__(self, card):
        self.card = card

    def look(self):
        card = self.card
        return (stats64(card.ifname), stats64(card.peer.name, card.remote), snmp(), snmp(card.remote), softnet(),
                dict(strings(card.ifname)))

    def __enter__(self):
        self.before = self.look()
        return self

    def __exit__(self, *_exception):
        after = self.look()
        self.here, self.there, self.snmp_here, self.snmp_there, self.softnet, self.driver = (
            deltas(old, new) for old, new in zip(self.before, after))

    def side(self, way):
        """(sender's, receiver's) interface counters, then the same of the protocols."""
        sides = (self.here, self.there, self.snmp_here, self.snmp_there)
        return sides if way == OUT else (sides[1], sides[0], sides[3], sides[2])


def ping_a_thousand(card):
    """1000 pings 10 ms apart, both ways at once: every one is answered."""
    with answers(card.remote, "4", 1000):
        back = bkg(f"ping -q -c 1000 -i 0.01 {card.address['4']}", host=card.remote, exit_wait=True)
        ping(card, OUT, count=1000)
        back.process(terminate=False, timeout=120)
    ksft_in("1000 packets transmitted", back.stdout, "ping from the peer")


def nothing_lost(ledger, way):
    sent, came, _, receiver = ledger.side(way)
    ksft_eq(sent["tx_packets"], came["rx_packets"], f"{way}: frames sent and received")
    ksft_eq((sent["tx_dropped"], sent["tx_errors"], came["rx_dropped"], came["rx_missed_errors"]), (0, 0, 0, 0),
            f"{way}: sender's drops and errors, receiver's drops and misses")
    ksft_eq(receiver["TcpInCsumErrors"], 0, f"{way}: segments with a wrong checksum")


def retransmitted(sender):
    """Segments sent again, but for those that a clock alone asked for or that had come after all.

    A slow machine answers late; loss probes and timeouts are about that, and not about frames.
    """
    excused = ("TcpExtTCPDSACKRecvSegs", "TcpExtTCPLossProbes", "TcpExtTCPTimeouts")
    return sender["TcpRetransSegs"] - sum(sender[name] for name in excused)


def tcp_both_ways(card):
    """TCP for 20 s both ways with few frames under way: every frame comes, nothing is sent again."""
    with Ledger(card) as ledger:
        report = iperf(card, full(20, 10), "-w 128K")
    for way in WAYS:
        nothing_lost(ledger, way)
        sender, receiver = ledger.side(way)[2:]
        ksft_ge(0, retransmitted(sender), f"{way}: segments that had to be sent again")
        ksft_eq(receiver["TcpExtTCPOFOQueue"], 0, f"{way}: segments out of order")
    ksft_pr(f"{report['end']['sum_sent']['bytes'] >> 20} MiB sent, "
            f"{report['end']['sum_sent_bidir_reverse']['bytes'] >> 20} MiB received")


def tcp_full_window(card):
    """TCP as fast as it goes: what is sent again was lost on the cable, not by the driver or above it."""
    with Ledger(card) as ledger:
        iperf(card, 5)
    for way in WAYS:
        sent, came, sender, receiver = ledger.side(way)
        lost = sent["tx_packets"] - came["rx_packets"]
        ksft_ge(lost, 0, f"{way}: more frames came than were sent")
        ksft_ge(lost, retransmitted(sender), f"{way}: segments sent again, and frames lost on the cable")
        ksft_eq(receiver["TcpInCsumErrors"], 0, f"{way}: segments with a wrong checksum")
        ksft_eq(came["rx_dropped"], 0, f"{way}: dropped by the receiver")
    ksft_eq(ledger.softnet["dropped"], 0, "dropped by the stack")


def received(card, way):
    """How many frames the receiver of that direction has counted."""
    port = card.peer if way == OUT else card.port
    return stats64(port.name, port.peer)["rx_packets"]


def small_frames(card):
    """Bursts of the smallest frames, each waited for: the counters of both ends agree to the frame."""
    rounds = full(100, 25)
    for way, sender, target in ((OUT, card.port, card.peer), (IN, card.peer, card.port)):
        sink, port = sink_of(card, way)
        with sink, Ledger(card) as ledger:
            flood = Flood(card, sender, target, BURST, target_port=port)
            for _ in range(rounds):
                goal = received(card, way) + BURST
                flood.send()
                wait_until(lambda goal=goal, way=way: received(card, way) >= goal, f"{way}: {BURST} frames sent, all received")
        nothing_lost(ledger, way)
        ksft_eq(ledger.side(way)[1]["rx_packets"], rounds * BURST, f"{way}: frames received")
        ksft_eq(ledger.side(way)[1]["rx_bytes"], rounds * BURST * 60, f"{way}: bytes received")
        ksft_eq(ledger.side(way)[0]["tx_bytes"], rounds * BURST * 60, f"{way}: bytes sent")


def sink_of(card, way):
    """A UDP socket at the receiver that nobody reads, and its port."""
    receiver = card.remote if way == OUT else None
    sink = make_socket(card, receiver, "4", socket.SOCK_DGRAM)
    sink.bind((ends(card, way)[1]["4"], 0))
    return sink, sink.getsockname()[1]


def drained(sink):
    """How many datagrams lie in a socket."""
    sink.setblocking(False)
    count = 0
    try:
        while True:
            sink.recv(65536)
            count += 1
    except BlockingIOError:
        return count


def flood(card):
    """A flood that overruns ring and socket: each frame that the driver counted is found in some counter above."""
    count = full(200000, 40000)
    for way, sender, target in ((OUT, card.port, card.peer), (IN, card.peer, card.port)):
        sink, port = sink_of(card, way)
        with sink:
            with Ledger(card) as ledger:
                Flood(card, sender, target, count, target_port=port).send()
                settle(card, way)
            read = drained(sink)
        sent, came, _, receiver = ledger.side(way)
        ksft_eq(sent["tx_packets"], count, f"{way}: sent by the driver")
        ksft_ge(came["rx_packets"], BURST, f"{way}: received by the driver")
        ksft_eq(receiver["IpInReceives"] + ledger.softnet["dropped"], came["rx_packets"], f"{way}: the driver's frames, found in the stack")
        ksft_eq(read + receiver["UdpRcvbufErrors"], receiver["IpInReceives"], f"{way}: read from the socket or counted as its overrun")
        ksft_pr(f"{way}: {count} sent, {came['rx_packets']} received, {read} read, {receiver['UdpRcvbufErrors']} overran the socket")
    ksft_eq(ledger.driver.of(r"rx_queue_\d+_packets"), ledger.here["rx_packets"], "the queues' sum")
    for way in WAYS:
        ping(card, way)


def settle(card, way):
    """Wait until the receiver's counter stands still."""
    last = -1
    while last != (now := received(card, way)):
        last = now
        sh("sleep 0.3")


def set_mtu(card, mtu):
    for port in (card.port, card.peer):
        port.ip(f"link set dev {port.name} mtu {mtu}")


def every_mtu(card):
    """Each MTU carries its largest packet both ways, and frames around every buffer boundary arrive unharmed."""
    defer(set_mtu, card, 1500)
    for mtu in full(MTUS, (576, 1501, 4000, 9216)):
        set_mtu(card, mtu)
        card.ready()
        for way in WAYS:
            ping(card, way, "4", 3, f"-i 0.01 -M do -s {mtu - 28}")
            edges = [edge + step - 42 for edge in BUFFERS for step in range(-4, 5)]
            sizes = [size for size in (*edges, mtu - 28) if 0 < size <= mtu - 28]
            datagrams(card, way, sizes)
    for way in WAYS:
        ping(card, way, "6", 3, "-i 0.01 -M do -s 9168")
        tcp(card, way, size=8 << 20)


def mtu_under_traffic(card):
    """The MTU of the card changes while TCP runs; afterwards everything still passes."""
    defer(set_mtu, card, 1500)
    card.peer.ip(f"link set dev {card.peer.name} mtu 9216")
    with load(card):
        for mtu in (9216, 1500, 4000, 1500):
            sh(f"ip link set dev {card.ifname} mtu {mtu}")
            card.ready()
    set_mtu(card, 1500)
    card.ready()
    for way in WAYS:
        ping(card, way, count=20)
        tcp(card, way)


def mtu_refused(card):
    """An MTU out of range is refused and changes nothing."""
    link = ip_json(f"-d link show dev {card.ifname}")[0]
    ksft_eq((link["min_mtu"], link["max_mtu"]), (68, 9216), "least and largest MTU")
    for mtu, reason in ((67, "less than device minimum"), (9217, "greater than device maximum")):
        ksft_in(reason, refused(f"ip link set dev {card.ifname} mtu {mtu}"))
        ksft_eq(ip_json(f"link show dev {card.ifname}")[0]["mtu"], 1500, f"MTU after {mtu} was refused")


if __name__ == "__main__":
    run(__file__, [ping_a_thousand, tcp_both_ways, tcp_full_window, small_frames, flood, every_mtu,
                   mtu_under_traffic, mtu_refused])
