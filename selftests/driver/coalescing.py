#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ethtool -C and -Q: what each value means and what is refused; it, NAPI's settings and affinities outlive every reconfiguration."""

import os
import re

from lib.py import KsftSkipEx, NetdevFamily, NlError, defer, ksft_eq, ksft_in
from lib.py import interrupts, output, read, refused, run, sh, write
from lib.py.traffic import carries, ping

RIGHT_RX = "rx-usecs is 0 (off), 1 (dynamic), 3 (dynamic, conservative) or 10 to 8191"
RIGHT_TX = "tx-usecs is 0 (each burst) or 10 to 8191"


def parsed(text):
    """(rx-usecs, tx-usecs, adaptive) of one queue or of the port."""
    numbers = [int(re.search(rf"^{side}-usecs:\s+(\d+)", text, re.MULTILINE)[1]) for side in ("rx", "tx")]
    return (*numbers, re.search(r"Adaptive RX: (\S+)", text)[1])


def shown(card):
    return parsed(output(f"ethtool -c {card.ifname}"))


def of_queue(card, queue):
    return parsed(output(f"ethtool -Q {card.ifname} queue_mask {1 << queue:#x} --show-coalesce"))


def defaults(card):
    card.needs_igbr("its values mean something else, or it has none per queue")
    defer(sh, f"ethtool -C {card.ifname} rx-usecs 1 tx-usecs 50")
    sh(f"ethtool -C {card.ifname} rx-usecs 1 tx-usecs 50")


def values(card):
    """Each value that igb's users know keeps its meaning, is shown as it was set, and traffic goes on."""
    defaults(card)
    for usecs, adaptive in ((0, "off"), (3, "on"), (10, "off"), (1, "on"), (11, "off"), (8191, "off"), (100, "off")):
        sh(f"ethtool -C {card.ifname} rx-usecs {usecs}")
        ksft_eq(shown(card), (usecs, 50, adaptive), f"after rx-usecs {usecs}")
        ping(card)
    for usecs in (0, 10, 8191, 50):
        sh(f"ethtool -C {card.ifname} tx-usecs {usecs}")
        ksft_eq(shown(card)[1], usecs, "tx-usecs")
        ping(card)
    carries(card)


def values_refused(card):
    """Every other value is refused with those that are right, and nothing changes."""
    defaults(card)
    sh(f"ethtool -C {card.ifname} rx-usecs 100 tx-usecs 60")
    for usecs in (2, 4, 9, 8192, 8202, 10000, 65536, 65546, 0xffffffff):
        ksft_in(RIGHT_RX, refused(f"ethtool -C {card.ifname} rx-usecs {usecs}"))
    for usecs in (1, 3, 9, 8192, 10000, 65546):
        ksft_in(RIGHT_TX, refused(f"ethtool -C {card.ifname} tx-usecs {usecs}"))
    ksft_eq(shown(card), (100, 60, "off"), "after all refusals")


def adaptive(card):
    """adaptive-rx is dynamic or not; a time that is named with it decides."""
    defaults(card)
    for words, expected in (("adaptive-rx off", (20, 50, "off")), ("adaptive-rx on", (1, 50, "on")),
                            ("rx-usecs 3", (3, 50, "on")), ("adaptive-rx on", (3, 50, "on")),
                            ("rx-usecs 200 adaptive-rx off", (200, 50, "off")), ("adaptive-rx on", (1, 50, "on"))):
        sh(f"ethtool -C {card.ifname} {words}", ok=False)
        ksft_eq(shown(card), expected, f"after {words}")


def reconfigure(card):
    """Everything that makes rings or vectors anew, one after the other."""
    count = card.channels()
    for command in (f"ethtool -G {card.ifname} rx 512", f"ethtool -G {card.ifname} rx 256", f"ethtool -L {card.ifname} combined 1",
                    f"ethtool -L {card.ifname} combined {count}", f"ip link set dev {card.ifname} mtu 2000",
                    f"ip link set dev {card.ifname} mtu 1500",
                    f"ip link set dev {card.ifname} down && ip link set dev {card.ifname} up",
                    f"echo 1 > {card.port.device}/reset"):
        sh(command)
        card.ready()
        if card.channels() == count:
            yield command


def needs_pairs(card):
    if card.channels() < 2:
        raise KsftSkipEx("the port has one queue pair")


def per_queue(card):
    """A queue has its own values, through every reconfiguration; what is refused has its reason in the log."""
    defaults(card)
    needs_pairs(card)
    sh(f"ethtool -Q {card.ifname} queue_mask 0x2 --coalesce rx-usecs 100 tx-usecs 70")
    for command in reconfigure(card):
        ksft_eq((of_queue(card, 0), of_queue(card, 1)), ((1, 50, "on"), (100, 70, "off")), f"queues 0 and 1 after {command}")
    for words, right in (("rx-usecs 2", RIGHT_RX), ("tx-usecs 8192", RIGHT_TX)):
        # ethtool only prints that it failed.
        sh(f"ethtool -Q {card.ifname} queue_mask 0x2 --coalesce {words}", ok=False)
        ksft_in(right, output("dmesg").splitlines()[-1], f"the reason for refusing {words}")
    sh(f"ethtool -Q {card.ifname} queue_mask {1 << card.channels():#x} --show-coalesce", ok=False)
    ksft_in("the last one is", output("dmesg").splitlines()[-1], "the reason for a queue that is not there")
    ksft_eq(of_queue(card, 1), (100, 70, "off"), "after refusals")


def napi_by_queue(card, family):
    queues = family.queue_get({"ifindex": card.ifindex}, dump=True)
    return {one["id"]: family.napi_get({"id": one["napi-id"]}) for one in queues if one["type"] == "rx"}


def napi_settings(card):
    """What is set of a NAPI instance, or of all, stays through every reconfiguration."""
    card.needs_igbr("its NAPI instances forget")
    needs_pairs(card)
    family, wanted = NetdevFamily(), {"defer-hard-irqs": 7, "gro-flush-timeout": 54321, "irq-suspend-timeout": 12345678}
    first = napi_by_queue(card, family)[1]
    if not hasattr(family, "napi_set"):
        return of_all(card)
    before = {name: first[name] for name in wanted}
    defer(lambda: family.napi_set({"id": napi_by_queue(card, family)[1]["id"], **before}))
    try:
        family.napi_set({"id": first["id"], **wanted})
    except NlError as error:
        raise KsftSkipEx(f"the kernel takes no such settings: {error}") from None
    for command in reconfigure(card):
        now = napi_by_queue(card, family)
        ksft_eq({name: now[1][name] for name in wanted}, wanted, f"queue 1 after {command}")
        ksft_eq({name: now[0][name] for name in wanted}, before, f"queue 0 after {command}")
    return None


def of_all(card):
    """On older kernels these are the port's."""
    folder = f"/sys/class/net/{card.ifname}"
    for name, value in (("napi_defer_hard_irqs", "7"), ("gro_flush_timeout", "54321")):
        defer(write, f"{folder}/{name}", read(f"{folder}/{name}"))
        write(f"{folder}/{name}", value)
    for command in reconfigure(card):
        found = [read(f"{folder}/{name}") for name in ("napi_defer_hard_irqs", "gro_flush_timeout")]
        ksft_eq(found, ["7", "54321"], f"after {command}")


def threaded(card):
    """Threads for NAPI stay: one for each queue pair in use, and again after every reconfiguration."""
    card.needs_igbr("not this test's matter")
    path = f"/sys/class/net/{card.ifname}/threaded"
    defer(write, path, "0")
    write(path, "1")
    for command in reconfigure(card):
        ksft_eq(read(path), "1", f"after {command}")
        threads = [read(f"/proc/{one}/comm") for one in os.listdir("/proc") if one.isdigit() and os.path.exists(f"/proc/{one}/comm")]
        ksft_eq(len([one for one in threads if one.startswith(f"napi/{card.ifname}")]), card.channels(), f"threads after {command}")
    carries(card)


def affinities(card):
    """name of each of the port's interrupts: (its number, the CPUs that it may go to)."""
    return {line.actions: (line.number, read(f"/proc/irq/{line.number}/smp_affinity_list"))
            for line in interrupts().values() if line.actions.startswith(f"{card.ifname}-")}


def affinity(card):
    """The CPUs that a user chose for a queue's interrupt stay through every reconfiguration."""
    card.needs_igbr("it loses them when the number of queues changes")
    needs_pairs(card)
    before = affinities(card)
    last = str(os.cpu_count() - 1)
    for number, cpus in before.values():
        defer(write, f"/proc/irq/{number}/smp_affinity_list", cpus)
        write(f"/proc/irq/{number}/smp_affinity_list", last)
    for command in reconfigure(card):
        ksft_eq({name: cpus for name, (_, cpus) in affinities(card).items()}, dict.fromkeys(before, last), f"after {command}")
    ping(card)


if __name__ == "__main__":
    run(__file__, [values, values_refused, adaptive, per_queue, napi_settings, threaded, affinity])
