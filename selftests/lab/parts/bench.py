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
# Each path of the driver once, copied frames and mapped ones; all of them would take minutes.
WORKLOADS = ["load", "open", "tx64", "tx64b", "tx1514", "rx64", "rx64lo", "rx64xdp", "tcprr"]
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
        grown = figures.growths(committed, now)
        for workload in WORKLOADS:
            name = f"{workload} on {release}"
            if workload in grown:
                reason = f"{'; '.join(grown[workload])}; {RENEW}"
                report.check(name, not grown[workload], reason)
            else:
                report.skip(name, f"no figures of it on {kernel} are committed: make bench RENEW=1")
