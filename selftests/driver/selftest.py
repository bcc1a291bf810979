#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ethtool -t: what is sound passes, what is not is found, and the port is afterwards as it was."""

import os
import re

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_in, ksft_true
from lib.py import full, output, run, sh, strings
from lib.py.traffic import carries, load, ping

VERDICT = "The test result is "


def test(card, mode):
    """The verdict and the results by name."""
    done = sh(f"ethtool -t {card.ifname} {mode}", ok=False)
    verdict = re.search(VERDICT + r"(\w+)", done.stdout)
    results = re.findall(r"^(\S.*?)\s+(\d+)$", done.stdout, re.MULTILINE)
    return verdict and verdict[1], {name.strip(): int(value) for name, value in results}


def settings(card):
    commands = (f"ethtool -g {card.ifname}", f"ethtool -k {card.ifname}", f"ethtool -x {card.ifname}",
                f"ethtool -a {card.ifname}", f"ethtool {card.ifname}", f"ip -d link show dev {card.ifname}")
    return [output(command) for command in commands]


def online(card):
    """The online test passes under traffic and disturbs nobody."""
    with load(card):
        for _ in range(3):
            verdict, results = test(card, "online")
            ksft_eq(verdict, "PASS", f"verdict: {results}")
    ping(card)


def offline(card):
    """The offline test passes, each of its tests was there, and settings, addresses and traffic are as before."""
    before = settings(card)
    for _ in range(full(10, 3)):
        verdict, results = test(card, "offline")
        ksft_eq(verdict, "PASS", f"verdict: {results}")
        if card.driver == "igbr":
            ksft_eq(len(results), 5, f"tests: {results}")
    card.ready()
    ksft_eq(settings(card), before, "settings after the tests")
    carries(card)


def closed(card):
    """A closed port can be tested, too, and stays closed."""
    sh(f"ip link set dev {card.ifname} down")
    defer(sh, f"ip link set dev {card.ifname} up")
    if card.driver == "igbr":
        verdict, results = test(card, "offline")
        ksft_eq(verdict, "PASS", f"verdict: {results}")
    ksft_in("state DOWN", output(f"ip link show dev {card.ifname}"))
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    ping(card)


def in_a_bridge(card):
    """A port of a bridge passes, too: the test's frames are the test's alone, and no business of the bridge."""
    sh("ip link add bridge0 type bridge && ip link set dev bridge0 up")
    defer(card.ready)
    defer(sh, "ip link del bridge0")
    sh(f"ip link set dev {card.ifname} master bridge0")
    lines = len(output("dmesg").splitlines())
    verdict, results = test(card, "offline")
    ksft_eq(verdict, "PASS", f"verdict: {results}")
    said = "\n".join(output("dmesg").splitlines()[lines:])
    ksft_true("own address" not in said, f"the bridge saw the test's frames: {said}")


def frames_went_round(card):
    """The loopback test is not a pretence: its frames are counted by the device."""
    card.needs_igbr("its frames are not counted")
    before = dict(strings(card.ifname))
    test(card, "offline")
    after = dict(strings(card.ifname))
    ksft_true(after["rx_packets"] - before["rx_packets"] >= 64, "frames of the loopback test")
    card.ready()


def no_link(card):
    """Without a cable the link test fails and the others pass."""
    if sh("vmctl link port0 off", ok=False).ret:
        raise KsftSkipEx("the cable cannot be pulled here")
    defer(card.ready)
    defer(sh, "vmctl link port0 on")
    while os.path.exists(f"/sys/class/net/{card.ifname}") and card.port.carrier():
        sh("sleep 0.1")
    verdict, results = test(card, "online")
    ksft_eq(verdict, "FAIL", f"verdict: {results}")
    ksft_eq(sum(1 for value in results.values() if value), 1, f"tests that failed: {results}")


if __name__ == "__main__":
    run(__file__, [online, offline, closed, in_a_bridge, frames_went_round, no_link])
