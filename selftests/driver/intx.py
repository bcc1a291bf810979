#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""On a machine without MSI (booted with pci=nomsi) the line interrupt carries the same traffic as the others."""

from lib.py import ksft_eq, ksft_ge, ksft_in
from lib.py import run, sh
from lib.py.traffic import carries, load
from lib.py.vectors import needs, own_lines, raised


def intx(card):
    """All traffic on one line, and one queue pair."""
    needs(card, set(), "boot with pci=nomsi")
    lines = own_lines(card)
    ksft_eq(len(lines), 1, "lines of the card")
    ksft_in(card.ifname, [line.actions for line in lines.values()][0].replace(",", " ").split(), "who is on the line")
    if card.driver == "igbr":
        ksft_eq(card.channels(), 1, "queue pairs with one interrupt")
    rose = raised(card, lambda: carries(card))
    ksft_ge(sum(rose.values()), 100, f"interrupts for the traffic: {rose}")


def down_up(card):
    """Down and up while TCP runs: the line is given back and taken again."""
    needs(card, set(), "boot with pci=nomsi")
    with load(card):
        for _ in range(5):
            sh(f"ip link set dev {card.ifname} down")
            sh(f"ip link set dev {card.ifname} up")
    card.ready()
    carries(card)


if __name__ == "__main__":
    run(__file__, [intx, down_up])
