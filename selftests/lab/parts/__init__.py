# SPDX-License-Identifier: GPL-2.0-only
"""The parts of `make check`, in the order they run: what is quick to tell comes first.

A part is a module with TITLE and `run(report, selection)`; `selection` says which kernels and, for
parts that know single tests (TESTS = True, with a function `tests()`), which of them. The lab's
root file system is made before a part runs unless it says NEEDS_ROOTFS = False. A part with BY_NAME =
True runs only when it is named, or in full length. Of the others, too, `make check` alone leaves out
what takes long and seldom finds what the rest does not: `selection.whole` is false then.
"""

from dataclasses import dataclass, field

from parts import bench, driver, kunit, lab, ledger, model, static, steering, tidy, tool, tuning, upstream

ALL = {
    "lab": lab,
    "static": static,
    "kunit": kunit,
    "tool": tool,
    "driver": driver,
    "bench": bench,
    "ledger": ledger,
    "tuning": tuning,
    "model": model,
    "steering": steering,
    "upstream": upstream,
    "tidy": tidy,
}


@dataclass
class Selection:
    kernels: tuple = ("lts", "newest")
    tests: list = field(default_factory=list)  # empty: all
    whole: bool = True
