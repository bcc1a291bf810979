# SPDX-License-Identifier: GPL-2.0-only
"""The driver costs no more than committed: instructions, MMIO and interrupts per unit."""

import sys

import builds
import paths
import rootfs

sys.path.insert(1, str(paths.CHECKOUT / "selftests/bench"))

import figures
import measure

TITLE = "what the driver costs"
COMMITTED = paths.CHECKOUT / measure.SOURCES / "figures.json"
# Each path of the driver once; all of them would take minutes.
WORKLOADS = ["load", "open", "tx64", "tx64b", "rx64", "rx64lo", "rx64xdp", "tcprr"]
RENEW = "if it is worth it, `make bench RENEW=1` commits to it"


def run(report, selection):
    measure.compile_parts()
    for name in selection.kernels if selection.whole else selection.kernels[:1]:
        release = rootfs.kernel(name)
        kernel = measure.series(release)
        committed = figures.read(COMMITTED).get(kernel, {}).get("igbr", {})
        if not committed:
            report.skip(release, f"no figures of {kernel} are committed: make bench RENEW=1")
            continue
        builds.driver(release)
        now = figures.per_unit(measure.run(release, "igbr", WORKLOADS))
        for workload, grown in figures.growths(committed, now).items():
            report.check(f"{workload} on {release}", not grown, f"{'; '.join(grown)}; {RENEW}")
