# SPDX-License-Identifier: GPL-2.0-only
"""Ethernet frames made and checked by hand, and the hash that receive side scaling is made of."""

import ipaddress
import struct

ETH_IP, ETH_IP6 = 0x0800, 0x86DD
TCP, UDP = 6, 17


def ones_complement(data):
    """The Internet checksum's sum, folded but not inverted."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo_header(source, target, protocol, length):
    if len(source) == 4:
        return source + target + struct.pack("!BBH", 0, protocol, length)
    return source + target + struct.pack("!II", length, protocol)


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def l4(protocol, source_port, target_port, payload):
    """A TCP or UDP header with a zero checksum, and the payload."""
    if protocol == UDP:
        return struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload
    return struct.pack("!HHIIBBHHH", source_port, target_port, 1, 0, 5 << 4, 0x10, 1024, 0, 0) + payload


def build(source_mac, target_mac, source, target, protocol, ports, payload=b"", spoil=0):
    """A whole frame of TCP or UDP over IPv4 or IPv6; `spoil` is added to a right L4 checksum."""
    source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
    segment = l4(protocol, *ports, payload)
    offset = 6 if protocol == UDP else 16
    check = ones_complement(pseudo_header(source.packed, target.packed, protocol, len(segment)) + segment) ^ 0xFFFF
    if spoil:
        check = (check + spoil) % 0xFFFF or 1
    segment = segment[:offset] + struct.pack("!H", check or 0xFFFF) + segment[offset + 2:]
    if source.version == 4:
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0, 64, protocol, 0) + source.packed + target.packed
        header = header[:10] + struct.pack("!H", ones_complement(header) ^ 0xFFFF) + header[12:]
    else:
        header = struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64) + source.packed + target.packed
    kind = ETH_IP if source.version == 4 else ETH_IP6
    frame = mac_bytes(target_mac) + mac_bytes(source_mac) + struct.pack("!H", kind) + header + segment
    return frame.ljust(60, b"\0")


class Parsed:
    """TCP or UDP over IP in a frame: addresses, ports, payload, and whether the checksums are right."""

    def __init__(self, frame):
        kind = struct.unpack_from("!H", frame, 12)[0]
        if kind == ETH_IP:
            head = (frame[14] & 0xF) * 4
            length = struct.unpack_from("!H", frame, 16)[0]
            self.protocol, self.source, self.target = frame[23], frame[26:30], frame[30:34]
            self.ip_right = ones_complement(frame[14:14 + head]) == 0xFFFF
        elif kind == ETH_IP6:
            head, length = 40, 40 + struct.unpack_from("!H", frame, 18)[0]
            self.protocol, self.source, self.target = frame[20], frame[22:38], frame[38:54]
            self.ip_right = True
        else:
            raise ValueError(f"not IP: {kind:#06x}")
        segment = frame[14 + head:14 + length]
        if self.protocol not in (TCP, UDP):
            raise ValueError(f"neither TCP nor UDP: {self.protocol}")
        self.ports = struct.unpack_from("!HH", segment)
        self.payload = segment[8:] if self.protocol == UDP else segment[(segment[12] >> 4) * 4:]
        total = ones_complement(pseudo_header(self.source, self.target, self.protocol, len(segment)) + segment)
        self.l4_right = total == 0xFFFF


def toeplitz(key, source, target, ports=None):
    """The hash of Microsoft's receive side scaling over addresses and, if given, ports."""
    data = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed
    if ports:
        data += struct.pack("!HH", *ports)
    window = int.from_bytes(key, "big")
    width = len(key) * 8
    result = 0
    for place in range(len(data) * 8):
        if data[place // 8] & (0x80 >> place % 8):
            result ^= (window >> (width - 32 - place)) & 0xFFFFFFFF
    return result
