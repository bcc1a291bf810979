# SPDX-License-Identifier: GPL-2.0-only
"""`make demo`: from a fresh clone to igbr with traffic, and igbtune's view of it."""

import time

import builds
import machine
import results
import rootfs
import vm
from say import say, seconds, warn


def run(kernel):
    start = time.monotonic()
    rootfs.make()
    release = rootfs.kernel(kernel)
    builds.both(release)
    say("  a machine boots with two igb ports on one cable ...")
    job = vm.Job(["/igbr/selftests/lab/guest/demo"], machine.Machine(release), label="demo")
    outcome = vm.run(job, lambda text: print(text, end="", flush=True))
    for found in outcome.splats:
        warn(f"splat: {found.title}")
    if outcome.problem:
        say("\n".join(outcome.tail()))
        warn(outcome.problem)
    if outcome.exit_status():
        warn(f"the demo failed; console and output are in {results.shown(outcome.folder)}")
        return outcome.exit_status()
    say(f"The whole demo took {seconds(time.monotonic() - start)}.")
    say("Next: `make shell` to try it yourself, `make check` for all tests.")
    return 0
