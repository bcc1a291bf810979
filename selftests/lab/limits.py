# SPDX-License-Identifier: GPL-2.0-only
"""How long a guest may take: to boot, to set up, without a sign of life, to run, to power off.

The limits are for a machine that boots in REFERENCE seconds. A slower one, by nature or by other
load, gets as many times longer as its boot took longer.
"""

import time

REFERENCE = 6.0  # a quiet machine of two cores without KVM
BOOT = 300.0  # before anything is known of its speed
SETUP = 60.0
SILENCE = 60.0
RUN = 1200.0
OFF = 30.0
SLOWEST = 12.0
SLOW = 2.0  # from here on tests are told that the machine is slow


class Limits:
    """`run` None is a run without an end. `clock` is for tests."""

    def __init__(self, run, clock=time.monotonic):
        self.run = run
        self.clock = clock
        self.slowdown = 1.0
        self.begin()

    def begin(self):
        self.started = self.last = self.clock()
        self.enter("boot")

    def enter(self, state):
        """boot, setup, run, off"""
        self.state = state
        self.since = self.clock()

    def heard(self):
        self.last = self.clock()

    def elapsed(self):
        return self.clock() - self.started

    def booted(self):
        self.slowdown = max(1.0, min(SLOWEST, self.elapsed() / REFERENCE))
        self.enter("setup")
        return self.slowdown

    def passed(self):
        """None, or which limit has passed."""
        now = self.clock()
        spent = now - self.since
        slow = self.slowdown
        if self.state == "boot":
            return f"the guest did not boot within {BOOT:.0f} s" if spent > BOOT else None
        if self.state == "off":
            return "the guest did not power off" if spent > OFF * slow else None
        if now - self.last > SILENCE * slow:
            return f"the guest hangs: no sign of life for {now - self.last:.0f} s"
        if self.state == "setup" and spent > SETUP * slow:
            return f"the guest was not set up within {SETUP * slow:.0f} s"
        if self.state == "run" and self.run is not None and spent > self.run * slow:
            factor = f", {slow:.1f} times more on this machine" if slow > 1 else ""
            return f"the command still ran after {spent:.0f} s (limit {self.run:.0f} s{factor})"
        return None
