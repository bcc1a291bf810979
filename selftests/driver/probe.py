#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The driver comes and goes: bind, unbind, another driver, removal of the module; nothing stays behind."""

import contextlib
import os
import struct

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_lt, ksft_pr, ksft_raises, ksft_true
from lib.py import full, read, run, sh, wait_until, write
from lib.py.card import DRIVERS
from lib.py.leaks import held_when_closed, holdings, not_given_back, objects_of
from lib.py.traffic import IN, OUT, WAYS, carries, load, ping, tcp

OTHER = {"igbr": "igb", "igb": "igbr"}
BAR0 = 0x10
# Series of rounds in each of which the same objects must become more to be called a leak
TRIES = 3


def nothing_grows(card, rounds, action):
    """Do the action that often, which begins and ends with the card unbound; nothing may be left of any round."""
    for _ in range(3):      # what is made once only
        action()
    first = held_when_closed(card)
    leaking, slab, pages = None, *first[1:]
    for _ in range(TRIES):
        for _ in range(rounds):
            action()
        held, now, left = held_when_closed(card)
        ksft_eq(held, first[0], f"what the kernel holds after {rounds} rounds")
        # One object for each round is a leak, which the next series shows again; what else runs takes a slab of objects
        # now and then. In caches of small objects the rest of the kernel is too loud to tell.
        grown = {size: now[size] - slab[size] for size in ("1k", "2k", "4k", "8k") if now[size] - slab[size] >= rounds}
        leaking = grown.keys() if leaking is None else leaking & grown.keys()
        ksft_pr(f"{rounds} rounds: {held}, {pages - left} pages less, slab {({size: now[size] - slab[size] for size in slab if now[size] != slab[size]})}")
        slab = now
        if not leaking:
            break
    ksft_eq(sorted(leaking), [], f"sizes of objects that became more in each series of {rounds} rounds")
    # One queue's receive buffers are 127 pages; what else runs makes some thousand come and go.
    ksft_lt(pages - left, 64 * rounds + 4096, f"pages lost in {rounds} rounds")


def bind_unbind(card):
    """100 times bound and unbound, in use or at once: nothing stays behind, then traffic."""
    defer(card.bound_again)
    turn = 0

    def once():
        nonlocal turn
        turn += 1
        card.port.bind(card.driver)
        if turn % 4 == 0:
            card.ready()
            ping(card, OUT)
            tcp(card, IN, size=1 << 20)
        elif turn % 2 == 0:
            sh(f"ip link set dev {card.port.netdev_here()} up")
        card.port.unbind()
        ksft_eq(card.port.netdev_here(), None, "interface of an unbound card")
    card.port.unbind()
    nothing_grows(card, full(97, 17), once)
    card.port.bind(card.driver)
    card.ready()
    carries(card)


def every_object(card):
    """Each object that the driver gets from probe to traffic is given back when it is unbound."""
    defer(card.bound_again)
    card.port.unbind()
    with objects_of(card.driver, card.port.bdf) as trace:
        card.port.bind(card.driver)
        card.ready()
        ping(card)
        tcp(card, IN, size=1 << 20)
        card.port.unbind()
        sh("sleep 2")       # what is freed after a grace period
        left, coherent, counts = not_given_back(trace.take())
    ksft_pr(f"{counts[0]} objects, {counts[1]} pieces of coherent memory")
    ksft_ge(min(counts), 1, "objects and coherent memory seen")
    ksft_eq([site for site in left if f"[{card.driver}]" in site], [], "objects of the driver that were not given back")
    ksft_eq(coherent, [], "coherent memory that was not given back")


def unbind_under_traffic(card):
    """The driver is taken away while TCP runs both ways."""
    defer(card.bound_again)
    for _ in range(full(20, 4)):
        with contextlib.ExitStack() as stack:
            stack.enter_context(load(card))
            card.port.unbind()
        card.port.bind(card.driver)
        card.ready()
        ping(card)
    carries(card)


def wrong_order(card):
    """Binding what is bound and unbinding what is not is refused and harms nothing."""
    defer(card.bound_again)
    with ksft_raises(OSError):
        card.port.bind(card.driver)
    ping(card)
    card.port.unbind()
    with ksft_raises(OSError):
        write(f"{DRIVERS}/{card.driver}/unbind", card.port.bdf)
    card.port.bind(card.driver)
    card.ready()
    ping(card)


def poke_bar(card, value):
    """Move the card's registers away, behind everybody's back."""
    handle = os.open(f"{card.port.device}/config", os.O_RDWR)
    try:
        before = struct.unpack("<I", os.pread(handle, 4, BAR0))[0]
        os.pwrite(handle, struct.pack("<I", value), BAR0)
    finally:
        os.close(handle)
    return before


def dead_card(card):
    """A card that answers nothing is refused, every time without leaving anything behind; then it works again."""
    defer(card.bound_again)
    card.port.unbind()
    usual = poke_bar(card, 0)
    defer(poke_bar, card, usual)

    def refused_bind():
        with ksft_raises(OSError):
            card.port.bind(card.driver)
        ksft_eq((card.port.driver, card.port.netdev_here()), (None, None), "driver and interface of a dead card")
    nothing_grows(card, full(50, 6), refused_bind)
    poke_bar(card, usual)
    card.port.bind(card.driver)
    card.ready()
    carries(card)


def added_ids(card):
    """An id that a user adds is taken, as igb takes it, and can be taken away."""
    driver = f"/sys/bus/pci/drivers/{card.driver}"
    write(f"{driver}/new_id", "8086 fffe")
    write(f"{driver}/remove_id", "8086 fffe")
    ksft_true(sh(f"echo 8086 fffe > {driver}/remove_id", ok=False).ret != 0, "an id that is not there is not taken away")
    ping(card)


def loaded(driver):
    """Whether the driver is there, for this test at least: it would take the next card that comes."""
    if os.path.isdir(f"{DRIVERS}/{driver}"):
        return True
    if sh(f"modprobe {driver}", ok=False).ret:
        return False
    defer(sh, f"rmmod {driver}", ok=False)
    return True


def give_to(card, driver):
    """Hand the card to a driver by driver_override."""
    write(f"{card.port.device}/driver_override", driver)
    card.port.unbind()
    write("/sys/bus/pci/drivers_probe", card.port.bdf)
    ksft_eq(card.port.driver, driver, "driver after driver_override")
    card.ready()


def driver_override(card):
    """The card goes to the other driver and back, by driver_override, and works with both."""
    other = OTHER.get(card.driver)
    if not other or not loaded(other):
        raise KsftSkipEx(f"no other driver beside {card.driver}: {other} is not there")
    before = read(f"{card.port.device}/driver_override")
    defer(write, f"{card.port.device}/driver_override", "\n" if before == "(null)" else before)
    defer(card.bound_again)
    for _ in range(full(5, 1)):
        for driver in (other, card.driver):
            give_to(card, driver)
            for way in WAYS:
                ping(card, way)
                tcp(card, way, size=1 << 20)


def remove_module(card):
    """The module is removed while TCP runs, leaves nothing, and works after it is loaded again."""
    if sh(f"modinfo {card.driver}", ok=False).ret:
        raise KsftSkipEx(f"modprobe does not know {card.driver}: install it, or it could not be loaded again")
    defer(load_again, card)
    for _ in range(full(5, 2)):
        with contextlib.ExitStack() as stack:
            stack.enter_context(load(card))
            sh(f"rmmod {card.driver}")
        ksft_true(not os.path.exists(f"/sys/module/{card.driver}"), "the module is gone")
        wait_until(lambda: not holdings(card.driver)["page pools"], "page pools to be gone")
        left = holdings(card.driver)
        ksft_eq((left["vmalloc areas of the driver"], left["memory regions of the driver"]), (0, 0), f"left of the module: {left}")
        load_again(card)
        for way in WAYS:
            ping(card, way)
    carries(card)


def load_again(card):
    if not os.path.exists(f"/sys/module/{card.driver}"):
        sh(f"modprobe {card.driver}")
    card.ready()


if __name__ == "__main__":
    run(__file__, [bind_unbind, every_object, unbind_under_traffic, wrong_order, dead_card, added_ids, driver_override, remove_module])
