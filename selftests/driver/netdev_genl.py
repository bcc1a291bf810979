#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the netdev family and sysfs tell of queues, their NAPI instances, interrupts, page pools, XPS and BQL."""

import os

from lib.py import NetdevFamily, NlError, defer, ksft_eq, ksft_ge, ksft_in, ksft_raises, ksft_true
from lib.py import full, interrupts, read, run, sh, wait_until
from lib.py.traffic import OUT, ping, tcp

FAMILY = NetdevFamily()


def queues(card):
    return FAMILY.queue_get({"ifindex": card.ifindex}, dump=True)


def napis(card):
    return {one["id"]: one for one in FAMILY.napi_get({"ifindex": card.ifindex}, dump=True)}


def each_queue_has_all(card, count):
    """Every queue has a NAPI instance, and that an interrupt that the machine really has."""
    found = queues(card)
    for kind in ("rx", "tx"):
        ksft_eq(sorted(one["id"] for one in found if one["type"] == kind), list(range(count)), f"{kind} queues")
    instances, lines = napis(card), interrupts()
    for one in found:
        napi = instances.get(one.get("napi-id"), {})
        line = lines.get(napi.get("irq"))
        ksft_true(line, f"an interrupt of {one['type']} queue {one['id']}: {one}, {napi}")
        if line:
            ksft_in(card.ifname, line.actions, f"name of interrupt {line.number}")
    pairs = {one["id"]: one.get("napi-id") for one in found if one["type"] == "rx"}
    if card.driver == "igbr":
        ksft_eq({one["id"]: one.get("napi-id") for one in found if one["type"] == "tx"}, pairs, "a pair shares its instance")
        ksft_eq(len(set(pairs.values())), count, "an instance for each pair")
        ksft_eq(len(instances), count, "instances in all")


def needs_links(card):
    """In-tree igb of older kernels tells nothing of its queues."""
    if not any("napi-id" in one for one in queues(card)):
        card.needs_igbr("its queues have no NAPI instances in the netdev family")


def links(card):
    """Queue, NAPI instance and interrupt belong together, also after the queues' number changed."""
    needs_links(card)
    before = card.channels()
    each_queue_has_all(card, before)
    for count in full((1, 3, before), (1, 3)):
        card.set_channels(count)
        each_queue_has_all(card, count)


def down_hides(card):
    """A closed port has no queues and no NAPI instances, an opened one has them again."""
    needs_links(card)
    first = next(iter(napis(card)))
    defer(sh, f"ip link set dev {card.ifname} up")
    sh(f"ip link set dev {card.ifname} down")
    ksft_eq(queues(card), [], "queues of a closed port")
    with ksft_raises(NlError):
        FAMILY.napi_get({"id": first})
    card.ready()
    each_queue_has_all(card, card.channels())


def pools(card, ifindex=None):
    found = FAMILY.page_pool_get({}, dump=True)
    return [one for one in found if one.get("ifindex") == (ifindex or card.ifindex)]


def page_pools(card):
    """Each receive queue has a page pool in use, tied to its NAPI; a smaller number of queues leaves none behind."""
    if card.driver != "igbr":
        card.needs_igbr("it has no page pools")
    for count in (card.channels(), 1, 3):
        card.set_channels(count)
        ping(card)
        alive = [one for one in pools(card) if "detach-time" not in one]
        ksft_eq(len(alive), count, "pools in use")
        ksft_true(all(one.get("inflight", 0) > 0 for one in alive), f"pages in use by each: {alive}")
        ksft_eq({one.get("napi-id") for one in alive}, set(napis(card)), "NAPI instances of the pools")
    wait_until(lambda: not [one for one in pools(card) if "detach-time" in one], "given-up pools to be gone")


def xps(card):
    """Every CPU has a transmit queue by default, and every queue a CPU."""
    folder = f"/sys/class/net/{card.ifname}/queues"
    cpus = os.cpu_count()
    card.set_channels(min(cpus, card.channels()))
    masks = [int(read(f"{folder}/{name}/xps_cpus").replace(",", ""), 16)
             for name in os.listdir(folder) if name.startswith("tx-")]
    if not any(masks):
        card.needs_igbr("it sets no XPS masks")
    ksft_eq([mask for mask in masks if mask == 0], [], f"queues without a CPU: {masks}")
    together = 0
    for mask in masks:
        ksft_eq(together & mask, 0, "a CPU of two queues")
        together |= mask
    ksft_eq(together & ((1 << cpus) - 1), (1 << cpus) - 1, "CPUs that have a queue")


def byte_queue_limits(card):
    """BQL counts what is sent and what is completed: limits grow from 0 with load, and nothing stays in flight."""
    folder = f"/sys/class/net/{card.ifname}/queues"
    names = [f"{folder}/{name}/byte_queue_limits" for name in os.listdir(folder) if name.startswith("tx-")]
    sh(f"ip link set dev {card.ifname} down")
    card.ready()
    wait_until(lambda: all(read(f"{name}/inflight") == "0" for name in names), "nothing in flight on an idle port")
    for version in ("4", "6"):
        tcp(card, OUT, version, 8 << 20)
    limits = [int(read(f"{name}/limit")) for name in names]
    ksft_ge(max(limits), 1514, f"a limit of at least one frame: {limits}")
    wait_until(lambda: all(read(f"{name}/inflight") == "0" for name in names), "nothing in flight after the load")


if __name__ == "__main__":
    run(__file__, [links, down_hides, page_pools, xps, byte_queue_limits])
