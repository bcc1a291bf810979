# SPDX-License-Identifier: GPL-2.0-only
"""The arithmetic: counts per unit, one driver beside the other, now beside what is committed.

Figures are {workload: {quantity: per unit}}; a file of them is {kernel: {driver: figures}}.
"""

import json

QUANTITIES = {
    "driver": "driver instructions",
    "reads": "MMIO reads",
    "writes": "MMIO writes",
    "interrupts": "interrupts",
    "kernel": "kernel instructions",
    "nanoseconds": "virtual ns",
}
SHOWN = ("driver", "reads", "writes", "interrupts", "kernel")
GUARDED = ("driver", "reads", "writes", "interrupts")
GROWTH = 0.02
# Of what happens once in many frames, some more or less is no growth: how many frames an interrupt
# finds depends on when each comes, and any change of the code moves that.
SLACK = {"driver": 0.5, "reads": 0.002, "writes": 0.02, "interrupts": 0.02}


def per_unit(windows):
    """`windows`: {workload: measure.Window}."""
    return {
        name: {key: round(getattr(window, key) / window.units, 4) for key in QUANTITIES}
        for name, window in windows.items()
    }


def ratio(one, other):
    """None where there is nothing to divide by."""
    return one / other if other else None


def number(value):
    """Few digits, as many as tell something."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.2f} M"
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}" if value else "0"


def table(ours, theirs, units):
    """Lines: per workload each quantity of igbr, of igb, and the one in parts of the other."""
    lines = [
        f"{'':18}" + "".join(f" |{QUANTITIES[key]:^25}" for key in SHOWN),
        f"{'workload':9}{'per':>9}" + f" |{'igbr':>10}{'igb':>10}{'':5}" * len(SHOWN),
    ]
    for name, unit in units.items():
        if name not in ours or name not in theirs:
            continue
        line = f"{name:9}{unit:>9}"
        for key in SHOWN:
            one, other = ours[name][key], theirs[name][key]
            part = ratio(one, other)
            shown = "-" if part is None else f"{part:.2f}"
            line += f" |{number(one):>10}{number(other):>10}{shown:>5}"
        lines.append(line)
    return lines


def growths(committed, now):
    """{workload: [what grew, as text]} of the workloads that both have."""
    found = {}
    for name, figures in now.items():
        if name not in committed:
            continue
        found[name] = [
            f"{QUANTITIES[key]} {number(committed[name][key])} -> {number(figures[key])}"
            for key in GUARDED
            if figures[key] > committed[name][key] * (1 + GROWTH)
            and figures[key] > committed[name][key] + SLACK[key]
        ]
    return found


def read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write(path, figures):
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def merge(path, kernel, found):
    """Put one kernel's figures into a file that may have others' or other workloads'."""
    whole = read(path)
    for driver, figures in found.items():
        whole.setdefault(kernel, {}).setdefault(driver, {}).update(figures)
    write(path, whole)
