#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""MSI-X and MSI carry the same traffic and signal where they should; MSI comes by the devlink parameter."""

import json
import os

from lib.py import defer, ksft_eq, ksft_ge, ksft_in, ksft_true
from lib.py import output, refused, run, sh
from lib.py.flows import arrivals, flow, indirection
from lib.py.traffic import carries, load, ping
from lib.py.vectors import modes, needs, own_lines, raised

PARAMETER = "msix_vec_per_pf_max"


def msix(card):
    """A vector for each queue pair and one for the rest, each with a name, and all traffic on them."""
    needs(card, {"msix"}, "boot without pci=nomsi")
    names = [line.actions for line in own_lines(card).values()]
    ksft_eq(len(set(names)), len(names), f"each with a name of its own: {names}")
    ksft_true(all(name.startswith(card.ifname) for name in names), f"names begin with the interface's: {names}")
    if card.driver == "igbr":
        count = card.channels()
        ksft_eq(sorted(names), sorted([card.ifname] + [f"{card.ifname}-TxRx-{queue}" for queue in range(count)]))
    rose = raised(card, lambda: carries(card))
    ksft_ge(sum(rose.values()), 100, f"interrupts for the traffic: {rose}")


def each_vector_its_queue(card):
    """Frames to one queue make that queue's vector signal, and no other queue's."""
    needs(card, {"msix"}, "boot without pci=nomsi")
    card.needs_igbr("its vectors have other names")
    table, _ = indirection(card)
    before = list(table)
    count = card.channels()
    defer(sh, f"ethtool -X {card.ifname} default")
    for queue in range(count):
        weights = " ".join("1" if one == queue else "0" for one in range(count))
        sh(f"ethtool -X {card.ifname} weight {weights}")
        rose = raised(card, lambda: arrivals(card, [flow(card, number) for number in range(100)]))
        ksft_ge(rose[f"{card.ifname}-TxRx-{queue}"], 1, f"interrupts of queue {queue}: {rose}")
        others = {name: rise for name, rise in rose.items() if rise and not name.endswith(f"-{queue}")}
        ksft_eq(others, {}, f"interrupts elsewhere while frames came to queue {queue}")
    ksft_eq(len(before), 128, "entries of the indirection table")


def parameter(card):
    """The devlink parameter's value, or a skip where there is none."""
    handle = f"pci/{card.port.bdf}"
    found = sh(f"devlink -j dev param show {handle} name {PARAMETER}", ok=False)
    if found.ret:
        card.needs_igbr(f"it has no devlink parameter {PARAMETER}")
    return json.loads(found.stdout)["param"][handle][0]["values"][0]["value"]


def use_vectors(card, count):
    handle = f"pci/{card.port.bdf}"
    sh(f"devlink dev param set {handle} name {PARAMETER} value {count} cmode driverinit")
    sh(f"devlink dev reload {handle}")
    card.ready()


def msi(card):
    """Without MSI-X vectors there is one queue pair on one MSI, and the same traffic; then MSI-X again."""
    needs(card, {"msix"}, "boot without pci=nomsi")
    usual = parameter(card)
    queues = card.channels()
    defer(use_vectors, card, usual)
    use_vectors(card, 0)
    ksft_eq(modes(card), {"msi"}, "kind of interrupt after the reload")
    lines = own_lines(card)
    ksft_eq([line.actions for line in lines.values()], [card.ifname], "interrupts of the card")
    ksft_true(all("MSI" in line.chip and "MSIX" not in line.chip for line in lines.values()), "the chip that signals")
    ksft_eq(card.channels(), 1, "queue pairs with one interrupt")
    rose = raised(card, lambda: carries(card))
    ksft_ge(rose[card.ifname], 100, "interrupts for the traffic")
    use_vectors(card, usual)
    ksft_eq(modes(card), {"msix"}, "kind of interrupt after the way back")
    ksft_eq(card.channels(), queues, "queue pairs after the way back")
    ping(card, count=20)


def fewer_vectors(card):
    """The parameter gives up single vectors: n vectors leave n - 1 queue pairs at the most."""
    needs(card, {"msix"}, "boot without pci=nomsi")
    usual = parameter(card)
    defer(use_vectors, card, usual)
    use_vectors(card, 3)
    ksft_in("Combined:\t2", output(f"ethtool -l {card.ifname}"), "most queue pairs of three vectors")
    ksft_eq(len(os.listdir(f"{card.port.device}/msi_irqs")), 3, "vectors")
    carries(card)
    refused(f"devlink dev param set pci/{card.port.bdf} name {PARAMETER} value 1000 cmode driverinit")


def reload_under_traffic(card):
    """A reload while TCP runs: afterwards everything passes."""
    needs(card, {"msix"}, "boot without pci=nomsi")
    usual = parameter(card)
    with load(card):
        use_vectors(card, usual)
    carries(card)


if __name__ == "__main__":
    run(__file__, [msix, each_vector_its_queue, msi, fewer_vectors, reload_under_traffic])
