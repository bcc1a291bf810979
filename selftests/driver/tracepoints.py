#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""igbr's tracepoints: what they say of polls, buffers and sent frames adds up to the counters."""

import glob

from lib.py import ksft_eq, ksft_ge, ksft_true
from lib.py import deltas, read, run, stats64, strings, wait_until
from lib.py.trace import Trace
from lib.py.traffic import IN, OUT, tcp, udp

EVENTS = ("igbr_poll", "igbr_rx_refill", "igbr_tx_clean")
BUDGET = 64


class Events:
    """What happens within the block, and how the counters move."""

    def __init__(self, card):
        self.card = card
        self.trace = Trace({f"igbr:{event}": f'name == "{card.ifname}"' for event in EVENTS}, buffer_kb=16384)

    def counters(self):
        return {**dict(strings(self.card.ifname)), **stats64(self.card.ifname)}

    def __enter__(self):
        self.trace.__enter__()
        self.before = self.counters()
        return self

    def take(self):
        """The events by name, and the differences of the counters, when all that was sent is given back."""
        wait_until(lambda: not self.waiting(), "sent frames to be given back")
        moved = deltas(self.before, self.counters())
        found = self.trace.take()
        return {name: [one for one in found if one["event"] == name] for name in EVENTS}, moved

    def waiting(self):
        """Bytes that the queue limits hold for frames that were not given back."""
        return sum(int(read(path)) for path in glob.glob(f"/sys/class/net/{self.card.ifname}/queues/tx-*/byte_queue_limits/inflight"))

    def __exit__(self, *exception):
        self.trace.__exit__(*exception)


def sent(card):
    """Each frame that was sent is given back once, in the sums of igbr_tx_clean."""
    with Events(card) as events:
        tcp(card, OUT, "4", 2 << 20)
        udp(card, OUT, "6", count=100)
        found, moved = events.take()
    cleans = found["igbr_tx_clean"]
    ksft_eq(sum(one["packets"] for one in cleans), moved["tx_packets"], "frames given back")
    ksft_eq(sum(one["bytes"] for one in cleans), moved["tx_bytes"], "bytes given back")
    for queue in {one["queue"] for one in cleans}:
        ksft_eq(sum(one["packets"] for one in cleans if one["queue"] == queue), moved[f"tx_queue_{queue}_packets"], f"queue {queue}")


def received(card):
    """Polls take as many descriptors as frames came, within the budget; the buffers are given again."""
    with Events(card) as events:
        tcp(card, IN, "4", 2 << 20)
        udp(card, IN, "6", count=100)
        found, moved = events.take()
    polls = found["igbr_poll"]
    ksft_eq(sum(one["done"] for one in polls), moved["rx_packets"], "descriptors taken")
    ksft_eq({one["budget"] for one in polls}, {BUDGET}, "the budget")
    ksft_true(all(one["done"] <= BUDGET for one in polls), "no poll exceeds its budget")
    ksft_ge(sum(one["interrupt"] for one in polls), 1, "polls that the device asked for")
    given = sum(one["buffers"] for one in found["igbr_rx_refill"])
    # A batch of each queue may wait until it is full.
    ksft_ge(given, moved["rx_packets"] - BUDGET * card.channels(), "buffers given")
    ksft_ge(moved["rx_packets"] + BUDGET * card.channels(), given, "no more buffers than were taken")


if __name__ == "__main__":
    run(__file__, [sent, received])
