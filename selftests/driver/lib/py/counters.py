# SPDX-License-Identifier: GPL-2.0-only
"""Counters of the driver, the kernel and the interrupts, and their differences."""

import re

from .shell import ip_json, output


class Deltas(dict):
    """Differences of counters by name; what is not there is 0."""

    def __missing__(self, name):
        return 0

    def of(self, pattern):
        """The sum of those whose whole name matches."""
        return sum(value for name, value in self.items() if re.fullmatch(pattern, name))

    def risen(self):
        return {name: value for name, value in self.items() if value}


def deltas(before, after):
    return Deltas({name: after[name] - before.get(name, 0) for name in after})


def strings(name, peer=None):
    """ethtool -S as a list of (name, value), in the driver's order and with whatever it repeats."""
    lines = output(f"ethtool -S {name}", peer).splitlines()[1:]
    pairs = [line.rpartition(":")[::2] for line in lines if ":" in line]
    return [(key.strip(), int(value)) for key, value in pairs]


def stats64(name, peer=None):
    """The interface's standard counters, as rx_packets, tx_bytes..."""
    both = ip_json(f"-s -s link show dev {name}", peer)[0]["stats64"]
    return {f"{way}_{key}": value for way in ("rx", "tx") for key, value in both[way].items()}


def snmp(peer=None):
    """The protocols' counters of a network namespace, as UdpInDatagrams, TcpRetransSegs..."""
    found = {}
    for line in output("nstat -asz", peer).splitlines():
        words = line.split()
        if len(words) == 3 and not line.startswith("#"):
            found[words[0]] = int(words[1])
    return found


def softnet():
    """What all CPUs together dropped and how often one ran out of budget or time."""
    rows = [line.split() for line in open("/proc/net/softnet_stat", encoding="ascii")]
    return {"dropped": sum(int(row[1], 16) for row in rows), "time_squeeze": sum(int(row[2], 16) for row in rows)}


class Interrupt:
    """One line of /proc/interrupts."""

    def __init__(self, number, count, chip, actions):
        self.number, self.count, self.chip, self.actions = number, count, chip, actions


def interrupts():
    """The numbered interrupts of the machine, by number."""
    found = {}
    with open("/proc/interrupts", encoding="ascii") as file:
        cpus = len(file.readline().split())
        for line in file:
            label, _, rest = line.partition(":")
            words = rest.split()
            if not label.strip().isdigit() or len(words) < cpus + 2:
                continue
            count = sum(int(word) for word in words[:cpus])
            actions = " ".join(words[cpus + 2:])
            found[int(label)] = Interrupt(int(label), count, words[cpus], actions)
    return found
