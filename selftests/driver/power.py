#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The port sleeps, with the machine or by itself, and is afterwards as it was."""

import os

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_in, ksft_true
from lib.py import full, output, read, run, sh, stats64, wait_until, write
from lib.py.traffic import carries, load, ping
from ethtool import ring_sizes
from link import LINK, needs_cable
from link_settings import SIOCGMIIREG, mii

PM_TEST, DELAY = "/sys/power/pm_test", "/sys/module/suspend/parameters/pm_test_delay"


def prepare_sleep():
    """From now on the machine goes to sleep all but the last step of it, and wakes by itself."""
    if not os.path.exists(PM_TEST):
        raise KsftSkipEx("the kernel cannot try a suspend: CONFIG_PM_DEBUG, CONFIG_PM_SLEEP")
    write(DELAY, 1)
    write(PM_TEST, "platform")
    defer(write, PM_TEST, "none")


def sleep_once():
    write("/sys/power/state", "freeze")


def machine_sleeps(card):
    """The machine sleeps under traffic and in peace: settings stay, traffic goes on, and no counter is lost."""
    prepare_sleep()
    sh(f"ethtool -G {card.ifname} rx 512")
    defer(sh, f"ethtool -G {card.ifname} rx 256")
    card.ready()
    with load(card):
        for _ in range(full(20, 2)):
            before = stats64(card.ifname)
            sleep_once()
            card.ready()
            ping(card)
            now = stats64(card.ifname)
            ksft_eq({name for name in now if now[name] < before[name]}, set(), "counters that fell")
    ksft_eq(ring_sizes(card)[1], (512, 256), "the rings as they were set")
    carries(card)


def sleeps_closed(card):
    """The machine sleeps while the port is down; it opens afterwards."""
    prepare_sleep()
    sh(f"ip link set dev {card.ifname} down")
    sleep_once()
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    ping(card)


def power(card, name):
    return f"{card.port.device}/power/{name}"


def falls_asleep(card):
    wait_until(lambda: read(power(card, "runtime_status")) == "suspended", "the port to fall asleep")


def put_to_sleep(card, command):
    before = stats64(card.ifname)
    sh(command)
    falls_asleep(card)
    now = stats64(card.ifname)
    ksft_eq({name for name in now if now[name] < before[name]}, set(), "counters of a sleeper that fell")


def may_sleep(card):
    ksft_eq(read(power(card, "control")), "on", "power/control by default")
    before = read(power(card, "autosuspend_delay_ms"))
    write(power(card, "autosuspend_delay_ms"), 2000)
    defer(write, power(card, "autosuspend_delay_ms"), before)
    write(power(card, "control"), "auto")
    defer(write, power(card, "control"), "on")


def closed_port_sleeps(card):
    """With power/control auto a port that is down sleeps; it wakes for who opens it, and for who asks."""
    card.needs_igbr("it does not wake for ioctls")
    may_sleep(card)
    ping(card)
    ksft_eq(read(power(card, "runtime_status")), "active", "an open port")
    put_to_sleep(card, f"ip link set dev {card.ifname} down")
    ksft_in("driver: igbr", output(f"ethtool -i {card.ifname}"))
    ksft_in("PASS", output(f"ethtool -t {card.ifname} online"), "the self-test, for which it wakes")
    falls_asleep(card)
    ksft_true(mii(card, SIOCGMIIREG, 2)[1] not in (0, 0xffff), "the PHY's identifier, for which it wakes")
    falls_asleep(card)
    sh(f"ip link set dev {card.ifname} address 02:00:00:00:00:07")
    defer(sh, f"ip link set dev {card.ifname} address {card.port.mac}")
    for command in ("dev reload", "health dump show", "health dump clear"):
        sh(f"devlink {command} pci/{card.port.bdf}" + (" reporter rx" if "health" in command else ""))
        falls_asleep(card)
    sh(f"ip link set dev {card.ifname} address {card.port.mac}")
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    ksft_eq(read(power(card, "runtime_status")), "active", "a port that was opened")
    carries(card)


def open_port_without_link_sleeps(card):
    """With power/control auto a port that is up sleeps without a link; it wakes for who asks, and for the link."""
    card.needs_igbr("on a card that cannot wake by the link, it sleeps for ever")
    needs_cable()
    defer(sh, f"ip link set dev {card.ifname} mtu {read(f'/sys/class/net/{card.ifname}/mtu')}")
    defer(sh, f"ethtool -G {card.ifname} rx 256")
    may_sleep(card)
    put_to_sleep(card, f"{LINK} off")
    ksft_in("UP", output(f"ip link show dev {card.ifname}"))
    sh(f"ip link set dev {card.ifname} mtu 1400")
    sh(f"ip link set dev {card.ifname} down")
    sh(f"ip link set dev {card.ifname} up")
    falls_asleep(card)
    sh(f"cat /sys/class/net/{card.ifname}/speed", ok=False)
    ksft_in("Link detected: no", output(f"ethtool {card.ifname}"))
    sh(f"ethtool -G {card.ifname} rx 512")
    falls_asleep(card)
    ksft_true(mii(card, SIOCGMIIREG, 2)[1] not in (0, 0xffff), "the PHY's identifier, for which it wakes")
    sh(f"devlink dev reload pci/{card.port.bdf}")
    falls_asleep(card)
    sh(f"{LINK} on")
    card.ready()
    ksft_eq(read(power(card, "runtime_status")), "active", "a port with a link")
    ksft_eq(ring_sizes(card)[1][0], 512, "the ring as it was set")
    carries(card)
    # It was the link's use of the device that kept it awake.
    for _ in range(full(20, 2)):
        sh(f"{LINK} off")
        falls_asleep(card)
        sh(f"{LINK} on")
        card.ready()
        ping(card)


if __name__ == "__main__":
    run(__file__, [machine_sleeps, sleeps_closed, closed_port_sleeps, open_port_without_link_sleeps])
