#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The link goes and comes: each change is seen, counted once, and told by an interrupt."""

import os
import shutil

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_in, ksft_true
from lib.py import full, interrupts, output, read, run, sh, wait_until
from lib.py.traffic import WAYS, load, ping, tcp

# The laboratory's command to pull the cable from outside; elsewhere a switch's port may be behind it.
LINK = os.environ.get("IGBR_LINK", "vmctl link port0")


def changes(card):
    """How often the interface says that its carrier went and came."""
    folder = f"/sys/class/net/{card.ifname}"
    return int(read(f"{folder}/carrier_down_count")), int(read(f"{folder}/carrier_up_count"))


def other_interrupts(card):
    """Interrupts of the vector for other causes, or None where there is no such vector."""
    found = [line.count for line in interrupts().values() if line.actions == card.ifname]
    return found[0] if found and os.path.isdir(f"{card.port.device}/msi_irqs") else None


def needs_cable():
    if not shutil.which(LINK.split()[0]):
        raise KsftSkipEx(f"no command {LINK.split()[0]}: set IGBR_LINK to one that takes `on` and `off`")
    defer(sh, f"{LINK} on")


def pull_and_plug(card):
    sh(f"{LINK} off")
    wait_until(lambda: not card.port.carrier(), "the carrier to go")
    sh(f"{LINK} on")
    wait_until(card.port.carrier, "the carrier to come")


def passes(card):
    for way in WAYS:
        ping(card, way, count=20)
        tcp(card, way, size=1 << 20)


def from_outside(card):
    """The cable is pulled and plugged: the carrier goes and comes, each time told by an interrupt."""
    needs_cable()
    times = full(200, 30)
    before, signals = changes(card), other_interrupts(card)
    for _ in range(times):
        pull_and_plug(card)
    after = changes(card)
    ksft_eq((after[0] - before[0], after[1] - before[1]), (times, times), "times that the carrier went and came")
    if signals is not None:
        ksft_ge(other_interrupts(card) - signals, 2 * times, "interrupts for going and coming")
    card.ready()
    passes(card)


def nway_reset(card):
    """ethtool -r starts negotiation anew; its end is told by an interrupt, and the link is there again.

    Whether the carrier is seen to go depends on the card: an emulated one may tell of the end only.
    """
    times = full(50, 8)
    before, signals = changes(card), other_interrupts(card)
    for _ in range(times):
        last = other_interrupts(card)
        sh(f"ethtool -r {card.ifname}")
        if last is not None:
            wait_until(lambda last=last: other_interrupts(card) > last, "an interrupt from the link")
        wait_until(card.port.carrier, "the carrier")
    after = changes(card)
    ksft_eq(after[0] - before[0], after[1] - before[1], "times that the carrier went and came")
    if signals is not None:
        ksft_ge(other_interrupts(card) - signals, times, "interrupts from the link")
    card.ready()
    passes(card)


def under_traffic(card):
    """The cable is pulled while TCP runs: what was queued does not stick, traffic goes on."""
    needs_cable()
    with load(card):
        for _ in range(full(20, 3)):
            pull_and_plug(card)
    card.ready()
    passes(card)


def settings(card):
    """ethtool tells the link as it is, and that it is gone when it is gone."""
    said = output(f"ethtool {card.ifname}")
    for words in ("Speed: 1000Mb/s", "Duplex: Full", "Auto-negotiation: on", "Link detected: yes", "1000baseT/Full"):
        ksft_in(words, said)
    defer(sh, f"ip link set dev {card.ifname} up")
    sh(f"ip link set dev {card.ifname} down")
    said = output(f"ethtool {card.ifname}")
    ksft_in("Link detected: no", said)
    ksft_true("Speed: 1000Mb/s" not in said, f"no speed without a link: {said}")


if __name__ == "__main__":
    run(__file__, [settings, from_outside, nway_reset, under_traffic])
