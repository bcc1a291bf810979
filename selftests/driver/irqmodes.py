#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""MSI-X, MSI and INTx each carry the same traffic, and signal where they should.

A VM that was booted with pci=nomsi shows INTx. MSI comes by the devlink parameter msix_vec_per_pf_max.
"""

import json
import os

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_in, ksft_true
from lib.py import interrupts, output, read, refused, run, sh
from lib.py.flows import arrivals, flow, indirection
from lib.py.traffic import carries, load, ping

PARAMETER = "msix_vec_per_pf_max"


def own_lines(card):
    """The interrupts of the card that are in use, by number."""
    folder = f"{card.port.device}/msi_irqs"
    lines = interrupts()
    if os.path.isdir(folder):
        numbers = [int(number) for number in os.listdir(folder)]
    else:
        numbers = [int(read(f"{card.port.device}/irq"))]
    return {number: lines[number] for number in numbers if number in lines and lines[number].actions}


def modes(card):
    """What sysfs says of each interrupt: msix or msi; nothing for INTx."""
    folder = f"{card.port.device}/msi_irqs"
    return {read(f"{folder}/{number}") for number in os.listdir(folder)} if os.path.isdir(folder) else set()


def raised(card, action):
    """By how much each of the card's interrupts rose, by name."""
    before = own_lines(card)
    action()
    return {line.actions: line.count - before[number].count for number, line in own_lines(card).items()}


def needs(card, wanted, how):
    if modes(card) != wanted:
        raise KsftSkipEx(f"the card uses {' '.join(modes(card)) or 'INTx'}: {how}")


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


def intx(card):
    """On a machine without MSI the line interrupt carries the same traffic."""
    needs(card, set(), "boot with pci=nomsi")
    lines = own_lines(card)
    ksft_eq(len(lines), 1, "lines of the card")
    ksft_in(card.ifname, [line.actions for line in lines.values()][0].replace(",", " ").split(), "who is on the line")
    ksft_eq(card.channels(), 1, "queue pairs with one interrupt") if card.driver == "igbr" else None
    rose = raised(card, lambda: carries(card))
    ksft_ge(sum(rose.values()), 100, f"interrupts for the traffic: {rose}")


if __name__ == "__main__":
    run(__file__, [msix, each_vector_its_queue, msi, fewer_vectors, reload_under_traffic, intx])
