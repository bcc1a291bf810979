# SPDX-License-Identifier: GPL-2.0-only
"""As much generic netlink as it takes to see the page pools."""

import socket
import struct

NETLINK_GENERIC = 16
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
NETDEV_CMD_PAGE_POOL_GET = 5
NETDEV_A_PAGE_POOL_ID = 1
NETDEV_A_PAGE_POOL_INFLIGHT = 4
NETDEV_A_PAGE_POOL_DETACH_TIME = 6
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_REQUEST = 1
NLM_F_DUMP = 0x300


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def ask(channel, family, command, flags=0, payload=b""):
    """The attributes of each answer."""
    body = struct.pack("=BBH", command, 1, 0) + payload
    channel.send(struct.pack("=IHHII", 16 + len(body), family, NLM_F_REQUEST | flags, 1, 0) + body)
    while True:
        data = channel.recv(1 << 16)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            message, data = data[16:length], data[(length + 3) & ~3:]
            if kind == NLMSG_ERROR:
                raise OSError(-struct.unpack_from("=i", message)[0], "generic netlink")
            if kind == NLMSG_DONE:
                return
            yield attributes(message[4:])
            if not flags:
                return


def page_pools():
    """[(id, pages out, given up)]"""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as channel:
        channel.bind((0, 0))
        name = b"netdev\0"
        wanted = struct.pack("=HH", 4 + len(name), CTRL_ATTR_FAMILY_NAME) + name + b"\0" * (-len(name) % 4)
        family = next(ask(channel, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, payload=wanted))
        number = struct.unpack("=H", family[CTRL_ATTR_FAMILY_ID])[0]

        def value(one, kind):
            return int.from_bytes(one.get(kind, b""), "little")
        return [(value(one, NETDEV_A_PAGE_POOL_ID), value(one, NETDEV_A_PAGE_POOL_INFLIGHT),
                 NETDEV_A_PAGE_POOL_DETACH_TIME in one)
                for one in ask(channel, number, NETDEV_CMD_PAGE_POOL_GET, NLM_F_DUMP)]
