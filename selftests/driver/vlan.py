#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""VLAN tags: inserted, stripped and filtered by the card, in every combination, and SCTP's checksum with and without one."""

import socket
import struct

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, output, run, sh, wait_until
from lib.py.flows import NOBODY, queue_counters, raw_socket
from lib.py.frames import UDP, build
from lib.py.trace import CHECKSUM_PARTIAL, Trace
from lib.py.traffic import IN, OUT, answers, namespace

VID = 100
HERE, THERE = "198.18.5.1", "198.18.5.2"
XMIT, GRO = "net:net_dev_start_xmit", "net:napi_gro_receive_entry"
SCTP = 132


def tagged(frame, vid):
    return frame[:12] + struct.pack("!HH", 0x8100, vid) + frame[12:]


def with_vlan(card):
    """A VLAN interface at each end."""
    for port, address in ((card.port, HERE), (card.peer, THERE)):
        port.ip(f"link add link {port.name} name v{VID} type vlan id {VID}")
        defer(port.ip, f"link del v{VID}")
        port.ip(f"addr add {address}/24 dev v{VID}")
        port.ip(f"link set dev v{VID} up")
    wait_until(lambda: sh(f"ping -c 1 -W 1 {THERE}", ok=False).ret == 0, "the first ping over the VLAN", limit=60)


def switch(card, **features):
    for name, on in features.items():
        sh(f"ethtool -K {card.ifname} {name} {'on' if on else 'off'}", ok=False)


def is_on(card, long):
    return f"{long}: on" in output(f"ethtool -k {card.ifname}")


def offloads(card):
    """Tags are right on the way out and in, whoever puts and takes them; TCP is cut and summed all the same."""
    with_vlan(card)
    defer(switch, card, rxvlan=True, txvlan=True)
    for strip, insert in ((True, True), (True, False), (False, False), (True, True)):
        switch(card, rxvlan=strip, txvlan=insert)
        ksft_eq((is_on(card, "rx-vlan-offload"), is_on(card, "tx-vlan-offload")), (strip, insert), "offloads as wished")
        # The trace shows what the driver gets and gives: a tag beside the frame, or within it.
        events = {XMIT: f'name == "{card.ifname}"', GRO: f'name == "{card.ifname}"'}
        with Trace(events) as trace:
            with answers(None, "4", 20):
                sh(f"ping -q -c 20 -i 0.01 {THERE}", ok=False)
            seen = trace.take()
        beside = {name: {one["vlan_tagged"] for one in seen if name.endswith(one["event"]) and one["protocol"] != 0x806}
                  for name in (XMIT, GRO)}
        ksft_eq(beside[XMIT], {int(insert)}, "tags left to the card")
        ksft_eq(beside[GRO], {int(strip)}, "tags taken off by the card")
        for way in (OUT, IN):
            stream(card, way)


def stream(card, way, size=1 << 20):
    """TCP over the VLAN."""
    target, sender, receiver = (THERE, None, card.remote) if way == OUT else (HERE, card.remote, None)
    transfer(card, sender, receiver, target, socket.IPPROTO_TCP, size, f"TCP {way} over the VLAN")


def transfer(card, sender, receiver, target, protocol, size, what):
    with namespace(card, receiver):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    with namespace(card, sender):
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    with listener, client:
        for one in (listener, client):
            one.settimeout(60)
        listener.bind((target, 0))
        listener.listen(1)
        client.connect((target, listener.getsockname()[1]))
        connection, _ = listener.accept()
        connection.settimeout(60)
        came, block = 0, bytes(range(256)) * 40
        with connection:
            while came < size:
                client.sendall(block)
                part = b""
                while len(part) < len(block):
                    part += connection.recv(len(block) - len(part))
                ksft_eq(part == block, True, f"{what}: content") if part != block else None
                came += len(part)
    ksft_ge(came, size, f"{what}: bytes")


def arrived(card, frame, count=20):
    """How many of these frames reach the driver; plain ones sent behind tell when all are through."""
    source, goal = NOBODY["4"]
    fence = build(card.peer.mac, card.port.mac, source, goal, UDP, (1024, 5000), b"igbr" * 8)
    before = sum(queue_counters(card).values())
    with raw_socket(card) as raw:
        for one in [frame] * count + [fence] * count:
            raw.send(one)
    wait_until(lambda: sum(queue_counters(card).values()) >= before + count, "the frames behind", limit=30)
    sh("sleep 0.5")
    return sum(queue_counters(card).values()) - before - count


def filtering(card):
    """Only VLANs that somebody has come in, all of 4094 places work; without the filter all do, also after a reset."""
    defer(switch, card, **{"rx-vlan-filter": True})
    switch(card, **{"rx-vlan-filter": True})
    source, goal = NOBODY["4"]
    plain = build(card.peer.mac, card.port.mac, source, goal, UDP, (1024, 5000), b"igbr" * 8)
    for vid in (1, 31, 32, VID, 4094):
        ksft_eq(arrived(card, tagged(plain, vid)), 0, f"frames of VLAN {vid}, which nobody has")
        sh(f"ip link add link {card.ifname} name vt type vlan id {vid}")
        gone = defer(sh, "ip link del vt")
        sh("ip link set dev vt up")
        ksft_eq(arrived(card, tagged(plain, vid)), 20, f"frames of VLAN {vid}")
        ksft_eq(arrived(card, tagged(plain, vid + 1 if vid < 4094 else 4093)), 0, "frames of its neighbour")
        if vid == VID:
            sh(f"ethtool -G {card.ifname} rx 512")
            defer(sh, f"ethtool -G {card.ifname} rx 256")
            card.ready()
            ksft_eq(arrived(card, tagged(plain, vid)), 20, f"frames of VLAN {vid} after a reset")
        gone.exec()
    sh(f"ip link set dev {card.ifname} promisc on")
    defer(sh, f"ip link set dev {card.ifname} promisc off")
    ksft_eq(arrived(card, tagged(plain, VID)), 20, "frames of a VLAN nobody has, promisc on")
    sh(f"ip link set dev {card.ifname} promisc off")
    if card.driver == "igbr":
        switch(card, **{"rx-vlan-filter": False})
        ksft_eq(arrived(card, tagged(plain, VID)), 20, "frames of a VLAN nobody has, filter off")


def many(card):
    """128 VLANs at once."""
    batch = "\n".join(f"link add link {card.ifname} name vm{vid} type vlan id {vid}" for vid in range(500, 628))
    undo = "\n".join(f"link del vm{vid}" for vid in range(500, 628))
    sh(f"printf '{batch}\n' | ip -batch -")
    defer(sh, f"printf '{undo}\n' | ip -force -batch -")
    source, goal = NOBODY["4"]
    plain = build(card.peer.mac, card.port.mac, source, goal, UDP, (1024, 5000), b"igbr" * 8)
    for vid in (500, 564, 627):
        ksft_eq(arrived(card, tagged(plain, vid)), 20, f"frames of VLAN {vid}")


def sctp(card):
    """SCTP's checksum is left to the card and is right: the peer's stack looks itself."""
    if sh("modprobe sctp", ok=False).ret:
        raise KsftSkipEx("no module sctp (CONFIG_IP_SCTP)")
    sh(f"ethtool -K {card.peer.name} rx off", card.remote)
    defer(sh, f"ethtool -K {card.peer.name} rx on", card.remote)
    defer(sh, f"ethtool -K {card.ifname} tx-checksum-sctp on")
    for on in (True, False):
        sh(f"ethtool -K {card.ifname} tx-checksum-sctp {'on' if on else 'off'}")
        with Trace({XMIT: f'name == "{card.ifname}"'}) as trace:
            transfer(card, None, card.remote, card.peer_address["4"], SCTP, 200000, f"SCTP, offload {on}")
            left = [one for one in trace.take() if one["ip_summed"] == CHECKSUM_PARTIAL]
        ksft_eq(len(left) >= 20, on, f"checksums left to the card, offload {on}: {len(left)}")
    transfer(card, card.remote, None, card.address["4"], SCTP, 200000, "SCTP to the card")


if __name__ == "__main__":
    run(__file__, [offloads, filtering, many, sctp])
