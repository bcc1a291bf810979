#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The NAPI poll keeps its contract, and netpoll gets its messages out while the card is busy."""

import contextlib
import os
import socket

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_ge, ksft_pr, ksft_true
from lib.py import full, interrupts, read, run, sh, stats64, wait_until, write
from lib.py.flood import Flood
from lib.py.trace import Trace
from lib.py.traffic import IN, WAYS, blast, load, make_socket, ping, tcp

WEIGHT = 64
POLL = "napi:napi_poll"


def polls(card):
    return Trace({POLL: f'dev_name == "{card.ifname}"'}, buffer_kb=8192)


def work_within_budget(card):
    """Under a flood no poll does more than its budget of 64, and full polls follow each other without an interrupt."""
    card.set_channels(1)
    on_first_cpu(card)
    before = own_interrupts(card)
    with polls(card) as trace:
        # What comes within a burst waits for the poll, which has to be on the sender's CPU.
        Flood(card, card.peer, card.port, full(51200, 10240), burst=WEIGHT * 2).send()
        settle(card)
        seen = trace.take()
    signals = own_interrupts(card) - before
    ksft_eq({one["budget"] for one in seen}, {WEIGHT}, "budgets given")
    beyond = [one["work"] for one in seen if not 0 <= one["work"] <= one["budget"]]
    ksft_eq(beyond, [], "work beyond the budget")
    whole = len([one for one in seen if one["work"] == WEIGHT])
    ksft_ge(whole, 1, "polls that used up their budget")
    # A poll that did all it was allowed to must not have armed the interrupt: it is called again.
    ksft_ge(len(seen) - whole + signals_slack(card), signals, f"{len(seen)} polls, {whole} of them full: interrupts")
    ksft_pr(f"{len(seen)} polls, {whole} full, {signals} interrupts")
    ping(card)


def on_first_cpu(card):
    """All interrupts of the card go to the first CPU in this test."""
    for line in interrupts().values():
        if line.actions.startswith(card.ifname):
            affinity = f"/proc/irq/{line.number}/smp_affinity_list"
            defer(write, affinity, read(affinity))
            write(affinity, "0")


def own_interrupts(card):
    return sum(line.count for line in interrupts().values() if line.actions.startswith(card.ifname))


def signals_slack(_card):
    """Interrupts that need no poll of their own: one may come while its poll is already asked for."""
    return 64


def settle(card):
    last = -1
    while last != (now := stats64(card.ifname)["rx_packets"]):
        last = now
        sh("sleep 0.3")


def idle_is_silent(card):
    """A card without traffic polls next to never: nothing re-arms itself for ever."""
    with polls(card) as trace:
        ping(card)
        ksft_ge(len(trace.take()), 5, "polls for 5 pings")
    settle(card)
    with polls(card) as trace:
        sh("sleep 5")
        seen = trace.take()
    # The link check every two seconds may look at the rings.
    ksft_ge(8 * card.channels(), len(seen), "polls in 5 s without traffic")


@contextlib.contextmanager
def netconsole(card, port):
    """The kernel's messages go to the peer by netpoll."""
    if not os.path.isdir("/sys/module/netconsole") and sh("modprobe netconsole", ok=False).ret:
        raise KsftSkipEx("no module netconsole (CONFIG_NETCONSOLE)")
    if not os.path.isdir("/sys/kernel/config/netconsole"):
        sh("mount -t configfs configfs /sys/kernel/config", ok=False)
    # Else the kernel takes ten messages of a program in five seconds.
    limit = read("/proc/sys/kernel/printk_devkmsg")
    write("/proc/sys/kernel/printk_devkmsg", "on\n")
    defer(write, "/proc/sys/kernel/printk_devkmsg", limit + "\n")
    folder = f"/sys/kernel/config/netconsole/igbr-{os.getpid()}"
    try:
        os.mkdir(folder)
    except OSError as error:
        raise KsftSkipEx(f"no dynamic netconsole (CONFIG_NETCONSOLE_DYNAMIC): {error}") from None
    try:
        for name, value in {"dev_name": card.ifname, "local_ip": card.address["4"], "remote_ip": card.peer_address["4"],
                            "local_port": 6665, "remote_port": port, "remote_mac": card.peer.mac, "enabled": 1}.items():
            write(f"{folder}/{name}", value)
        yield
    finally:
        with contextlib.suppress(OSError):
            write(f"{folder}/enabled", 0)
        os.rmdir(folder)


def listener(card):
    with card.in_peer():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.bind((card.peer_address["4"], 0))
    made.settimeout(5)
    return made


def messages(sink, wanted):
    """Which of the numbered messages came."""
    came = set()
    with contextlib.suppress(TimeoutError):
        while len(came) < wanted:
            words = sink.recv(65536).decode(errors="replace").split()
            if "igbr-netpoll" in words:
                came.add(words[words.index("igbr-netpoll") + 1])
    return came


def say(number):
    write("/dev/kmsg", f"<3>igbr-netpoll {number}\n")


def netpoll(card):
    """On an idle card every message of netconsole comes."""
    with listener(card) as sink, netconsole(card, sink.getsockname()[1]):
        for number in range(20):
            say(number)
        ksft_eq(len(messages(sink, 20)), 20, "messages that came")
    ping(card)


def late_completion(card):
    """The smallest ring, which the queue limits let run full, and what was sent is given back as late as can be."""
    for setting, value, usual in (("-G", "tx 80", "tx 256"), ("-C", "tx-usecs 8191", "tx-usecs 50")):
        defer(sh, f"ethtool {setting} {card.ifname} {usual}")
        sh(f"ethtool {setting} {card.ifname} {value}")
    card.ready()
    limit = f"/sys/class/net/{card.ifname}/queues/tx-0/byte_queue_limits/limit_min"
    defer(write, limit, read(limit))
    write(limit, 1 << 20)


def netpoll_under_load(card):
    """With TCP both ways, and into a full ring, messages still come; a poll for netpoll touches no receive work."""
    card.set_channels(1)
    late_completion(card)
    count = 100
    with listener(card) as sink, netconsole(card, sink.getsockname()[1]), \
            make_socket(card, None, "4", socket.SOCK_DGRAM) as source:
        with Trace({POLL: f'dev_name == "{card.ifname}" && budget == 0'}) as trace:
            with load(card):
                for number in range(count):
                    say(number)
            for number in range(count, 2 * count):
                blast(source, card.peer_address["4"], 100)
                say(number)
            came = len(messages(sink, 2 * count))
            seen = trace.take()
    ksft_ge(came, count, "messages that came under load")
    ksft_ge(len(seen), 1, "polls by netpoll")
    ksft_eq([one for one in seen if one["work"]], [], "polls without a budget that did receive work")
    ksft_pr(f"{came} of {2 * count} messages, {len(seen)} polls by netpoll")
    card.ready()
    for way in WAYS:
        ping(card, way, count=20)
        tcp(card, way, size=1 << 20)


if __name__ == "__main__":
    run(__file__, [work_within_budget, idle_is_silent, netpoll, netpoll_under_load])
