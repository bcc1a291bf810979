# SPDX-License-Identifier: GPL-2.0-only
"""A firewall that drops all that comes in, made by netlink: the guest has no program for it."""

import contextlib
import os
import socket
import struct

NETLINK_NETFILTER = 12
BATCH_BEGIN, BATCH_END = 16, 17
NFTABLES = 10 << 8
NEW_TABLE, DELETE_TABLE, NEW_CHAIN = NFTABLES | 0, NFTABLES | 2, NFTABLES | 3
REQUEST, ACKNOWLEDGE, CREATE = 1, 4, 0x400
IPV4 = 2
INPUT, POLICY_DROP = 1, 0


def attribute(kind, value, nested=False):
    if isinstance(value, str):
        value = value.encode() + b"\0"
    elif isinstance(value, int):
        value = struct.pack("!I", value)
    head = struct.pack("=HH", 4 + len(value), kind | (0x8000 if nested else 0))
    return head + value + bytes(-len(value) % 4)


def message(kind, flags, sequence, family, resource, attributes=b""):
    body = struct.pack("!BBH", family, 0, resource) + attributes
    return struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, 0) + body


def ask(messages):
    """All of them or none, as nf_tables wants it. The kernel acknowledges each."""
    batch = message(BATCH_BEGIN, REQUEST, 0, 0, 10)
    for number, (kind, flags, attributes) in enumerate(messages, 1):
        batch += message(kind, REQUEST | ACKNOWLEDGE | flags, number, IPV4, 0, attributes)
    batch += message(BATCH_END, REQUEST, len(messages) + 1, 0, 10)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
        sock.settimeout(10)
        sock.sendto(batch, (0, 0))
        for _ in messages:
            error = struct.unpack_from("=i", sock.recv(65536), 16)[0]
            if error:
                raise OSError(-error, os.strerror(-error))


@contextlib.contextmanager
def dropping_input():
    """Whatever is for this host and comes over IPv4 is dropped; no rule, no counter."""
    hook = attribute(1, INPUT) + attribute(2, 0)
    chain = (attribute(1, "lab") + attribute(3, "input") + attribute(4, hook, nested=True)
             + attribute(5, POLICY_DROP) + attribute(7, "filter"))
    ask([(NEW_TABLE, CREATE, attribute(1, "lab")), (NEW_CHAIN, CREATE, chain)])
    try:
        yield
    finally:
        ask([(DELETE_TABLE, 0, attribute(1, "lab"))])
