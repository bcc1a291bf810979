# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's tracepoints: what the stack was really given."""

import glob
import os
import re

from net.lib.py import KsftSkipEx

from .shell import read, write

TRACING = "/sys/kernel/tracing"
CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL = 0, 1, 2, 3


class Trace:
    """Records events in a tracing instance of its own. `events` maps "net:netif_receive_skb" to a filter or ""."""

    def __init__(self, events, buffer_kb=4096):
        self.events = events
        self.folder = f"{TRACING}/instances/igbr-{os.getpid()}"
        self.buffer_kb = buffer_kb

    def path(self, event):
        return f"{self.folder}/events/{event.replace(':', '/')}"

    def __enter__(self):
        if not os.path.isdir(f"{TRACING}/instances"):
            raise KsftSkipEx(f"no tracefs at {TRACING} (CONFIG_FTRACE, mount -t tracefs)")
        os.mkdir(self.folder)
        try:
            self.start()
        except OSError:
            self.__exit__()
            raise
        return self

    def start(self):
        write(f"{self.folder}/buffer_size_kb", self.buffer_kb)
        for event, wanted in self.events.items():
            if not os.path.isdir(self.path(event)):
                raise KsftSkipEx(f"the kernel has no tracepoint {event}")
            if wanted:
                write(f"{self.path(event)}/filter", wanted)
            write(f"{self.path(event)}/enable", 1)

    def __exit__(self, *_exception):
        write(f"{self.folder}/tracing_on", 0)
        os.rmdir(self.folder)

    def take(self):
        """The events so far, as dictionaries of their fields with the event's name under "event"."""
        write(f"{self.folder}/tracing_on", 0)
        lost = sum(int(number) for stats in glob.glob(f"{self.folder}/per_cpu/cpu*/stats")
                   for number in re.findall(r"^(?:overrun|dropped events): (\d+)", read(stats), re.MULTILINE))
        if lost:
            raise RuntimeError(f"the trace buffer was too small: {lost} events lost")
        found = []
        for line in read(f"{self.folder}/trace").splitlines():
            match = re.match(r"\s*\S.*\[\d+\] +\S+ +[\d.]+: (\w+): (.*)", line)
            if not line.startswith("#") and match:
                found.append(fields(*match.groups()))
        return found


def fields(event, text):
    values = {"event": event, "text": text}
    # Most say name=value; napi_poll writes a sentence.
    for key, value in re.findall(r"(\w+)=(\S+)", text) + re.findall(r"\b(work|budget) (-?\d+)", text):
        try:
            values[key] = int(value, 0)
        except ValueError:
            values[key] = value
    return values
