# SPDX-License-Identifier: GPL-2.0-only
"""Where frames go that no rule is about: indirection table, key and hashed fields, set, obeyed, refused and kept."""

import contextlib
import functools
import json
import random
import re
import struct
import subprocess

from guest import ethtool, expect, run
from hashing import ENTRIES, arrive, groups_of, one_for_each_entry, table
from steering_bench import QUEUES, ifindex, netlink_family, queues

GROUPS = 8
KEY_BYTES = 40
ETHTOOL_GRXFHINDIR = 0x38
ETHTOOL_SRXFHINDIR = 0x39
PARAMETER = "msix_vec_per_pf_max"
# Kinds of flows that can be hashed with their ports or without, and what is so by default
KINDS = {"tcp4": "sdfn", "tcp6": "sdfn", "udp4": "sd", "udp6": "sd"}


def spread(case):
    """The case gets the number of queues, and everything about RSS is as before afterwards."""
    @functools.wraps(case)
    def wrapped(bench):
        count = min(QUEUES, len(queues(bench)))
        run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}")
        bench.wait_link()
        try:
            case(bench, count)
        finally:
            run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}")
            for kind, fields in KINDS.items():
                run(f"ethtool -N {bench.name} rx-flow-hash {kind} {fields}")
            bench.wait_link()
    return wrapped


def key_of(bench):
    """The key that the driver shows."""
    shown = re.search(r"^((?:[0-9a-f]{2}:){39}[0-9a-f]{2})$", run(f"ethtool -x {bench.name}"), re.MULTILINE)
    return bytes.fromhex(shown[1].replace(":", ""))


def by_ioctl(bench, command, entries=(0,) * ENTRIES):
    """The table by the call that older programs use, which sets single entries, too."""
    layout = f"={2 + ENTRIES}I"
    return list(struct.unpack(layout, ethtool(bench.name, struct.pack(layout, command, ENTRIES, *entries)))[2:])


@contextlib.contextmanager
def after(why):
    """What goes wrong here is said with what was done before."""
    try:
        yield
    except Exception as failure:
        raise type(failure)(f"{why}: {failure}") from failure


def obeyed(bench, count, why, kinds=("tcp4",), without_ports=()):
    for kind in kinds:
        with after(why):
            arrive(bench, kind, key_of(bench), count, groups_of(kind, GROUPS), kind not in without_ports)


def each_entry_obeyed(bench, count, why, kinds=("tcp4",)):
    key = key_of(bench)
    for kind in kinds:
        with after(why):
            arrive(bench, kind, key, count, one_for_each_entry(kind, key))


@spread
def rss_table(bench, count):
    """Each way to set the table: it is shown by both of ethtool's interfaces, and frames follow it."""
    weights = [3] + [0] * (count > 2) + [1] * (count - 1 - (count > 2))
    for words, wanted in ((f"equal {count - 1}", [entry % (count - 1) for entry in range(ENTRIES)]),
                          (f"start 1 equal {count - 1}", [1 + entry % (count - 1) for entry in range(ENTRIES)]),
                          (f"weight {' '.join(map(str, weights))}", None),
                          ("default", [entry % count for entry in range(ENTRIES)])):
        run(f"ethtool -X {bench.name} {words}")
        shown = table(bench)
        expect(wanted in (None, shown), f"{words}: {shown}")
        if wanted is None:
            share = ENTRIES // sum(weights)
            expect(all(abs(shown.count(queue) - share * weight) <= 3 for queue, weight in enumerate(weights)), f"{words}: {shown}")
        expect(by_ioctl(bench, ETHTOOL_GRXFHINDIR) == shown, f"{words}: the two interfaces show different tables")
        each_entry_obeyed(bench, count, words)
    single = random.Random(1).choices(range(count), k=ENTRIES)
    by_ioctl(bench, ETHTOOL_SRXFHINDIR, single)
    expect(table(bench) == single, f"each entry by itself: {table(bench)}")
    each_entry_obeyed(bench, count, "each entry by itself", ("tcp4", "tcp6"))


@spread
def rss_key_and_fields(bench, count):
    """A key that is set is the one by which frames are hashed, and so are the fields."""
    key = random.Random(2).randbytes(KEY_BYTES)
    run(f"ethtool -X {bench.name} hkey {key.hex(':')}")
    expect(key_of(bench) == key, f"{key_of(bench).hex(':')} for {key.hex(':')}")
    by_addresses = [kind for kind, fields in KINDS.items() if fields == "sd"]
    obeyed(bench, count, "by default", KINDS, by_addresses)
    for kind, fields in KINDS.items():
        run(f"ethtool -N {bench.name} rx-flow-hash {kind} {'sd' if fields == 'sdfn' else 'sdfn'}")
    others = [kind for kind in KINDS if kind not in by_addresses]
    obeyed(bench, count, "the other way round", KINDS, others)
    run(f"ip link set {bench.name} down && ip link set {bench.name} up")
    bench.wait_link()
    expect(key_of(bench) == key, "the key is lost")
    obeyed(bench, count, "after down and up", KINDS, others)


@spread
def rss_kept(bench, count):
    """A table that was set stays through everything, and keeps its queues; the default one follows their number."""
    name = bench.name
    mine = [entry % 3 % count for entry in range(ENTRIES)]
    by_ioctl(bench, ETHTOOL_SRXFHINDIR, mine)
    for change in (f"ip link set {name} down && ip link set {name} up", f"ethtool -G {name} rx 512; ethtool -G {name} rx 256",
                   f"echo 1 >/sys/bus/pci/devices/{bench.pci}/reset",
                   f"ethtool -L {name} combined {len(queues(bench))}; ethtool -L {name} combined {count}"):
        run(change, check=False)
        bench.wait_link()
        expect(table(bench) == mine, f"after {change}: {table(bench)}")
        obeyed(bench, count, f"after {change}")
    fewer = subprocess.run(f"ethtool -L {name} combined {max(mine)}", shell=True, check=False, capture_output=True, text=True)
    expect(fewer.returncode != 0 and "indirection" in fewer.stderr, f"queues that the table needs: {fewer.stderr}")
    run(f"ethtool -X {name} default && ethtool -L {name} combined {count - 1}")
    bench.wait_link()
    expect(table(bench) == [entry % (count - 1) for entry in range(ENTRIES)], f"by default: {table(bench)}")
    # The kernel's own view of the queues is the same.
    receive = [one for one in netlink_family("netdev").dump("queue-get", {"ifindex": ifindex(bench)}) if one["type"] == "rx"]
    expect(sorted(one["id"] for one in receive) == list(range(count - 1)), f"{receive}")


def use_vectors(bench, count):
    """So many of them, and one queue pair less at the most, by a reload."""
    port = f"pci/{bench.pci}"
    run(f"devlink dev param set {port} name {PARAMETER} value {count} cmode driverinit && devlink dev reload {port}")
    bench.readdress()


@spread
def rss_lost(bench, count):
    """A reload that takes a queue of the table away says so; the default one takes its place, and follows the queues again."""
    by_ioctl(bench, ETHTOOL_SRXFHINDIR, [entry % count for entry in range(ENTRIES)])
    shown = json.loads(run(f"devlink -j dev param show pci/{bench.pci} name {PARAMETER}"))
    usual = shown["param"][f"pci/{bench.pci}"][0]["values"][0]["value"]
    run("dmesg -C")
    try:
        use_vectors(bench, count)
        expect("RSS table is the default one" in run("dmesg"), "nothing is said")
        expect(table(bench) == [entry % (count - 1) for entry in range(ENTRIES)], f"after the reload: {table(bench)}")
        obeyed(bench, count - 1, "after the reload")
        # Nobody has set it: it is in nobody's way.
        run(f"ethtool -L {bench.name} combined 1")
        expect(not any(table(bench)), f"with one queue: {table(bench)}")
    finally:
        use_vectors(bench, usual)


@spread
def rss_refused(bench, count):
    """What the device cannot do changes nothing and is refused with what it can."""
    before = run(f"ethtool -x {bench.name}")
    for words, reason in (("-X {} hfunc xor", "only hash function is toeplitz"), ("-X {} xfrm symmetric-xor", ""),
                          (f"-X {{}} equal {count + 1}", ""), ("-X {} context new", ""),
                          ("-N {} rx-flow-hash tcp4 v", "by sd or sdfn"), ("-N {} rx-flow-hash sctp4 sdfn", "other by sd")):
        run("dmesg -C")
        done = subprocess.run(f"ethtool {words.format(bench.name)}", shell=True, check=False, capture_output=True, text=True)
        # Some of ethtool's calls have no room for a reason.
        said = done.stderr + run("dmesg")
        expect(done.returncode != 0 and reason in said, f"ethtool {words}: {done.returncode}, {said}")
        expect(run(f"ethtool -x {bench.name}") == before, f"changed by ethtool {words}")
