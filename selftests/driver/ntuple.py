#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rules that lead frames to a queue: set, shown, deleted, refused with a reason, kept; and whether they do."""

import re

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_in, ksft_true
from lib.py import output, read, refused, run, sh
from lib.py.flows import NOBODY, arrivals
from lib.py.frames import TCP, build

RULE = "flow-type tcp4 dst-port 5000"
# What QEMU gives to devices of its own
QEMU_SUBSYSTEM = "0x1af4"


def ready(card):
    """Two queues, and no rule is left afterwards."""
    card.needs_igbr("it takes no rule for IP flows")
    card.set_channels(2)
    defer(delete_all, card)


def rules(card):
    return [int(word) for word in re.findall(r"^Filter: (\d+)$", output(f"ethtool -n {card.ifname}"), re.MULTILINE)]


def delete_all(card):
    for location in rules(card):
        sh(f"ethtool -N {card.ifname} delete {location}")


def add(card, words):
    """Set a rule; its location."""
    said = output(f"ethtool -N {card.ifname} {words}")
    found = re.search(r"Added rule with ID (\d+)", said)
    return int(found[1]) if found else None


def reason(card, words):
    """What the log says of a rule that has to be refused."""
    sh("dmesg -C")
    refused(f"ethtool -N {card.ifname} {words}")
    return output("dmesg")


def shown(card):
    """A rule is listed as it was set, until it is deleted."""
    ready(card)
    location = add(card, "flow-type udp4 src-ip 192.0.2.7 dst-ip 192.0.2.1 src-port 7 dst-port 5000 action 1")
    ksft_eq(rules(card), [location])
    text = output(f"ethtool -n {card.ifname} rule {location}")
    for words in ("Rule Type: UDP over IPv4", "Src IP addr: 192.0.2.7 mask: 0.0.0.0",
                  "Dest IP addr: 192.0.2.1 mask: 0.0.0.0", "Src port: 7 mask: 0x0", "Dest port: 5000 mask: 0x0",
                  "Action: Direct to queue 1"):
        ksft_in(words, text)
    ksft_in("Total 1 rules", output(f"ethtool -n {card.ifname}"))
    sh(f"ethtool -N {card.ifname} delete {location}")
    ksft_eq(rules(card), [])
    refused(f"ethtool -N {card.ifname} delete {location}")


def locations(card):
    """A location that is given is the one; a rule at one in use takes its place."""
    ready(card)
    add(card, f"{RULE} action 1 loc 9")
    add(card, "flow-type ether proto 0x88b5 action 1 loc 3")
    ksft_eq(sorted(rules(card)), [3, 9])
    add(card, "flow-type udp4 dst-port 5001 action 0 loc 9")
    ksft_eq(sorted(rules(card)), [3, 9])
    ksft_in("UDP over IPv4", output(f"ethtool -n {card.ifname} rule 9"))
    for location in (60, 70000):
        ksft_in("locations are", reason(card, f"{RULE} action 1 loc {location}"))


def cannot_be(card):
    """Refused, with the reason in the log, and without a trace."""
    ready(card)
    for words, why in ((f"{RULE} action -1", "drop"), (f"{RULE} action 2", "no queue 2"),
                       ("flow-type tcp4 dst-ip 192.0.2.0 m 0.0.0.255 action 1", "as a whole"),
                       ("flow-type ether vlan 5 m 0xf000 action 1", "only the priority"),
                       ("flow-type esp4 spi 5 action 1", "rules are for"),
                       ("flow-type ether proto 0x8100 action 1", "VLAN tags"),
                       ("flow-type ether proto 0x800 action 1", "not for IP")):
        ksft_in(why, reason(card, words))
    ksft_eq(rules(card), [])


def twins(card):
    """No two rules for the same frames."""
    ready(card)
    add(card, f"{RULE} action 1")
    ksft_in("same frames", reason(card, f"{RULE} action 0"))


def capacity(card):
    """As many as there are slots, and one more when one is given back."""
    ready(card)
    count = 0
    while sh(f"ethtool -N {card.ifname} flow-type tcp4 dst-port {6000 + count} action 1", ok=False).ret == 0:
        count += 1
    ksft_eq(count, 8)
    ksft_in("in use", reason(card, f"{RULE} action 1"))
    sh(f"ethtool -N {card.ifname} delete {rules(card)[0]}")
    add(card, f"{RULE} action 1")
    ksft_eq(len(rules(card)), 8)


def kept(card):
    """Rules stay through down and up, resets and changes of other things; fewer channels are refused."""
    ready(card)
    location = add(card, f"{RULE} action 1")
    name = card.ifname
    ksft_in("ntuple", refused(f"sh -c 'ethtool -X {name} equal 1 && ethtool -L {name} combined 1'"))
    for change in (f"ip link set {name} down && ip link set {name} up", f"ethtool -G {name} rx 512",
                   f"ethtool -G {name} rx 256", f"ethtool -t {name} offline"):
        sh(change)
        ksft_eq(rules(card), [location], change)
    sh(f"ethtool -X {name} default")
    card.ready()


def feature(card):
    """Without the feature there is no rule, and none can be set."""
    ready(card)
    add(card, f"{RULE} action 1")
    sh(f"ethtool -K {card.ifname} ntuple off")
    defer(sh, f"ethtool -K {card.ifname} ntuple on")
    ksft_eq(rules(card), [])
    ksft_in("ntuple on", reason(card, f"{RULE} action 1"))


def by_tc(card):
    """tc's flower rules share the filters with ethtool's, say why one is refused, and keep their queue."""
    ready(card)
    name = card.ifname
    flower = f"tc filter add dev {name} ingress protocol ip prio 5 flower ip_proto tcp"
    action = "skip_sw action skbedit queue_mapping 1 skip_sw"
    sh(f"tc qdisc add dev {name} clsact")
    defer(sh, f"tc qdisc del dev {name} clsact")
    sh(f"{flower} dst_port 5000 {action}")
    ksft_in("in_hw", output(f"tc filter show dev {name} ingress"))
    ksft_eq(rules(card), [])
    ksft_in("tc's prio 5 matches the same", reason(card, f"{RULE} action 1"))
    location = add(card, "flow-type tcp4 dst-port 5001 action 1")
    ksft_in(f"location {location} matches the same", refused(f"{flower} dst_port 5001 {action}"))
    ksft_in("as a whole", refused(f"{flower} src_ip 192.0.2.0/24 {action}"))
    ksft_in("leads to a queue", refused(f"{flower} dst_port 5002 skip_sw action drop"))
    sh(f"ethtool -N {name} delete {location} && ethtool -X {name} equal 1")
    defer(sh, f"ethtool -X {name} default")
    refused(f"ethtool -L {name} combined 1")
    ksft_in("needs queue 1", output("dmesg"))
    refused(f"ethtool -K {name} hw-tc-offload off")
    sh(f"tc filter del dev {name} ingress")
    sh(f"ethtool -L {name} combined 1")
    defer(sh, f"ethtool -L {name} combined 2")


def steers(card):
    """The frames of a rule come to its queue, and go where RSS says without it."""
    ready(card)
    if read(f"{card.port.device}/subsystem_vendor") == QEMU_SUBSYSTEM:
        raise KsftSkipEx("QEMU's igb ignores the filters; `make check T=steering` shows them on a model that does not")
    sh(f"ethtool -X {card.ifname} equal 1")
    defer(sh, f"ethtool -X {card.ifname} default")
    source, target = NOBODY["4"]
    frames = [build(card.peer.mac, card.port.mac, source, target, TCP, (1024 + number, 5000), b"igbr" * 8)
              for number in range(64)]
    location = add(card, f"{RULE} action 1")
    ksft_eq(arrivals(card, frames)[1], 64, "frames on the rule's queue")
    sh(f"ethtool -N {card.ifname} delete {location}")
    ksft_eq(arrivals(card, frames)[1], 0, "frames on its queue without the rule")
    ksft_true(card.channels() == 2, "channels")


if __name__ == "__main__":
    run(__file__, [shown, locations, cannot_be, twins, capacity, kept, feature, by_tc, steers])
