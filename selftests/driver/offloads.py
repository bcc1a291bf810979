#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checksums, scatter-gather, segmentation, merging and the spreading over queues: done, and done right."""

import contextlib
import os
import re
import socket
import struct
import zlib

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_in, ksft_lt, ksft_true
from lib.py import deltas, output, run, sh, snmp, stats64, strings
from lib.py.flows import NOBODY, arrivals, flow, indirection
from lib.py.frames import TCP, UDP, build, toeplitz
from lib.py.sniff import on_cable, raw_frames
from lib.py.trace import CHECKSUM_NONE, CHECKSUM_PARTIAL, CHECKSUM_UNNECESSARY, Trace
from lib.py.traffic import IN, OUT, make_socket, tcp, udp

XMIT, GRO, RECEIVED = "net:net_dev_start_xmit", "net:napi_gro_receive_entry", "net:netif_receive_skb"
UDP_SEGMENT, SO_NOFCS = 103, 43     # the socket module does not have them
PROTOCOLS = {"TCP": TCP, "UDP": UDP}


def feature(card, name):
    """Whether a feature is on, and whether it can be changed."""
    line = re.search(rf"^\s*{name}: (on|off)( \[fixed\])?", output(f"ethtool -k {card.ifname}"), re.MULTILINE)
    return (line[1] == "on", not line[2]) if line else (False, False)


def switch(card, short, long, on):
    """Turn a feature on or off for this test."""
    now, free = feature(card, long)
    if now == on:
        return
    if not free:
        raise KsftSkipEx(f"{long} cannot be turned {'on' if on else 'off'}")
    sh(f"ethtool -K {card.ifname} {short} {'on' if on else 'off'}")
    defer(sh, f"ethtool -K {card.ifname} {short} {'on' if now else 'off'}")


def traced(card, event, **fields):
    return Trace({event: " && ".join([f'name == "{card.ifname}"'] + [f"{key} {value}" for key, value in fields.items()])})


def tx_checksum(card):
    """What the stack leaves to the card goes out with the right checksums: TCP and UDP, IPv4 and IPv6."""
    for on in (True, False):
        switch(card, "tx", "tx-checksumming", on)
        for version in ("4", "6"):
            with traced(card, XMIT) as trace:
                with on_cable(card) as frames:
                    tcp(card, OUT, version, 1 << 20)
                    udp(card, OUT, version, count=20, size=1000)
                    udp(card, OUT, version, count=20, size=1)
                given = trace.take()
            left = [one for one in given if one["ip_summed"] == CHECKSUM_PARTIAL]
            if on:
                ksft_ge(len(left), 40, f"IPv{version}: checksums left to the card")
            else:
                ksft_eq(len(left), 0, f"IPv{version}: checksums left to the card that does none")
            for name, protocol in PROTOCOLS.items():
                some = [one for one in frames if one.protocol == protocol]
                ksft_ge(len(some), 40, f"{name} over IPv{version} on the cable")
                wrong = [one for one in some if not (one.l4_right and one.ip_right)]
                ksft_eq(len(wrong), 0, f"{name} over IPv{version} with a wrong checksum, offload {'on' if on else 'off'}")


@contextlib.contextmanager
def sink(card, version):
    """A UDP socket of the card's address."""
    with make_socket(card, None, version, socket.SOCK_DGRAM) as made:
        made.bind((card.address[version], 0))
        yield made


def rx_checksum(card):
    """A right checksum is taken from the card, a wrong one is not: the stack looks itself, counts and drops."""
    for version in ("4", "6"):
        for protocol in (UDP, TCP):
            for spoil in (0, 1):
                checksum_verdict(card, version, protocol, spoil)


def checksum_verdict(card, version, protocol, spoil):
    what = f"{'TCP' if protocol == TCP else 'UDP'} over IPv{version}, checksum {'wrong' if spoil else 'right'}"
    count = 20
    with sink(card, version) as socket_here:
        ports = (4000, socket_here.getsockname()[1])
        frame = build(card.peer.mac, card.port.mac, card.peer_address[version], card.address[version], protocol, ports, b"igbr" * 25, spoil)
        own, stack = dict(strings(card.ifname)), snmp()
        with traced(card, GRO, len="== %d" % (len(frame) - 14)) as trace:
            ksft_eq(sum(arrivals(card, [frame] * count).values()), count, what)
            verdicts = {one["ip_summed"] for one in trace.take()}
        # A datagram's checksum is looked at by who reads the socket.
        if protocol == UDP:
            ksft_eq(drained(socket_here), 0 if spoil else count, f"{what}: datagrams that came through")
        own, stack = deltas(own, dict(strings(card.ifname))), deltas(stack, snmp())
        ksft_eq(verdicts, {CHECKSUM_NONE if spoil else CHECKSUM_UNNECESSARY}, f"{what}: what the driver says of it")
        name = {("4", UDP): "UdpInCsumErrors", ("6", UDP): "Udp6InCsumErrors"}.get((version, protocol), "TcpInCsumErrors")
        ksft_eq(stack[name], count if spoil else 0, f"{what}: {name}")
        if card.driver == "igbr":
            ksft_eq(own.of(r"rx_queue_\d+_csum_err"), count if spoil else 0, f"{what}: counted by the driver")


def drained(socket_here):
    socket_here.setblocking(False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while socket_here.recv(65536):
            count += 1
    return count


def rx_checksum_off(card):
    """Turned off, the card's verdict is not used, and good packets come all the same."""
    switch(card, "rx", "rx-checksumming", False)
    with traced(card, GRO) as trace:
        tcp(card, IN, "4", 1 << 20)
        udp(card, IN, "6", count=20)
        ksft_eq({one["ip_summed"] for one in trace.take()}, {CHECKSUM_NONE}, "what the driver says")


def segmentation(card):
    """Large TCP packets are cut by the card into frames of the MTU with right checksums; without TSO by the stack."""
    on, _ = feature(card, "tcp-segmentation-offload")
    for wanted in ((True, False) if on else (False,)):
        switch(card, "tso", "tcp-segmentation-offload", wanted)
        for version in ("4", "6"):
            before = stats64(card.ifname)
            with traced(card, XMIT) as trace:
                with on_cable(card) as frames:
                    tcp(card, OUT, version, 2 << 20)
                large = [one for one in trace.take() if one["gso_size"] > 0]
            sent = deltas(before, stats64(card.ifname))
            ksft_eq(bool(large), wanted, f"IPv{version}: large packets left to the card")
            data = [one for one in frames if one.protocol == TCP and one.payload]
            ksft_lt(max(len(one.payload) for one in data), 1461, f"IPv{version}: longest payload on the cable")
            ksft_ge(len(data), (2 << 20) // 1460, f"IPv{version}: frames with data on the cable")
            ksft_eq([one for one in data if not (one.l4_right and one.ip_right)], [], f"IPv{version}: wrong checksums")
            ksft_eq(sent["tx_packets"] >= len(data), True, f"IPv{version}: tx_packets count frames: {sent['tx_packets']}, {len(data)}")
            ksft_ge(sent["tx_bytes"], sum(len(one.payload) + 54 for one in data), f"IPv{version}: tx_bytes count every frame's header")


def udp_train(card, version, size=1000, count=10, rest=300):
    """Send a train of datagrams in one piece; each must come whole. Returns the receiver's counters meanwhile."""
    before = snmp(card.remote)
    data = os.urandom(size * count + rest)
    with make_socket(card, card.remote, version, socket.SOCK_DGRAM) as sink, \
            make_socket(card, None, version, socket.SOCK_DGRAM) as source:
        sink.bind((card.peer_address[version], 0))
        sink.settimeout(10)
        source.setsockopt(socket.SOL_UDP, UDP_SEGMENT, size)
        source.connect(sink.getsockname()[:2])
        source.send(data)
        came = []
        with contextlib.suppress(TimeoutError):
            while sum(map(len, came)) < len(data):
                came.append(sink.recv(65536))
    counters = deltas(before, snmp(card.remote))
    if counters["IpReasmReqds"]:
        raise KsftSkipEx("the emulated card makes fragments of a train of datagrams")
    ksft_eq([len(one) for one in came], [size] * count + [rest], f"IPv{version}: lengths of the datagrams that came")
    ksft_eq(b"".join(came) == data, True, f"IPv{version}: their content")
    return counters


def udp_segmentation(card):
    """A train of datagrams is cut by the card with right checksums, which the peer's stack looks at; else by the stack."""
    sh(f"ethtool -K {card.peer.name} rx off gro off", card.remote)
    defer(sh, f"ethtool -K {card.peer.name} rx on gro on", card.remote)
    for on in (False, True):
        switch(card, "tx-udp-segmentation", "tx-udp-segmentation", on)
        for version in ("4", "6"):
            with traced(card, XMIT, gso_size="> 0") as trace:
                udp_train(card, version)
                ksft_eq(bool(trace.take()), on, f"IPv{version}: a train left to the card")


def scatter_gather(card):
    """Data in pages goes out from there; turned off, the driver gets everything in one piece. The content is the same."""
    for on in (True, False):
        switch(card, "sg", "scatter-gather", on)
        with traced(card, XMIT) as trace:
            tcp(card, OUT, "4", 2 << 20)
            tcp(card, OUT, "6", 2 << 20)
            pieces = [one for one in trace.take() if one["data_len"] > 0]
        ksft_eq(bool(pieces), on, "packets in several pieces")


def own_fcs(card):
    """A program may send frames with a check sequence of its own. An emulated card sends it as data."""
    frame = bytes.fromhex("ffffffffffff02000000000188b5") + bytes(86)
    own = struct.pack("<I", zlib.crc32(frame))
    with raw_frames(card, 0x88b5) as tap:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
            out.bind((card.ifname, 0))
            out.send(frame)
            out.setsockopt(socket.SOL_SOCKET, SO_NOFCS, 1)
            out.send(frame + own)
            out.setsockopt(socket.SOL_SOCKET, SO_NOFCS, 0)
            out.send(frame)
        got = [tap.recv(2048) for _ in range(3)]
    ksft_eq((got[0], got[2]), (frame, frame), "frames with the check sequence of the card")
    ksft_in(got[1], (frame, frame + own), "the frame with its own")


def merging(card):
    """GRO merges the frames of a stream; turned off, each comes by itself."""
    for on in (True, False):
        switch(card, "gro", "generic-receive-offload", on)
        before = stats64(card.ifname)
        with traced(card, RECEIVED) as trace:
            tcp(card, IN, "4", 2 << 20)
            packets = trace.take()
        frames = deltas(before, stats64(card.ifname))["rx_packets"]
        longest = max(one["len"] for one in packets)
        ksft_ge(frames, (2 << 20) // 1460, "frames of the stream")
        if on:
            ksft_lt(len(packets), frames, "packets after merging, and frames")
            ksft_ge(longest, 1501, "longest packet after merging")
        else:
            ksft_eq(len(packets), frames, "packets without merging, and frames")
            ksft_lt(longest, 1501, "longest packet without merging")


def spreading(card):
    """Many flows reach every queue, one flow reaches one queue, and always the same."""
    count = card.channels()
    ksft_ge(count, 2, "queues to spread over")
    for version in ("4", "6"):
        came = arrivals(card, [flow(card, number, version) for number in range(160)])
        fair = 160 // count
        ksft_true(all(came[queue] >= fair // 4 for queue in range(count)), f"IPv{version}: frames of 160 flows by queue: {came}")
        ksft_eq(sum(came.values()), 160, f"IPv{version}: frames in all")
        for number in (3, 4, 5):
            came = arrivals(card, [flow(card, number, version)] * 50)
            ksft_eq(sorted(came.values())[-1], 50, f"IPv{version}: 50 frames of flow {number}, by queue: {came}")


def hash_of_flows(card):
    """The hash that the driver reports is the one of the key, and leads through the table to the queue."""
    table, key = indirection(card)
    for version in ("4", "6"):
        source, target = NOBODY[version]
        numbers = range(40)
        frames = [flow(card, number, version) for number in numbers]
        with traced(card, GRO, len=f"== {len(frames[0]) - 14}") as trace:
            arrivals(card, frames)
            seen = trace.take()
        ksft_eq(len(seen), len(frames), f"IPv{version}: packets seen")
        ksft_true(all(one["l4_hash"] == 1 for one in seen), f"IPv{version}: a hash over the ports for each")
        # The tracepoint numbers recorded queues from 1.
        astray = [one for one in seen if table[one["hash"] % len(table)] != one["queue_mapping"] - 1]
        ksft_eq(astray, [], f"IPv{version}: packets on another queue than the table says")
        if key:
            expected = {toeplitz(key, source, target, (1024 + number, 5000 + number % 7)) for number in numbers}
            ksft_eq({one["hash"] for one in seen}, expected, f"IPv{version}: hashes of the key")


def hash_off(card):
    """Turned off, no hash is reported."""
    switch(card, "rxhash", "receive-hashing", False)
    frames = [flow(card, number) for number in range(40)]
    with traced(card, GRO, len=f"== {len(frames[0]) - 14}") as trace:
        arrivals(card, frames)
        ksft_eq({one["hash"] for one in trace.take()}, {0}, "hashes")


if __name__ == "__main__":
    run(__file__, [tx_checksum, rx_checksum, rx_checksum_off, segmentation, udp_segmentation, scatter_gather, own_fcs, merging,
                   spreading, hash_of_flows, hash_off])
