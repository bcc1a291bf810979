#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which frames the card accepts: its addresses, more than it has registers for, multicast groups, and everything."""

from lib.py import defer, ksft_eq, refused, run, sh, wait_until
from lib.py import ip_json
from lib.py.flows import NOBODY, queue_counters, raw_socket
from lib.py.frames import UDP, build
from lib.py.traffic import carries, ping

COUNT = 20
STRANGER = "02:00:00:00:5e:01"
OTHER = "02:00:00:00:5e:02"
GROUP = "01:00:5e:6f:12:34"     # in a place of the hash table that no other has
FENCE = 9       # a frame to the card's own address, sent behind the others: when it is there, so are they


def frame(card, target, number=0):
    source, goal = NOBODY["4"]
    return build(card.peer.mac, target, source, goal, UDP, (1024 + number, 5000), b"igbr" * 8)


def came(card, target, count=COUNT, own=None):
    """How many of the frames to an address reach the driver."""
    before = sum(queue_counters(card).values())
    with raw_socket(card) as raw:
        for _ in range(count):
            raw.send(frame(card, target))
        for _ in range(FENCE):
            raw.send(frame(card, own or card.port.mac))
    # The same flow, so the same queue: frames stay in order.
    wait_until(lambda: sum(queue_counters(card).values()) >= before + FENCE, "the frames behind", limit=30)
    settled = wait_until(lambda: steady(card), "the counters to rest", limit=30)
    return settled - before - FENCE


def steady(card):
    first = sum(queue_counters(card).values())
    sh("sleep 0.2")
    return first if sum(queue_counters(card).values()) == first else None


def accepts(card, target, what, expected=True):
    ksft_eq(came(card, target), COUNT if expected else 0, f"frames to {what} that came, of {COUNT}")


def promiscuity(card):
    return ip_json(f"-d link show dev {card.ifname}")[0]["promiscuity"]


def strangers(card):
    """Frames for somebody else stay out, until the interface listens to everything."""
    accepts(card, STRANGER, "somebody else", False)
    accepts(card, GROUP, "a group nobody joined", False)
    defer(sh, f"ip link set dev {card.ifname} promisc off allmulticast off")
    sh(f"ip link set dev {card.ifname} promisc on")
    accepts(card, STRANGER, "somebody else, promisc on")
    accepts(card, GROUP, "a group, promisc on")
    sh(f"ip link set dev {card.ifname} promisc off")
    accepts(card, STRANGER, "somebody else, promisc off again", False)
    sh(f"ip link set dev {card.ifname} allmulticast on")
    accepts(card, STRANGER, "somebody else, allmulticast on", False)
    accepts(card, GROUP, "a group, allmulticast on")


def groups(card):
    """A group that is joined comes, another does not, also after the port was reset."""
    sh(f"ip maddress add {GROUP} dev {card.ifname}")
    left = defer(sh, f"ip maddress del {GROUP} dev {card.ifname}")
    accepts(card, GROUP, "the group")
    accepts(card, "01:00:5e:11:22:33", "another group", False)
    reset(card)
    accepts(card, GROUP, "the group, after a reset")
    left.exec()
    accepts(card, GROUP, "the group that was left", False)


def reset(card):
    sh(f"ip link set dev {card.ifname} down")
    sh(f"ip link set dev {card.ifname} up")
    card.ready()


def secondary(card):
    """More addresses, by the bridge's table or a macvlan, are filtered by the card; too many make it promiscuous."""
    sh(f"bridge fdb add {STRANGER} dev {card.ifname} self permanent")
    gone = defer(sh, f"bridge fdb del {STRANGER} dev {card.ifname} self permanent")
    accepts(card, STRANGER, "a second address")
    reset(card)
    accepts(card, STRANGER, "a second address, after a reset")
    accepts(card, OTHER, "somebody else", False)
    gone.exec()
    accepts(card, STRANGER, "an address that was taken away", False)

    sh(f"ip link add link {card.ifname} name mv0 address {STRANGER} type macvlan mode bridge")
    gone = defer(sh, "ip link del mv0")
    sh("ip link set dev mv0 up")
    accepts(card, STRANGER, "a macvlan's address")
    ksft_eq(promiscuity(card), 0, "promiscuity with a macvlan")
    gone.exec()


def overflow(card):
    """41 addresses are more than there are registers: all come, and so does everything; with less the filter is back."""
    addresses = [f"02:00:00:00:77:{number:02x}" for number in range(41)]
    batch = "\n".join(f"fdb add {one} dev {card.ifname} self permanent" for one in addresses)
    undo = "\n".join(f"fdb del {one} dev {card.ifname} self permanent" for one in addresses)
    sh(f"printf '{batch}\n' | bridge -batch -")
    gone = defer(sh, f"printf '{undo}\n' | bridge -force -batch -")
    for one in (addresses[0], addresses[-1]):
        accepts(card, one, f"one of 41 addresses, {one}")
    accepts(card, card.port.mac, "its own address")
    gone.exec()
    accepts(card, addresses[0], "an address that was taken away", False)


def own_address(card):
    """Another address of its own is accepted at once, the old one no more; one that cannot be is refused."""
    defer(card.ready)
    defer(sh, f"ip link set dev {card.ifname} address {card.port.mac}")
    sh(f"ip link set dev {card.ifname} address {STRANGER}")
    ksft_eq(came(card, STRANGER, own=STRANGER), COUNT, "frames to the new address")
    sh(f"ip link set dev {card.ifname} address {OTHER}")
    ksft_eq(came(card, OTHER, own=OTHER), COUNT, "frames to the next address")
    # Not the one that it began with: it may share a group's place in the hash table of an emulated card.
    ksft_eq(came(card, STRANGER, own=OTHER), 0, "frames to the old address")
    refused(f"ip link set dev {card.ifname} address 01:00:00:00:00:01")
    refused(f"ip link set dev {card.ifname} address 00:00:00:00:00:00")
    ksft_eq(ip_json(f"link show dev {card.ifname}")[0]["address"], OTHER, "the address after refusals")
    sh(f"ip link set dev {card.ifname} address {card.port.mac}")
    card.ready()
    ping(card)


def receive_all(card):
    """rx-all, for which the port restarts with other buffers: everything passes with it and after it."""
    defer(sh, f"ethtool -K {card.ifname} rx-all off")
    sh(f"ethtool -K {card.ifname} rx-all on")
    card.ready()
    carries(card)
    sh(f"ethtool -K {card.ifname} rx-all off")
    card.ready()
    accepts(card, STRANGER, "somebody else", False)


if __name__ == "__main__":
    run(__file__, [strangers, groups, secondary, overflow, own_address, receive_all])
