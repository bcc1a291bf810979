# SPDX-License-Identifier: GPL-2.0-only
"""`make check`: runs the parts, or one part, or one test."""

import guestprogram
import parts
import rootfs
from report import Report
from say import LabError


def choose(names):
    """{part: [tests]} of what T= names: parts, or tests of a part that knows single tests."""
    if not names:
        return {
            part: []
            for part, module in parts.ALL.items()
            if not getattr(module, "BY_NAME", False) or guestprogram.FULL
        }
    chosen = {}
    for name in names:
        if name in parts.ALL:
            chosen[name] = []
            continue
        owner = next(
            (
                part
                for part, module in parts.ALL.items()
                if getattr(module, "TESTS", False) and name in module.tests()
            ),
            None,
        )
        if not owner:
            raise LabError(f"no part or test is called '{name}'; there are {', '.join(known())}", 2)
        if chosen.get(owner) != []:
            chosen.setdefault(owner, []).append(name)
    # In the order of the table, whatever order they were named in.
    return {part: chosen[part] for part in parts.ALL if part in chosen}


def known():
    single = [
        test
        for module in parts.ALL.values()
        if getattr(module, "TESTS", False)
        for test in module.tests()
    ]
    return [*parts.ALL, *single]


def run(names, kernels):
    report = Report()
    whole = bool(names or guestprogram.FULL) or len(kernels) == 1
    for part, tests in choose(names).items():
        module = parts.ALL[part]
        report.part(module.TITLE)
        try:
            if getattr(module, "NEEDS_ROOTFS", True):
                rootfs.make()
            module.run(report, parts.Selection(kernels, tests, whole))
        except LabError as error:
            report.fail(part, str(error))
    return 0 if report.finish() else 1
