# SPDX-License-Identifier: GPL-2.0-only
"""A chart of one kernel's figures, as SVG: igbr's bars in parts of igb's, which fill the row."""

from xml.sax.saxutils import escape

import figures

ROW = 22
BAR = 240
LABEL = 84
VALUE = 118
TOP = 64
PANELS = ("driver", "writes", "interrupts")
OURS, THEIRS, TEXT = "#1a7f64", "#c9ced6", "#24292f"


def text(x, y, words, anchor="start", more=""):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def bar(x, y, width, colour, height):
    return f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def panel(left, key, names, ours, theirs):
    yield text(left, TOP - 14, figures.QUANTITIES[key], more='font-weight="bold"')
    for row, name in enumerate(names):
        top = TOP + row * ROW
        one, other = ours[name][key], theirs[name][key]
        most = max(one, other)
        yield bar(left, top, BAR * other / most if most else 0, THEIRS, 16)
        yield bar(left, top + 4, BAR * one / most if most else 0, OURS, 8)
        yield text(left + BAR + 6, top + 12, f"{figures.number(one)} of {figures.number(other)}")


def draw(kernel, ours, theirs, units):
    names = [name for name in units if name in ours and name in theirs]
    width = LABEL + len(PANELS) * (BAR + VALUE)
    height = TOP + len(names) * ROW + 12
    lines = [
        "<!-- SPDX-License-Identifier: GPL-2.0-only; made by `make bench RENEW=1` -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" font-size="12" fill="{TEXT}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        text(8, 22, f"What a unit of each workload costs, Linux {kernel}", more='font-size="15"'),
        bar(width - 300, 12, 14, OURS, 8),
        text(width - 280, 21, "igbr"),
        bar(width - 230, 8, 14, THEIRS, 16),
        text(width - 210, 21, "igb of the same kernel"),
    ]
    for row, name in enumerate(names):
        lines.append(text(8, TOP + row * ROW + 12, name))
    for number, key in enumerate(PANELS):
        left = LABEL + number * (BAR + VALUE)
        lines += panel(left, key, names, ours, theirs)
    return "\n".join([*lines, "</svg>"]) + "\n"
