#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""TCP in tunnels over the card: checksums and cuts within them, by the card or by the stack, are right."""

import socket
from types import SimpleNamespace

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_true
from lib.py import deltas, output, run, sh, snmp, stats64
from lib.py.frames import Parsed
from lib.py.sniff import raw_frames
from lib.py.trace import CHECKSUM_NONE, CHECKSUM_PARTIAL, Trace
from lib.py.traffic import IN, OUT, ping, tcp

XMIT = "net:net_dev_start_xmit"
ETH_MPLS = 0x8847
NAME = "tunnel0"
VLAN = "tagged0"
MANGLE = "tx-tcp-mangleid-segmentation"
INNER, PEER = {"4": "198.51.100.1", "6": "2001:db8:1::1"}, {"4": "198.51.100.2", "6": "2001:db8:1::2"}
SIZE = 2 << 20
WRONG = ("IpExtInCsumErrors", "TcpInCsumErrors", "UdpInCsumErrors", "Udp6InCsumErrors")
KINDS = {
    "vxlan": ("4", "46", "vxlan id 7 dstport 4789 local {local} remote {remote} dev {dev}"),
    "vxlan with outer checksums": ("4", "46", "vxlan id 7 dstport 4789 udpcsum local {local} remote {remote} dev {dev}"),
    "vxlan over IPv6": ("6", "46", "vxlan id 7 dstport 4789 udp6zerocsumtx udp6zerocsumrx local {local} remote {remote} dev {dev}"),
    "gretap": ("4", "46", "gretap local {local} remote {remote}"),
    "gre with checksums": ("4", "46", "gretap csum local {local} remote {remote}"),
    "ipip": ("4", "4", "ipip local {local} remote {remote}"),
    "sit": ("4", "6", "sit local {local} remote {remote}"),
}


def tunnel(card, kind):
    """Both ends of a tunnel, with addresses; what the traffic's functions take for a card."""
    outer, inner, words = KINDS[kind]
    ends = ((card.port, card.address, card.peer_address, INNER), (card.peer, card.peer_address, card.address, PEER))
    for port, mine, other, addresses in ends:
        made = f"link add dev {NAME} type {words.format(local=mine[outer], remote=other[outer], dev=port.name)}"
        if sh(f"ip {made}", port.peer, ok=False).ret:
            raise KsftSkipEx(f"the kernel makes no tunnel: ip {made}")
        defer(port.ip, f"link del dev {NAME}")
        for version in inner:
            width, extra = (24, "") if version == "4" else (64, "nodad")
            port.ip(f"addr add {addresses[version]}/{width} dev {NAME} {extra}")
        port.ip(f"link set dev {NAME} up")
    return SimpleNamespace(address=INNER, peer_address=PEER, remote=card.remote, in_peer=card.in_peer)


def offloaded(card):
    return "tx-gso-partial: on" in output(f"ethtool -k {card.ifname}")


def carried(card, kind, mangled, under=None):
    """A tunnel carries TCP both ways; what the card is left to do is what its features say, and whether IPv4 IDs may repeat."""
    through = tunnel(under or card, kind)
    sh(f"ethtool -K {card.ifname} {MANGLE} {'on' if mangled else 'off'}")
    defer(sh, f"ethtool -K {card.ifname} {MANGLE} off")
    for version in KINDS[kind][1]:
        ping(through, OUT, version)
        before, peers = stats64(card.ifname), snmp(card.remote)
        with Trace({XMIT: f'name == "{card.ifname}" && gso_size > 0'}) as trace:
            tcp(through, OUT, version, SIZE)
            large = len(trace.take())
        sent = deltas(before, stats64(card.ifname))
        ksft_eq(large > 0, offloaded(card) and (version == "6" or mangled), f"{kind}, IPv{version}: large packets are left to the card")
        ksft_ge(sent["tx_packets"], SIZE // 1460, f"{kind}, IPv{version}: frames")
        seen = deltas(peers, snmp(card.remote))
        ksft_eq({name: seen[name] for name in WRONG}, dict.fromkeys(WRONG, 0), f"{kind}, IPv{version}: wrong checksums at the peer")
        tcp(through, IN, version, SIZE // 4)
    ksft_eq((sent["tx_errors"], sent["tx_dropped"]), (0, 0), f"{kind}: errors and drops")


def case(kind):
    def test(card):
        carried(card, kind, True)
    test.__name__ = kind.replace(" ", "_")
    test.__doc__ = f"TCP in {kind}."
    return test


def tagged(card):
    """A tunnel over a VLAN is left to the card, too."""
    addresses = {"4": "203.0.113.1"}, {"4": "203.0.113.2"}
    for port, mine in zip((card.port, card.peer), addresses):
        port.ip(f"link add link {port.name} name {VLAN} type vlan id 7")
        defer(port.ip, f"link del dev {VLAN}")
        port.ip(f"addr add {mine['4']}/24 dev {VLAN}")
        port.ip(f"link set dev {VLAN} up")
    mine, peers = (SimpleNamespace(name=VLAN, peer=port.peer, ip=port.ip) for port in (card.port, card.peer))
    carried(card, "vxlan", True, SimpleNamespace(port=mine, peer=peers, address=addresses[0], peer_address=addresses[1],
                                                 remote=card.remote, in_peer=card.in_peer))


def own_ids(card):
    """Unless IPv4 IDs may repeat, the stack cuts what has them."""
    carried(card, "vxlan", False)


def labelled(card):
    """Packets under an MPLS label are summed by the card, where it can."""
    card.needs_igbr("it leaves the sums to an emulated card, too, which leaves them out")
    if sh("modprobe mpls_iptunnel", ok=False).ret:
        raise KsftSkipEx("the kernel has no MPLS tunnels: CONFIG_MPLS_IPTUNNEL")
    far, label = "203.0.113.1", b"\x00\x06\x41\x40"     # label 100, the only one, TTL 64
    sh(f"ip route add {far} encap mpls 100 ttl 64 via inet {card.peer_address['4']} dev {card.ifname}")
    defer(sh, f"ip route del {far}")
    with Trace({XMIT: f'name == "{card.ifname}" && protocol == {ETH_MPLS}'}) as trace, raw_frames(card, ETH_MPLS) as tap:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for number in range(20):
                out.sendto(bytes([number]) * 1000, (far, 9))
        given, frames = trace.take(), [tap.recv(2048) for _ in range(20)]
    left = CHECKSUM_PARTIAL if offloaded(card) else CHECKSUM_NONE
    ksft_eq([one["ip_summed"] for one in given], [left] * 20, "who was to sum")
    ksft_eq({frame[14:18] for frame in frames}, {label}, "labels")
    inner = [Parsed(frame[:12] + b"\x08\x00" + frame[18:]) for frame in frames]
    ksft_eq([one.payload for one in inner], [bytes([number]) * 1000 for number in range(20)])
    ksft_true(all(one.ip_right and one.l4_right for one in inner), "right checksums under the label")


def by_the_stack(card):
    """Turned off, the stack does all of it."""
    features = ("tx-gso-partial", "tx-udp_tnl-segmentation", "tx-gre-segmentation")
    if offloaded(card):
        defer(sh, f"ethtool -K {card.ifname} " + " ".join(f"{name} on" for name in features))
    sh(f"ethtool -K {card.ifname} tx-gso-partial off")
    carried(card, "vxlan", True)


if __name__ == "__main__":
    run(__file__, [case(kind) for kind in KINDS] + [tagged, own_ids, labelled, by_the_stack])
