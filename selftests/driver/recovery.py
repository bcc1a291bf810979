#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Resets and errors that come from the bus: the port is back afterwards as it was, and the kernel has nothing to complain of."""

import glob
import os
import re
import shutil
import struct
import time

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_in, ksft_pr, ksft_true
from lib.py import full, ip_json, output, read, run, sh, stats64, strings, wait_until, write
from lib.py.leaks import holdings
from lib.py.traffic import carries, load, ping

VID = 77
# Commands that have the card taken out of its slot, the orderly way, and put back
UNPLUG = os.environ.get("IGBR_UNPLUG", "vmctl unplug port0")
PLUG = os.environ.get("IGBR_PLUG", "vmctl plug port0")
# PCI_ERR_UNC_COMP_TIME, which is not fatal by default, PCI_ERR_UNC_MALF_TLP, which is, and PCI_ERR_COR_BAD_TLP
NON_FATAL, FATAL, CORRECTABLE = 1 << 14, 1 << 18, 1 << 6


def reset(card, method=None):
    """Reset the function by sysfs."""
    if method:
        if method not in read(f"{card.port.device}/reset_method").split():
            raise KsftSkipEx(f"the function has no reset by {method}")
        before = read(f"{card.port.device}/reset_method")
        write(f"{card.port.device}/reset_method", method)
        defer(write, f"{card.port.device}/reset_method", before)
    write(f"{card.port.device}/reset", 1)


def settings(card):
    """What must outlive a reset."""
    link = ip_json(f"-d link show dev {card.ifname}")[0]
    rings = re.findall(r"^(?:RX|TX):\s+(\d+)", output(f"ethtool -g {card.ifname}"), re.MULTILINE)
    return {"flags": sorted(link["flags"]), "address": link["address"], "mtu": link["mtu"], "rings": rings,
            "channels": card.channels(), "table": output(f"ethtool -x {card.ifname}"),
            "features": output(f"ethtool -k {card.ifname}"), "pause": output(f"ethtool -a {card.ifname}"),
            "vlan filter": output("cat /proc/net/vlan/config") if os.path.exists("/proc/net/vlan/config") else ""}


def counters(card):
    return {**dict(strings(card.ifname)), **stats64(card.ifname)}


def flr_under_traffic(card):
    """A function level reset under TCP: traffic goes on, settings stay, no counter runs backwards."""
    card.needs_igbr("it stalls for seconds and its watchdog complains")
    sh(f"ip link add link {card.ifname} name v{VID} type vlan id {VID}")
    defer(sh, f"ip link del v{VID}")
    sh(f"ethtool -G {card.ifname} rx 512")
    defer(sh, f"ethtool -G {card.ifname} rx 256")
    card.ready()
    before, last = settings(card), counters(card)
    with load(card):
        for _ in range(full(20, 5)):
            reset(card, "flr")
            card.ready()
            ping(card)
            now = counters(card)
            ksft_eq({name for name in last if now[name] < last[name]}, set(), "counters that fell")
            last = now
    ksft_eq(settings(card), before, "settings after resets")
    carries(card)


def reset_by_power(card):
    """A reset by way of D3 does no more harm."""
    card.needs_igbr("it stalls for seconds and its watchdog complains")
    for _ in range(full(10, 2)):
        reset(card, "pm")
        card.ready()
        ping(card)


def reset_closed(card):
    """A closed port that is reset opens afterwards."""
    sh(f"ip link set dev {card.ifname} down")
    defer(sh, f"ip link set dev {card.ifname} up")
    reset(card)
    stats64(card.ifname)
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    carries(card)


def reset_readers(card):
    """Who reads counters all the time does not meet a device that is being reset."""
    card.needs_igbr("it stalls for seconds and its watchdog complains")
    folder = f"/sys/class/net/{card.ifname}/statistics"
    reader = f"while :; do cat {folder}/* >/dev/null; done"
    sh(f"({reader}) >/dev/null 2>&1 & echo $! > /run/igbr-reader")
    defer(sh, "kill $(cat /run/igbr-reader)", ok=False)
    for _ in range(full(20, 5)):
        reset(card)
    card.ready()
    ping(card)
    ksft_true("does not answer" not in output("dmesg"), "the device was never taken for gone")


def inject(card, uncorrectable, correctable):
    """Make the kernel believe that the card reported an error."""
    domain, bus, slot, function = (int(part, 16) for part in re.split("[:.]", card.port.bdf))
    with open("/dev/aer_inject", "wb", buffering=0) as file:
        file.write(struct.pack("=BBBxIIIIIII", bus, slot, function, uncorrectable, correctable, 0, 1, 2, 3, domain))


def needs_aer(card):
    if sh("modprobe aer_inject", ok=False).ret or not os.path.exists("/dev/aer_inject"):
        raise KsftSkipEx("no module aer_inject (CONFIG_PCIEAER_INJECT)")
    if not glob.glob("/sys/bus/pci_express/drivers/aer/*:pcie*"):
        raise KsftSkipEx("no port with the AER service")


def errors_of_the_bus(card):
    """After an injected error that is not fatal the port carries traffic."""
    card.needs_igbr("its way through such errors is not this test's matter")
    needs_aer(card)
    before = settings(card)
    for name, uncorrectable, correctable in (("correctable", 0, CORRECTABLE), ("non-fatal", NON_FATAL, 0)):
        for _ in range(full(5, 2)):
            lines = len(output("dmesg").splitlines())
            try:
                inject(card, uncorrectable, correctable)
            except OSError as error:
                raise KsftSkipEx(f"the error cannot be injected: {error}") from None
            time.sleep(1)
            card.ready()
            ping(card)
            said = "\n".join(output("dmesg").splitlines()[lines:])
            if uncorrectable:
                ksft_in("PCI error", said, f"the driver was told of a {name} error")
    ksft_eq(settings(card), before, "settings after errors")
    carries(card)


def fatal_error(card):
    """A fatal error has the slot reset: the port comes back, or is given up and can be taken out and put back."""
    card.needs_igbr("its way through such errors is not this test's matter")
    needs_aer(card)
    before, lines = settings(card), len(output("dmesg").splitlines())

    def said(pattern):
        return re.search(pattern, "\n".join(output("dmesg").splitlines()[lines:]))
    inject(card, FATAL, 0)
    wait_until(lambda: said(r"device recovery (successful|failed)"), "the end of the recovery")
    ksft_true(said(r"PCI error: the device is cut off"), "the driver was told")
    if said(r"device recovery failed"):
        ksft_pr("the emulated slot cannot be reset: its card is taken out and put back")
        stats64(card.ifname)
        write(f"{card.port.device}/remove", 1)
        write("/sys/bus/pci/rescan", 1)
        wait_until(lambda: card.port.driver, "the card's driver")
        card.bound_again()
    else:
        card.ready()
        ksft_eq(settings(card), before, "settings after the error")
    carries(card)


def taken_out_under_traffic(card):
    """A card that is taken out of its slot under TCP leaves nothing behind; put back, it is a port again."""
    for command in (UNPLUG, PLUG):
        if not shutil.which(command.split()[0]):
            raise KsftSkipEx(f"no command {command.split()[0]}: set IGBR_UNPLUG and IGBR_PLUG")
    sh(f"ip link set dev {card.ifname} down")
    closed = holdings(card.driver)["page pools"]
    card.ready()
    for _ in range(full(10, 1)):
        lines, plug = len(output("dmesg").splitlines()), defer(sh, PLUG, ok=False)
        with load(card):
            sh(UNPLUG)
        wait_until(lambda: not os.path.exists(card.port.device), "the card to be gone")
        wait_until(lambda: holdings(card.driver)["page pools"] == closed, "its page pools to be gone")
        said = "\n".join(output("dmesg").splitlines()[lines:])
        ksft_true("does not answer" not in said, "the driver let go of a card that still answered")
        plug.exec()
        wait_until(lambda: os.path.exists(card.port.device) and card.port.driver, "the card's driver")
        card.bound_again()
        ping(card)
    carries(card)


def wake_on_lan(card):
    """Each wake-up event can be chosen; what the device does not know is refused."""
    said = output(f"ethtool {card.ifname}")
    if "Supports Wake-on: pumbg" not in said:
        raise KsftSkipEx("the port does not wake")
    before = re.search(r"^\s*Wake-on: (\w+)", said, re.MULTILINE)[1]
    defer(sh, f"ethtool -s {card.ifname} wol {before}")
    for events in ("g", "m", "u", "b", "p", "ug", "d"):
        sh(f"ethtool -s {card.ifname} wol {events}")
        now = re.search(r"^\s*Wake-on: (\w+)", output(f"ethtool {card.ifname}"), re.MULTILINE)[1]
        ksft_eq(sorted(now), sorted(events), "events as set")
    for events in ("a", "s"):
        ksft_true(sh(f"ethtool -s {card.ifname} wol {events}", ok=False).ret != 0, f"wol {events} is refused")
    ping(card)


if __name__ == "__main__":
    run(__file__, [flr_under_traffic, reset_by_power, reset_closed, reset_readers, errors_of_the_bus, wake_on_lan,
                   taken_out_under_traffic, fatal_error])
