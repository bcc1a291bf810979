# SPDX-License-Identifier: GPL-2.0-only
"""The interrupts of the card: which kind, which numbers, how often."""

import os

from net.lib.py import KsftSkipEx

from .counters import interrupts
from .shell import read


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
