#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rules really move frames: by the device model's own account of which filter led where. Runs in the guest.

Each rule is set with ethtool on a port whose RSS table leaves its queue out; frames that match come to
that queue and no other, frames that miss by one field do not, and without the rule RSS has them again.
"""

import contextlib
import functools
import importlib
import ipaddress
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

from flows import Flows, child, connect_often, end, serve_often
from guest import Failure, Lacking, expect, main, run, wait_for

FRAMES = 1000
# What fits a packet buffer and a ring: the model's generator knows no pace.
BURST = 50
QUEUES = 4
# The queue that RSS leaves out
APART = 2
FOUR = {"source": "192.0.2.7", "destination": "192.0.2.1"}
SIX = {"source": "2001:db8::7", "destination": "2001:db8::1"}
PORTS = {"source_port": 4000, "destination_port": 5000}
OTHER_MAC = "02:00:00:00:00:77"
VID = 5
PRIORITY = 3
# Which filters a MAC has
FULL = ("82576",)
SMALL = ("82580", "i350", "i210", "i210-flashless", "i211")
WITH_VLAN = ("i350", "i210", "i210-flashless", "i211")


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


def frame(kind, **more):
    return {"kind": kind, **(SIX if kind.endswith("6") else FOUR if kind != "ether" else {}), **PORTS, **more}


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
    ("flow-type tcp6 dst-port 5000 action 1", "no IPv6", FULL),
    (f"flow-type ether src {OTHER_MAC} action 1", "no MAC address", FULL),
    (f"flow-type tcp4 dst-mac {OTHER_MAC} dst-port 5 action 1", "no MAC address", FULL),
    (f"flow-type ether vlan {PRIORITY << 13:#x} m 0x1fff action 1", "no VLAN", FULL),
    ("flow-type tcp4 dst-port 5 vlan 0x6000 m 0x1fff action 1", "each as a whole", SMALL),
]


def mac(bench):
    return bench.model.ask("statistics")["mac"]


def queues(bench):
    """{queue: {reason: frames}}"""
    return [one["by"] for one in bench.model.ask("statistics")["rx"]["queues"]]


def send(bench, spec, count=FRAMES, flows=1):
    """Frames to port 0, and how many each filter led to each queue: {(queue, reason): frames}."""
    before, seen = queues(bench), bench.counters()
    for first in range(0, count, BURST):
        now = min(BURST, count - first)
        bench.model.ask("generate", count=now, flows=min(flows, now), **spec)
        wait_for(lambda: bench.model.ask("statistics")["rx"]["waiting"] == 0, "the device's buffer is empty again")
    grown = {}
    for queue, (now, then) in enumerate(zip(queues(bench), before)):
        for reason, value in now.items():
            if value != then[reason]:
                grown[queue, reason] = value - then[reason]
    total = sum(grown.values())
    expect(total >= count, f"{total} of {count} frames came to a queue")

    def counted():
        mine = bench.counters()
        return sum(mine[f"rx_queue_{queue}_packets"] - seen[f"rx_queue_{queue}_packets"]
                   for queue in range(len(before)) if f"rx_queue_{queue}_packets" in mine) >= total
    wait_for(counted, "the driver has counted them")
    return grown


def driver_has(bench, queue):
    return bench.counters()[f"rx_queue_{queue}_packets"]


def add(bench, words):
    """Its location."""
    said = run(f"ethtool -N {bench.name} {words}")
    return int(re.search(r"Added rule with ID (\d+)", said)[1]) if "Added" in said else None


def refused(bench, words, reason):
    run("dmesg -C")
    done = subprocess.run(f"ethtool -N {bench.name} {words}", shell=True, check=False, capture_output=True, text=True)
    expect(done.returncode != 0, f"accepted: {words}")
    log = run("dmesg")
    expect(reason in log, f"{words}: the log does not say '{reason}': {log}")


def rules(bench):
    return sorted(int(word) for word in re.findall(r"^Filter: (\d+)$", run(f"ethtool -n {bench.name}"), re.MULTILINE))


def delete_all(bench):
    for location in rules(bench):
        run(f"ethtool -N {bench.name} delete {location}")


def apart(bench):
    """Several queues, of which RSS leaves one out; a VLAN that is let in; nothing that talks by itself."""
    count = min(QUEUES, len(queues(bench)))
    wanted = min(APART, count - 1)
    weights = " ".join("0" if queue == wanted else "1" for queue in range(count))
    run(f"ethtool -L {bench.name} combined {count} && ethtool -X {bench.name} weight {weights}")
    run(f"ip link add link {bench.name} name steer.{VID} type vlan id {VID} && ip link set steer.{VID} up", check=False)
    bench.wait_link()
    return wanted


def prepared(case):
    """The case gets the queue that RSS leaves out, and leaves no rule behind."""
    @functools.wraps(case)
    def wrapped(bench):
        queue = apart(bench)
        try:
            case(bench, queue)
        finally:
            delete_all(bench)
            run(f"ethtool -X {bench.name} default")
    return wrapped


def steers(bench, spec, queue, reason, count=FRAMES):
    had = driver_has(bench, queue)
    grown = send(bench, spec, count, flows=1)
    there = grown.get((queue, reason), 0)
    strays = {place: frames for place, frames in grown.items() if place[1] == reason and place[0] != queue}
    expect(there == count and not strays, f"{count} frames for queue {queue}, {grown} seen")
    counted = driver_has(bench, queue) - had
    # What talks by itself comes to queue 0.
    expect(counted == count or (counted > count and not queue), f"the driver counts {counted} on it")


def passes_by(bench, spec, queue, reason, count=BURST):
    grown = send(bench, spec, count)
    strays = {place: frames for place, frames in grown.items() if queue in place or reason in place}
    expect(not strays, f"not for queue {queue}: {spec}: {grown}")


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
    # The device asks for the Ethernet type first, whatever the locations say.
    refused(bench, f"flow-type ether proto 0x800 action 0 loc {location + 1}", "has to be lower")
    add(bench, "flow-type ether proto 0x800 action 0 loc 0")
    steers(bench, frame("tcp4"), 0, "ethertype", BURST)
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
    version_blind: bool

    def words(self):
        text = " ".join(f"{OPTIONS[name]} {value}" for name, value in self.fields.items())
        return f"flow-type {self.kind} {text} action {self.queue}"

    def matches(self, kind, spec):
        same = kind[:-1] == self.kind[:-1] if self.version_blind else kind == self.kind
        return same and all(spec[name] == value for name, value in self.fields.items())


def guess_spec(chance):
    """A kind of frame, and its fields."""
    kind = chance.choice(("tcp4", "udp4", "tcp6", "udp6"))
    spec = {name: chance.choice(values) for name, values in POOLS.items()}
    if kind.endswith("6"):
        spec.update({name: "2001:db8::" + spec[name].rpartition(".")[2] for name in ("source", "destination")})
    return kind, spec


def guess_rule(chance, count, small):
    kind, spec = guess_spec(chance)
    fields = {name: spec[name] for name in chance.sample(sorted(spec), chance.randint(1, 3))}
    blind = small and set(fields) == {"destination_port"} and kind.endswith("4")
    return Guess(kind, fields, chance.randrange(count), blind)


def agree(bench, chance, have):
    """The listed rules are the expected ones, and random frames go where the lowest location says."""
    expect(rules(bench) == sorted(have), f"rules {rules(bench)}, expected {sorted(have)}")
    for _ in range(4):
        kind, spec = guess_spec(chance)
        grown = send(bench, {"kind": kind, **spec}, 3)
        winner = min((location for location, rule in have.items() if rule.matches(kind, spec)), default=None)
        ruled = {queue: frames for (queue, reason), frames in grown.items() if reason in ("tuple", "flex")}
        wanted = {} if winner is None else {have[winner].queue: 3}
        expect(ruled == wanted, f"{kind} {spec}: {grown}, but rule {winner} says {wanted}; rules: {have}")


def change_something(bench, chance, count):
    """Anything that is not a rule. Fewer queues than a rule needs may be refused."""
    name, pci = bench.name, bench.pci
    wanted = chance.randint(1, count)
    change = chance.choice((f"ip link set {name} down && ip link set {name} up",
                            f"ethtool -G {name} rx {chance.choice((256, 512))}",
                            f"ethtool -L {name} combined {wanted}", f"ethtool -L {name} combined {count}",
                            f"ethtool -r {name}", f"ethtool -X {name} default",
                            f"echo 1 >/sys/bus/pci/devices/{pci}/reset"))
    run(change, check=False)
    bench.wait_link()


def random_changes(bench):
    """From a seed: rules come, go and are refused, everything else changes, and driver and device agree."""
    seed = int(os.environ.get("STEERING_SEED", "1"))
    chance = random.Random(seed)
    count = min(QUEUES, len(queues(bench)))
    small = mac(bench) in SMALL
    run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}; "
        f"echo flr >/sys/bus/pci/devices/{bench.pci}/reset_method")
    have, refusals = {}, 0
    try:
        for step in range(int(os.environ.get("STEERING_STEPS", "80"))):
            dice = chance.random()
            if dice < 0.5:
                rule = guess_rule(chance, count, small)
                place = f" loc {chance.randrange(16)}" if chance.random() < 0.5 else ""
                done = subprocess.run(f"ethtool -N {bench.name} {rule.words()}{place}", shell=True, check=False,
                                      capture_output=True, text=True)
                if done.returncode:
                    refusals += 1
                else:
                    have[int(place.split()[1]) if place else int(done.stdout.split()[-1])] = rule
            elif dice < 0.75 and have:
                location = chance.choice(sorted(have))
                run(f"ethtool -N {bench.name} delete {location}")
                del have[location]
            else:
                change_something(bench, chance, count)
            try:
                agree(bench, chance, have)
            except Failure as failure:
                raise Failure(f"seed {seed}, step {step}: {failure}") from failure
        print(f"# {refusals} rules refused, {len(have)} at the end", flush=True)
    finally:
        delete_all(bench)
        run(f"ethtool -X {bench.name} default")


def family():
    """igbr's own netlink family, by its specification and the kernel's library for any family."""
    library = f"/usr/src/kselftest/{os.uname().release}/tools/net/ynl"
    sys.path.append(library)
    lib = importlib.import_module("pyynl.lib" if os.path.isdir(f"{library}/pyynl") else "lib")
    specification = pathlib.Path(__file__).resolve().parents[3] / "Documentation/netlink/igbr.yaml"
    return lib.YnlFamily(str(specification), schema="")


@prepared
def told_by_netlink(bench, queue):
    """The family lists each filter with what it compares, and nothing else."""
    ask = family()
    port = {"ifindex": int(run(f"cat /sys/class/net/{bench.name}/ifindex"))}
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
    expect(not ask.dump("flow-get", port), "flows without any")
    counts = ask.do("arfs-get", port)
    expect(counts.keys() >= {"steered", "moved", "expired", "evicted", "refused-full"}, f"{counts}")
    for number in range(8):
        run(f"ethtool -N {bench.name} flow-type ether proto {0x9000 + number:#x} action 0", check=False)
    expect(len(ask.dump("filter-get", port)) == len(rules(bench)), "not all of them")


FLOWS = 8
ENTRIES = 4096
SHORT_FLOWS = 10000 if os.environ.get("IGBR_FULL") == "1" else 500


def tuple_slots(bench):
    """{destination port: queue} of the tuple filters in use, by their registers."""
    def register(offset):
        return bench.model.ask("register", offset=offset)["value"]
    found = {}
    for slot in range(FLOWS):
        filter_register = register(0x59e0 + 4 * slot)
        if filter_register & 0x100:
            port = register(0x5a80 + 4 * slot) & 0xffff
            found[port >> 8 | (port & 0xff) << 8] = filter_register >> 16 & 15
    return found


def queue_cpus(bench, count):
    """The CPU of each queue's interrupt."""
    lines = {match[2]: match[1]
             for match in re.finditer(r"^ *(\d+):.* (\S+)$", run("cat /proc/interrupts"), re.MULTILINE)}
    return [int(run(f"cat /proc/irq/{lines[f'{bench.name}-TxRx-{queue}']}/effective_affinity_list"))
            for queue in range(count)]


@contextlib.contextmanager
def flow_steering(bench):
    """What a user sets for it; the number of queues."""
    folder = f"/sys/class/net/{bench.name}/queues"
    count = os.cpu_count()
    if mac(bench) not in FULL:
        raise Lacking(f"{mac(bench)} cannot tell flows apart")
    if count < QUEUES:
        raise Lacking(f"{count} CPUs")
    run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}; ethtool -K {bench.name} ntuple on")
    bench.wait_link()

    def entries(flows):
        run(f"echo {flows} >/proc/sys/net/core/rps_sock_flow_entries")
        for queue in range(count):
            run(f"echo {flows // count} >{folder}/rx-{queue}/rps_flow_cnt")
    entries(ENTRIES)
    try:
        yield count
    finally:
        entries(0)


def follow(bench, count, flows):
    """Every flow has a filter, and that leads to the queue of its reader's CPU; after how many seconds."""
    cpus = queue_cpus(bench, count)

    def right():
        slots = tuple_slots(bench)
        return all(port in slots and cpus[slots[port]] == cpu for port, cpu in flows.cpus.items())
    began = time.monotonic()
    wait_for(right, lambda: f"readers on {flows.cpus}, filters {tuple_slots(bench)}, queues on {cpus}")
    return time.monotonic() - began


def by_filter(bench):
    """The share of frames that came by a tuple filter, and their number."""
    before = queues(bench)
    time.sleep(3)
    grown = [{reason: value - before[queue][reason] for reason, value in one.items()}
             for queue, one in enumerate(queues(bench))]
    total = sum(sum(one.values()) for one in grown)
    expect(total > 100, f"{total} frames in three seconds")
    return sum(one["tuple"] for one in grown) / total, total


def short_flows(bench, flows):
    """Many short flows do not drive the long ones out."""
    listener = socket.create_server(("192.0.2.1", 9000), backlog=128)
    server = child(lambda: serve_often(listener))
    listener.close()
    client = child(lambda: connect_often("192.0.2.1", 9000, SHORT_FLOWS))
    samples = held = 0
    while os.waitpid(client, os.WNOHANG) == (0, 0):
        samples += FLOWS
        held += len(set(tuple_slots(bench)) & set(flows.cpus))
        time.sleep(0.2)
    end(server)
    expect(held >= 0.9 * samples, f"{held} of {samples} samples of a slot had a long flow")
    print(f"# {SHORT_FLOWS} short flows: {held} of {samples} samples of a slot had a long flow", flush=True)


def flows_follow_readers(bench):
    """Busy flows come to the queue of the CPU that reads them, follow it, and give their filters back."""
    with flow_steering(bench) as count:
        flows = Flows("192.0.2.1", [number % count for number in range(FLOWS)])
        try:
            # Those that RSS leads to their reader need no filter; after a move, all of them do.
            time.sleep(2)
            for port, cpu in list(flows.cpus.items()):
                flows.pin(port, (cpu + 1) % count)
            seconds = follow(bench, count, flows)
            print(f"# {seconds:.1f} s after the readers moved, their flows did", flush=True)
            share, total = by_filter(bench)
            expect(share >= 0.99, f"{share:.1%} of {total} frames by a filter")
            print(f"# {share:.1%} of {total} frames by a filter", flush=True)
            ask, port = family(), {"ifindex": int(run(f"cat /sys/class/net/{bench.name}/ifindex"))}
            told = {one["dest-port"] for one in ask.dump("filter-get", port) if one["owner"] == "flow"}
            expect(told == set(flows.cpus), f"{told}")
            print(f"# {ask.do('arfs-get', port)}, flows asked for: {len(ask.dump('flow-get', port))}", flush=True)
            short_flows(bench, flows)
            # A rule takes the slot of a flow.
            add(bench, "flow-type udp4 dst-port 5000 action 1")
            expect(tuple_slots(bench).get(5000) == 1, f"{tuple_slots(bench)}")
            delete_all(bench)
            follow(bench, count, flows)
        finally:
            flows.close()
            delete_all(bench)
        began = time.monotonic()
        wait_for(lambda: not tuple_slots(bench), lambda: f"filters: {tuple_slots(bench)}")
        print(f"# {time.monotonic() - began:.1f} s after the flows ended, the filters were free", flush=True)


def no_faults(bench):
    for port in ("port0", "port1"):
        seen = bench.model.ask("statistics", port)
        expect(seen["driver_faults"]["count"] == 0, seen["driver_faults"]["last"])
        expect(not seen["dma_faults"]["last"], seen["dma_faults"]["last"])


CASES = [each_kind, what_cannot_be, as_many_as_there_are, twins, lower_location_wins, another_at_its_place, they_stay,
         queues_that_are_needed, feature_off, told_by_netlink, random_changes,
         flows_follow_readers, no_faults]


def chosen(names):
    unknown = set(names) - {case.__name__ for case in CASES}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    return [case for case in CASES if not names or case.__name__ in names]


if __name__ == "__main__":
    main(chosen(sys.argv[1:]))
