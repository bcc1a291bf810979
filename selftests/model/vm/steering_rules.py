# SPDX-License-Identifier: GPL-2.0-only
"""Rules, by ethtool, tc and igbtune: each kind leads its frames and no others; what cannot be is refused."""

import ipaddress
import itertools
import os
import random
import re
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field

from guest import Failure, expect, run
from steering_bench import (
    BURST, FOUR, FULL, FULL_LENGTH, PRIORITY, QUEUES, SIX, SMALL, TC, VID, WITH_VLAN, add, delete_all, family,
    frame, ifindex, ingress, mac, passes_by, prepared, queues, refused, rules, send, slots_in_registers, steers, tc,
    tc_refused,
)

OTHER_MAC = "02:00:00:00:00:77"


@dataclass
class Kind:
    """A rule in ethtool's words, the filter that it takes, a frame that it is about and some that miss it."""

    words: str
    by: str
    macs: tuple
    frame: dict
    misses: list = field(default_factory=list)

    def name(self):
        return f"{self.by}: {self.words}"


def tuples(kind, by, macs):
    """The same five fields for any protocol with ports."""
    six = kind.endswith("6")
    ours = SIX if six else FOUR
    other = "2001:db8::99" if six else "192.0.2.99"
    four = f"src-ip {ours['source']} dst-ip {ours['destination']} src-port 4000 dst-port 5000"
    hit = frame(kind)
    misses = {"source": frame(kind, source=other), "source_port": frame(kind, source_port=4001),
              "destination_port": frame(kind, destination_port=5001),
              "protocol": frame({"tcp": "udp", "udp": "tcp", "sctp": "udp"}[kind[:-1]] + kind[-1])}
    return [
        Kind(f"flow-type {kind} {four}", by, macs, hit, list(misses.values())),
        Kind(f"flow-type {kind} src-ip {ours['source']}", by, macs, hit, [misses["source"], misses["protocol"]]),
        Kind(f"flow-type {kind} dst-ip {ours['destination']}", by, macs, hit, [misses["protocol"]]),
        Kind(f"flow-type {kind} src-port 4000", by, macs, hit, [misses["source_port"], misses["protocol"]]),
        Kind(f"flow-type {kind} src-ip {ours['source']} dst-port 5000", by, macs, hit,
             [misses["source"], misses["destination_port"]]),
    ]


TAGGED = {"tci": VID}
SYN = 2
KINDS = [
    Kind("flow-type ether proto 0x88b5", "ethertype", FULL + SMALL, frame("ether"),
         [frame("ether", ethertype=0x88b6), frame("tcp4")]),
    *tuples("tcp4", "tuple", FULL), *tuples("udp4", "tuple", FULL), *tuples("sctp4", "tuple", FULL),
    Kind("flow-type tcp4 dst-port 5000", "tuple", FULL, frame("tcp4"),
         [frame("tcp4", destination_port=5001), frame("udp4"), frame("tcp6")]),
    Kind("flow-type udp4 dst-port 5000", "tuple", FULL, frame("udp4", **TAGGED), [frame("tcp4")]),
    Kind("flow-type ip4 src-ip 192.0.2.7 dst-ip 192.0.2.1", "tuple", FULL, frame("ip4"),
         [frame("ip4", source="192.0.2.8")]),
    Kind("flow-type ip4 l4proto 253", "tuple", FULL, frame("ip4"), [frame("tcp4")]),
    Kind("flow-type ip4 l4proto 17 l4data 0x0fa01388", "tuple", FULL, frame("udp4"),
         [frame("udp4", source_port=4001), frame("tcp4")]),
    Kind("flow-type tcp4", "tuple", FULL, frame("tcp4"), [frame("udp4")]),
    *tuples("tcp4", "flex", SMALL), *tuples("udp4", "flex", SMALL), *tuples("tcp6", "flex", SMALL),
    *tuples("udp6", "flex", SMALL), *tuples("sctp6", "flex", SMALL),
    Kind("flow-type tcp4 dst-port 5000", "tuple", SMALL, frame("tcp4"),
         [frame("tcp4", destination_port=5001), frame("udp4")]),
    Kind("flow-type udp4 dst-port 5000", "tuple", SMALL, frame("udp4", **TAGGED), [frame("tcp4")]),
    Kind("flow-type sctp4 dst-port 5000", "tuple", SMALL, frame("sctp4"), [frame("tcp4")]),
    Kind("flow-type udp6 dst-port 5000", "flex", SMALL, frame("udp6"), [frame("udp4"), frame("udp6", **TAGGED)]),
    Kind("flow-type ip6 src-ip 2001:db8::7", "flex", SMALL, frame("ip6"), [frame("ip6", source="2001:db8::8")]),
    Kind("flow-type ip4 l4proto 253", "flex", SMALL, frame("ip4"), [frame("tcp4")]),
    Kind("flow-type ip4", "flex", SMALL, frame("udp4"), [frame("udp6"), frame("udp4", **TAGGED)]),
    Kind("flow-type ether proto 0x86dd", "flex", SMALL, frame("udp6"), [frame("udp4")]),
    Kind(f"flow-type ether src {OTHER_MAC}", "flex", SMALL, frame("tcp4", ether_source=OTHER_MAC, **TAGGED),
         [frame("tcp4")]),
    Kind(f"flow-type ether src {OTHER_MAC} proto 0x88b5", "flex", SMALL, frame("ether", ether_source=OTHER_MAC),
         [frame("ether"), frame("tcp4", ether_source=OTHER_MAC)]),
    Kind(f"flow-type ether vlan {PRIORITY << 13:#x} m 0x1fff", "vlan_priority", WITH_VLAN,
         frame("tcp4", tci=PRIORITY << 13 | VID), [frame("tcp4", tci=2 << 13 | VID), frame("tcp4")]),
]
# What no filter can do, and a word of the reason that the log gives
REFUSED = [
    ("flow-type tcp4 dst-port 5000 action -1", "drop", FULL + SMALL),
    ("flow-type tcp4 dst-port 5000 action 99", "no queue 99", FULL + SMALL),
    ("flow-type tcp4 src-ip 192.0.2.0 m 0.0.0.255 action 1", "as a whole", FULL + SMALL),
    ("flow-type tcp4 tos 8 action 1", "TOS", FULL + SMALL),
    ("flow-type ether vlan 5 m 0xf000 action 1", "only the priority", FULL + SMALL),
    ("flow-type ah4 spi 5 action 1", "rules are for", FULL + SMALL),
    ("flow-type ether proto 0x8100 action 1", "VLAN tags", FULL + SMALL),
    ("flow-type ip4 l4proto 50 l4data 5 action 1", "ports", FULL + SMALL),
    ("flow-type tcp4 dst-port 5000 action 1 loc 60", "locations are", FULL + SMALL),
    (f"flow-type tcp4 dst-port 5000 action 1 loc {TC + 4000}", "locations are", FULL + SMALL),
    (f"flow-type tcp4 dst-port 5000 action {1 << 40:#x}", "number of a queue", FULL + SMALL),
    ("flow-type tcp6 dst-port 5000 action 1", "no IPv6", FULL),
    ("flow-type ether proto 0x800 action 1", "not for IP", FULL),
    ("flow-type ether proto 0x86dd action 1", "not for IP", FULL),
    ("flow-type ip4 action 1", "not for IP", FULL),
    (f"flow-type ether src {OTHER_MAC} action 1", "no MAC address", FULL),
    (f"flow-type tcp4 dst-mac {OTHER_MAC} dst-port 5 action 1", "no MAC address", FULL),
    (f"flow-type ether vlan {PRIORITY << 13:#x} m 0x1fff action 1", "no VLAN", FULL),
    ("flow-type tcp4 dst-port 5 vlan 0x6000 m 0x1fff action 1", "each as a whole", SMALL),
]
# flower's words, the filter that they take, the MACs that have it, a frame that they are about, and some that miss it
TC_KINDS = [
    ("0x88b5", "ethertype", FULL + SMALL, frame("ether"), [frame("ether", ethertype=0x88b6)]),
    ("ip ip_proto tcp src_ip 192.0.2.7 dst_ip 192.0.2.1 src_port 4000 dst_port 5000", "tuple", FULL, frame("tcp4"),
     [frame("tcp4", source_port=4001), frame("udp4"), frame("tcp4", source="192.0.2.8")]),
    ("ip ip_proto udp dst_port 5000", "tuple", FULL + SMALL, frame("udp4"), [frame("tcp4")]),
    ("ip ip_proto tcp src_ip 192.0.2.7", "flex", SMALL, frame("tcp4"), [frame("tcp4", source="192.0.2.8")]),
    ("ipv6 ip_proto udp src_ip 2001:db8::7 dst_port 5000", "flex", SMALL, frame("udp6"),
     [frame("udp6", destination_port=5001), frame("udp4")]),
    (f"all src_mac {OTHER_MAC}", "flex", SMALL, frame("tcp4", ether_source=OTHER_MAC), [frame("tcp4")]),
    (f"802.1q vlan_prio {PRIORITY}", "vlan_priority", WITH_VLAN, frame("tcp4", tci=PRIORITY << 13 | VID),
     [frame("tcp4", tci=2 << 13 | VID)]),
    ("ip ip_proto tcp tcp_flags 0x2/0x2", "syn", FULL + SMALL, frame("tcp4", tcp_flags=SYN), [frame("tcp4"), frame("udp4")]),
]
TC_REFUSED = [
    ("ip ip_proto tcp src_ip 192.0.2.0/24", "as a whole", FULL + SMALL),
    ("ip ip_proto tcp tcp_flags 0x10/0x10", "only SYN", FULL + SMALL),
    ("ip ip_proto tcp tcp_flags 0x2/0x12", "only SYN", FULL + SMALL),
    ("ip ip_proto tcp dst_port 80 tcp_flags 0x2/0x2", "each as a whole", FULL + SMALL),
    ("802.1q vlan_id 5", "only the priority", FULL + SMALL),
    ("ip ip_ttl 5", "can be matched", FULL + SMALL),
    ("0x100", "VLAN tags and lengths", FULL + SMALL),
    ("ipv6 ip_proto tcp dst_port 5000", "no IPv6", FULL),
    (f"all src_mac {OTHER_MAC}", "no MAC address", FULL),
]


@prepared
def by_tc(bench, queue):
    """tc's flower rules take the same filters, and what cannot be is refused with the reason."""
    with ingress(bench):
        for words, by, macs, hit, misses in TC_KINDS:
            if mac(bench) not in macs:
                continue
            run(tc(bench, words, queue, 9))
            try:
                expect("in_hw" in run(f"tc filter show dev {bench.name} ingress"), "tc does not show it in hardware")
                steers(bench, hit, queue, by)
                for miss in misses:
                    passes_by(bench, miss, queue, by)
                run(f"tc filter del dev {bench.name} ingress prio 9")
                passes_by(bench, hit, queue, by)
            except Failure as failure:
                raise Failure(f"{words}: {failure}") from failure
        for words, reason, macs in TC_REFUSED:
            if mac(bench) in macs:
                tc_refused(bench, tc(bench, words, queue, 9), reason)
        tc_refused(bench, tc(bench, "ip ip_proto tcp dst_port 5000", 99, 9), "no queue 99")
        tc_refused(bench, f"tc filter add dev {bench.name} ingress protocol ip prio 9 flower ip_proto tcp skip_sw action drop",
                   "leads to a queue")
        expect("flower" not in run(f"tc filter show dev {bench.name} ingress"), "a rule that was refused stays")


@prepared
def tc_and_ethtool(bench, queue):
    """One owner for both: ethtool's rules come first, tc's by prio; no queue goes from under a rule."""
    one, other = "ip ip_proto tcp dst_port 5000", "ip ip_proto tcp dst_port 5001"
    by = "tuple"
    with ingress(bench):
        location = add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
        tc_refused(bench, tc(bench, one, 0, 1), f"location {location} matches the same")
        run(f"ethtool -N {bench.name} delete {location}")
        run(tc(bench, one, queue, 7))
        refused(bench, "flow-type tcp4 dst-port 5000 action 0", "tc's prio 7 matches the same")
        # The first segments are looked for only behind the tuple filters.
        tc_refused(bench, tc(bench, "ip ip_proto tcp tcp_flags 0x2/0x2", 0, 3), "tc's prio 7 first")
        run(tc(bench, "ip ip_proto tcp tcp_flags 0x2/0x2", 0, 9))
        steers(bench, frame("tcp4", tcp_flags=SYN), queue, by, BURST)
        steers(bench, frame("tcp4", tcp_flags=SYN, destination_port=80), 0, "syn", BURST)
        if mac(bench) in SMALL:
            run(tc(bench, "ip ip_proto udp src_port 4000", queue, 6))
            refused(bench, "flow-type udp4 dst-port 5000 action 0", "tc's prio 6 first")
        run(tc(bench, other, queue, 8))
        for change in (f"ip link set {bench.name} down && ip link set {bench.name} up", f"ethtool -G {bench.name} rx 512",
                       f"ethtool -G {bench.name} rx 256"):
            run(change)
            bench.wait_link()
            steers(bench, frame("tcp4", destination_port=5001), queue, by, BURST)
            steers(bench, frame("tcp4", tcp_flags=SYN, destination_port=80), 0, "syn", BURST)
        run(f"ethtool -X {bench.name} equal 1")
        run("dmesg -C")
        done = subprocess.run(f"ethtool -L {bench.name} combined {queue}", shell=True, check=False)
        log = run("dmesg")
        expect(done.returncode != 0 and f"needs queue {queue}" in log, f"a queue goes from under a rule of tc: {log}")
        done = subprocess.run(f"ethtool -K {bench.name} hw-tc-offload off", shell=True, check=False, capture_output=True)
        expect("hw-tc-offload: on" in run(f"ethtool -k {bench.name}"), "the feature goes from under tc's rules")
        # What was refused is still wanted, and would come with the next change of a feature.
        run(f"ethtool -K {bench.name} hw-tc-offload on")
    # The rules went with their place.
    run(f"ethtool -L {bench.name} combined {queue}")
    passes_by(bench, frame("tcp4"), queue, by)


@prepared
def each_kind(bench, queue):
    """Every kind of rule that the MAC has: hits, misses, and RSS again afterwards."""
    for kind in KINDS:
        if mac(bench) not in kind.macs:
            continue
        location = add(bench, f"{kind.words} action {queue}")
        try:
            steers(bench, kind.frame, queue, kind.by)
            for miss in kind.misses:
                passes_by(bench, miss, queue, kind.by)
            run(f"ethtool -N {bench.name} delete {location}")
            passes_by(bench, kind.frame, queue, kind.by)
        except Failure as failure:
            raise Failure(f"{kind.name()}: {failure}") from failure
        print(f"# {kind.name()}", flush=True)


@prepared
def what_cannot_be(bench, _queue):
    """Refused with the reason, and nothing stays behind."""
    for words, reason, macs in REFUSED:
        if mac(bench) in macs:
            refused(bench, words, reason)
    # ethtool itself has no words for this one.
    run("dmesg -C")
    run(f"igbtune steer {bench.name} --add 'ether dst {OTHER_MAC} dst-mac 02:00:00:00:00:78 action 1'", check=False)
    expect("two destination MAC addresses" in run("dmesg"), "no frame has two destination MAC addresses, but a rule")
    expect(not rules(bench), f"rules stay: {rules(bench)}")


@prepared
def as_many_as_there_are(bench, queue):
    """The slots of a kind, and not one more; each of them steers."""
    most = 8
    for number in range(most):
        add(bench, f"flow-type tcp4 dst-port {6000 + number} action {queue}")
    refused(bench, f"flow-type tcp4 dst-port {6000 + most} action {queue}", "in use")
    for number in range(most):
        steers(bench, frame("tcp4", destination_port=6000 + number), queue, "tuple", BURST)
    passes_by(bench, frame("tcp4", destination_port=6000 + most), queue, "tuple")
    run(f"ethtool -N {bench.name} delete {rules(bench)[3]}")
    add(bench, f"flow-type tcp4 dst-port {6000 + most} action {queue}")
    steers(bench, frame("tcp4", destination_port=6000 + most), queue, "tuple", BURST)
    passes_by(bench, frame("tcp4", destination_port=6003), queue, "tuple")


@prepared
def twins(bench, queue):
    """Two rules with the same match, and two of which one would never be asked."""
    location = add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    refused(bench, "flow-type tcp4 dst-port 5000 action 0", "same frames")
    if mac(bench) not in SMALL:
        return
    # The device asks its flex filters first, whatever the locations say.
    refused(bench, f"flow-type tcp4 src-port 4000 action 0 loc {location + 1}", "has to be lower")
    add(bench, "flow-type tcp4 src-port 4000 action 0 loc 0")
    steers(bench, frame("tcp4"), 0, "flex", BURST)
    run(f"ethtool -N {bench.name} delete 0")
    steers(bench, frame("tcp4"), queue, "tuple", BURST)


@prepared
def lower_location_wins(bench, queue):
    """Of two rules that match a frame, the one at the lower location decides, in whatever order they came."""
    wide, narrow = ("flow-type tcp4 src-ip 192.0.2.7", "flow-type tcp4 src-ip 192.0.2.7 src-port 4000")
    by = "tuple" if mac(bench) in FULL else "flex"
    for first, second in ((wide, narrow), (narrow, wide)):
        add(bench, f"{first} action {queue} loc 11")
        add(bench, f"{second} action 0 loc 10")
        steers(bench, frame("tcp4"), 0, by, BURST)
        run(f"ethtool -N {bench.name} delete 10")
        steers(bench, frame("tcp4"), queue, by, BURST)
        add(bench, f"{second} action 0 loc 12")
        steers(bench, frame("tcp4"), queue, by, BURST)
        delete_all(bench)


@prepared
def another_at_its_place(bench, queue):
    """A rule at a location in use takes its place; one that is refused leaves the old one."""
    add(bench, f"flow-type tcp4 dst-port 5000 action {queue} loc 9")
    add(bench, f"flow-type udp4 dst-port 5000 action {queue} loc 9")
    passes_by(bench, frame("tcp4"), queue, "tuple")
    steers(bench, frame("udp4"), queue, "tuple", BURST)
    refused(bench, "flow-type tcp4 tos 4 action 1 loc 9", "TOS")
    refused(bench, "flow-type tcp4 dst-port 5000 action 77 loc 9", "no queue")
    add(bench, "flow-type tcp4 dst-port 5001 action 0 loc 10")
    refused(bench, "flow-type tcp4 dst-port 5001 action 0 loc 9", "same frames")
    steers(bench, frame("udp4"), queue, "tuple", BURST)
    shown = run(f"ethtool -n {bench.name} rule 9")
    expect("Rule Type: UDP over IPv4" in shown and f"Action: Direct to queue {queue}" in shown, shown)


@prepared
def they_stay(bench, queue):
    """Resets and changes of everything else: the rules are written again."""
    spec = {"tuple": (f"flow-type tcp4 dst-port 5000 action {queue}", frame("tcp4")),
            "ethertype": (f"flow-type ether proto 0x88b5 action {queue}", frame("ether"))}
    if mac(bench) in SMALL:
        spec["flex"] = (f"flow-type udp6 src-port 4000 action {queue}", frame("udp6"))
    for words, _ in spec.values():
        add(bench, words)

    def all_steer(why):
        bench.wait_link()
        for reason, (_, one) in spec.items():
            try:
                steers(bench, one, queue, reason, BURST)
            except Failure as failure:
                raise Failure(f"after {why}: {failure}") from failure

    all_steer("nothing")
    name, pci = bench.name, bench.pci
    for change in (f"ip link set {name} down && ip link set {name} up", f"ethtool -G {name} rx 512",
                   f"ip link set {name} mtu 4000", f"ip link set {name} mtu 1500 && ethtool -G {name} rx 256",
                   f"ethtool -X {name} equal {queue} && ethtool -L {name} combined {queue + 1}",
                   f"ethtool -t {name} offline",
                   f"ethtool -K {name} rx-vlan-filter off && ethtool -K {name} rx-vlan-filter on",
                   f"echo flr >/sys/bus/pci/devices/{pci}/reset_method && echo 1 >/sys/bus/pci/devices/{pci}/reset"):
        run(change)
        all_steer(change)
    run("echo 1 >/sys/module/suspend/parameters/pm_test_delay && echo platform >/sys/power/pm_test")
    try:
        run("echo freeze >/sys/power/state")
    finally:
        run("echo none >/sys/power/pm_test")
    all_steer("sleep")


@prepared
def queues_that_are_needed(bench, queue):
    """Fewer channels than a rule needs are refused, until it is gone."""
    location = add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    run(f"ethtool -X {bench.name} equal {queue}")
    said = subprocess.run(f"ethtool -L {bench.name} combined {queue}", shell=True, check=False, capture_output=True,
                          text=True)
    expect(said.returncode != 0, "the channels are taken from under a rule")
    expect("ntuple" in said.stderr, said.stderr)
    run(f"ethtool -N {bench.name} delete {location} && ethtool -X {bench.name} default")
    run(f"ethtool -L {bench.name} combined {queue}")


@prepared
def feature_off(bench, queue):
    """Without the feature there are no rules, and none can be set."""
    add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    run(f"ethtool -K {bench.name} ntuple off")
    try:
        expect(not rules(bench), "rules without the feature")
        passes_by(bench, frame("tcp4"), queue, "tuple")
        refused(bench, f"flow-type tcp4 dst-port 5000 action {queue}", "ntuple on")
    finally:
        run(f"ethtool -K {bench.name} ntuple on")
    add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    steers(bench, frame("tcp4"), queue, "tuple", BURST)


# Of each kind, and the least that a MAC without and with flex filters has
SLOTS = 8
LOCATIONS = {False: 16, True: 24}
# Small pools, so that rules overlap and frames hit them
POOLS = {"source": ("192.0.2.7", "192.0.2.8"), "destination": ("192.0.2.1", "192.0.2.3"), "source_port": (4000, 4001),
         "destination_port": (5000, 5001)}
OPTIONS = {"source": "src-ip", "destination": "dst-ip", "source_port": "src-port", "destination_port": "dst-port"}


@dataclass
class Guess:
    """A rule that chance made, and what is expected of it."""

    kind: str
    fields: dict
    queue: int
    by: str
    version_blind: bool

    def words(self):
        text = " ".join(f"{OPTIONS[name]} {value}" for name, value in self.fields.items())
        return f"flow-type {self.kind} {text} action {self.queue}"

    def flower(self):
        text = " ".join(f"{OPTIONS[name].replace('-', '_')} {value}" for name, value in self.fields.items())
        return f"{'ipv6' if self.kind.endswith('6') else 'ip'} ip_proto {self.kind[:-1]} {text}"

    def matches(self, kind, spec):
        same = kind[:-1] == self.kind[:-1] if self.version_blind else kind == self.kind
        return same and all(spec[name] == value for name, value in self.fields.items())

    def is_twin(self, other):
        return (self.kind, self.fields, self.by) == (other.kind, other.fields, other.by)

    def overlaps(self, other):
        """Whether a frame can match both."""
        if self.kind[:-1] != other.kind[:-1]:
            return False
        if self.kind != other.kind and not self.version_blind and not other.version_blind:
            return False
        return all(other.fields.get(name, value) == value for name, value in self.fields.items())


def must_be_refused(rule, location, have, count, small):
    """Why, as the documentation has it; nothing: it has to be accepted."""
    others = {place: one for place, one in have.items() if place != location}
    if rule.kind.endswith("6") and not small:
        return "IPv6"
    if rule.queue >= count:
        return "queue"
    if any(rule.is_twin(one) for one in others.values()):
        return "twin"
    if sum(one.by == rule.by for one in others.values()) == SLOTS:
        return "full"
    # The device asks flex filters first.
    before = [place for place, one in others.items() if one.by < rule.by and rule.overlaps(one)]
    behind = [place for place, one in others.items() if one.by > rule.by and rule.overlaps(one)]
    if location is None:
        places = set(range(max(before, default=-1) + 1, min(behind, default=LOCATIONS[small]))) - others.keys()
        return "" if places else "place"
    return "order" if max(before, default=-1) > location or min(behind, default=location) < location else ""


def guess_spec(chance):
    """A kind of frame, and its fields."""
    kind = chance.choice(("tcp4", "udp4", "tcp6", "udp6"))
    spec = {name: chance.choice(values) for name, values in POOLS.items()}
    if kind.endswith("6"):
        spec.update({name: "2001:db8::" + spec[name].rpartition(".")[2] for name in ("source", "destination")})
    return kind, spec


def guess_rule(chance, count, small):
    kind, spec = guess_spec(chance)
    names = ["destination_port"] if chance.random() < 0.3 else chance.sample(sorted(spec), chance.randint(1, 3))
    fields = {name: spec[name] for name in names}
    blind = small and set(fields) == {"destination_port"} and kind.endswith("4")
    return Guess(kind, fields, chance.randrange(count), "flex" if small and not blind else "tuple", blind)


def agree(bench, chance, have):
    """The listed rules are the expected ones, and random frames go where the lowest location says."""
    said = run(f"tc filter show dev {bench.name} ingress")
    listed = rules(bench) + sorted({TC + int(prio) for prio in re.findall(r"pref (\d+) .*handle", said)})
    expect(listed == sorted(have), f"rules {listed}, expected {sorted(have)}")
    told = {(one["kind"], one["slot"]): one["queue"] for one in family().dump("filter-get", {"ifindex": ifindex(bench)})}
    expect(len(told) == len(have) and told == slots_in_registers(bench),
           f"the driver tells of {told}, the device has {slots_in_registers(bench)}")
    for _ in range(4):
        kind, spec = guess_spec(chance)
        grown = send(bench, {"kind": kind, **spec}, 3)
        winner = min((location for location, rule in have.items() if rule.matches(kind, spec)), default=None)
        ruled = {queue: frames for (queue, reason), frames in grown.items() if reason in ("tuple", "flex")}
        wanted = {} if winner is None else {have[winner].queue: 3}
        expect(ruled == wanted, f"{kind} {spec}: {grown}, but rule {winner} says {wanted}; rules: {have}")


def move_interrupt(name, chance):
    """One queue's, to any CPU."""
    number = chance.choice(re.findall(rf"^ *(\d+):.* {name}-TxRx-\d+$", run("cat /proc/interrupts"),
                                                             re.MULTILINE))
    return f"echo {chance.randrange(os.cpu_count())} >/proc/irq/{number}/smp_affinity_list"


def change_something(bench, chance, count):
    """Anything that is not a rule. Fewer queues than a rule needs may be refused."""
    name, pci = bench.name, bench.pci
    wanted = chance.randint(1, count)
    change = chance.choice((f"ip link set {name} down && ip link set {name} up",
                            f"ethtool -G {name} rx {chance.choice((256, 512))}",
                            f"ethtool -L {name} combined {wanted}", f"ethtool -L {name} combined {count}",
                            f"ethtool -r {name}", f"ethtool -X {name} default", move_interrupt(name, chance),
                            f"echo 1 >/sys/bus/pci/devices/{pci}/reset"))
    run(change, check=False)
    bench.wait_link()


def set_somewhere(bench, chance, rule, have, small):
    """By ethtool, at a location or anywhere, or by tc at a prio that is free; its location, or None, and why it was refused."""
    if chance.random() < 0.3:
        prio = chance.choice([one for one in range(1, 40) if TC + one not in have])
        command, location = tc(bench, rule.flower(), rule.queue, prio), TC + prio
    else:
        location = chance.randrange(16) if chance.random() < 0.5 else None
        command = f"ethtool -N {bench.name} {rule.words()}{'' if location is None else f' loc {location}'}"
    count = len(run(f"ls -d /sys/class/net/{bench.name}/queues/rx-*").split())
    reason = must_be_refused(rule, location, have, count, small)
    done = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)
    expect((done.returncode == 0) == (not reason),
           f"{command}: {done.stdout}{done.stderr}, but it should be {f'refused: {reason}' if reason else 'accepted'}: {have}")
    if reason:
        return None, reason
    return int(done.stdout.split()[-1]) if location is None else location, reason


def delete_one(bench, location):
    if location < TC:
        run(f"ethtool -N {bench.name} delete {location}")
    else:
        run(f"tc filter del dev {bench.name} ingress prio {location - TC}")


def steps():
    """A few; in full length for half an hour, which on all machines of the check is two hours' worth."""
    seconds = float(os.environ.get("STEERING_SECONDS", "1800" if FULL_LENGTH else "0"))
    if not seconds:
        return range(int(os.environ.get("STEERING_STEPS", "40")))
    end = time.monotonic() + seconds
    return itertools.takewhile(lambda _: time.monotonic() < end, itertools.count())


def change_rules(bench, chance, have, done):
    """One comes, or goes, or anything else changes; what was done is counted."""
    count, small = min(QUEUES, len(queues(bench))), mac(bench) in SMALL
    dice = chance.random()
    if dice < 0.5:
        rule = guess_rule(chance, count, small)
        location, reason = set_somewhere(bench, chance, rule, have, small)
        done[f"refused: {reason}" if reason else rule.by] += 1
        have.update({location: rule} if location is not None else {})
    elif dice < 0.75 and have:
        location = chance.choice(sorted(have))
        delete_one(bench, location)
        del have[location]
    else:
        change_something(bench, chance, count)


def random_changes(bench):
    """From a seed: rules come, go and are refused, everything else changes, and driver and device agree."""
    seed = int(os.environ.get("STEERING_SEED", "1"))
    chance = random.Random(seed)
    count = min(QUEUES, len(queues(bench)))
    run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}; "
        f"echo flr >/sys/bus/pci/devices/{bench.pci}/reset_method")
    have, done = {}, Counter()
    with ingress(bench):
        try:
            for step in steps():
                try:
                    change_rules(bench, chance, have, done)
                    agree(bench, chance, have)
                except Failure as failure:
                    raise Failure(f"seed {seed}, step {step}: {failure}") from failure
            print(f"# {step + 1} steps, rules: {dict(done)}, {len(have)} at the end", flush=True)
        finally:
            delete_all(bench)
            run(f"ethtool -X {bench.name} default")


@prepared
def told_by_netlink(bench, queue):
    """The family lists each filter with what it compares, and nothing else."""
    ask = family()
    port = {"ifindex": ifindex(bench)}
    expect(not ask.dump("filter-get", port), "filters without a rule")
    location = add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    other = add(bench, "flow-type ether proto 0x88b5 action 0")
    if mac(bench) in SMALL:
        add(bench, f"flow-type tcp6 src-ip 2001:db8::7 action {queue}")
    told = {one["kind"]: one for one in ask.dump("filter-get", port)}
    expect(len(told) == len(rules(bench)), f"{told}")
    one = told["tuple"]
    wanted = {"location": location, "queue": queue, "owner": "rule", "protocol": 6, "dest-port": 5000,
              "ethertype": 0x800}
    expect(wanted.items() <= one.items() and "source-ip" not in one and "age" in one, f"{one}")
    one = told["ethertype"]
    wanted = {"location": other, "queue": 0, "ethertype": 0x88b5}
    expect(wanted.items() <= one.items() and "protocol" not in one, f"{one}")
    if mac(bench) in SMALL:
        # An older library leaves it as bytes.
        source = ipaddress.ip_address(told["flex"]["source-ip"])
        expect(source == ipaddress.ip_address("2001:db8::7"), f"{told['flex']}")
    with ingress(bench):
        run(tc(bench, "ip ip_proto tcp tcp_flags 0x2/0x2", 0, 9))
        told = [one for one in ask.dump("filter-get", port) if one["owner"] == "tc"]
        expect(len(told) == 1 and {"kind": "syn", "tc-prio": 9, "queue": 0, "protocol": 6}.items() <= told[0].items() and
               "tcp-syn" in told[0] and "location" not in told[0], f"{told}")
    expect(not ask.dump("flow-get", port), "flows without any")
    told = ask.do("arfs-get", port)
    expect(told.keys() >= {"steered", "moved", "expired", "evicted", "refused-full", "refused-shared", "refused-rule"},
           f"{told}")
    for number in range(8):
        run(f"ethtool -N {bench.name} flow-type ether proto {0x9000 + number:#x} action 0", check=False)
    expect(len(ask.dump("filter-get", port)) == len(rules(bench)), "not all of them")


@prepared
def by_igbtune(bench, queue):
    """igbtune shows whose filter leads where, and changes rules as a whole: refused or taken back, all is as it was."""
    name = bench.name

    def steer(words, check=True):
        return run(f"igbtune steer {name} {words}", check)

    expect("none is in use" in steer(""), steer(""))
    first = add(bench, f"flow-type tcp4 dst-port 5000 action {queue}")
    steer(f"--add 'udp4 dst-port 5001 action {queue}' --add 'ether proto 0x88b5 action 0'")
    if mac(bench) in SMALL:
        for words in (f"udp6 dst-port 5003 dst-mac {OTHER_MAC}", *([f"ether vlan-prio {PRIORITY}"] * (mac(bench) in WITH_VLAN))):
            steer(f"--add '{words} action 0'")
    said = steer("")
    wanted = ["tcp4 dst-port 5000", "udp4 dst-port 5001", "ether proto 0x88b5", f"ethtool, loc {first} "]
    wanted += [f"udp6 dst {OTHER_MAC} dst-port 5003"] * (mac(bench) in SMALL)
    wanted += [f"ether vlan-prio {PRIORITY}"] * (mac(bench) in WITH_VLAN)
    for words in wanted:
        expect(words in said, f"not '{words}': {said}")
    steers(bench, frame("udp4", destination_port=5001), queue, "tuple", BURST)
    before = rules(bench)
    refused_by = subprocess.run(f"igbtune steer {name} --delete {first} --add 'udp4 dst-port 5002 action 99'", shell=True,
                                check=False, capture_output=True, text=True)
    expect(refused_by.returncode != 0 and rules(bench) == before, f"{refused_by}: {rules(bench)}, not {before}")
    steers(bench, frame("tcp4"), queue, "tuple", BURST)
    steer(f"--delete {first}")
    passes_by(bench, frame("tcp4"), queue, "tuple")
    run("igbtune rollback")
    expect(rules(bench) == before, f"after rollback {rules(bench)}, not {before}")
    steers(bench, frame("tcp4"), queue, "tuple", BURST)
    delete_all(bench)
