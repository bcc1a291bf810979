#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""XDP in the driver: each verdict on an exact number of frames, with and without fragments, and changes under traffic."""

import contextlib
import signal
import subprocess

from lib.py import KsftSkipEx, defer, ksft_eq, ksft_in, ksft_pr
from lib.py import full, ip_json, refused, run, sh, stats64, wait_until
from lib.py.bpf import ABORTED, DROP, PASS, TX, pinned, redirect, verdict
from lib.py.flows import NOBODY, queue_counters, raw_socket
from lib.py.frames import UDP, build
from lib.py.sniff import on_cable
from lib.py.traffic import WAYS, carries, load, ping, tcp

# So many fit into a ring of the usual size at once, however late it is polled.
COUNT = 150
LARGE_COUNT = 40
LARGE = 9000


def attach(card, code, frags=False):
    """Let the card run a program in the driver until the end of the test."""
    path = pinned("igbr_test", code, frags)
    # A program cannot be replaced but with force.
    sh(f"ip -force link set dev {card.ifname} xdpdrv pinned {path}")
    defer(sh, f"ip link set dev {card.ifname} xdpdrv off")
    card.ready()


def mode(card):
    return ip_json(f"-d link show dev {card.ifname}")[0].get("xdp", {}).get("mode")


def frames(card, size):
    """Frames from the peer to the card, each known by its ports."""
    source, target = NOBODY["4"]
    return [build(card.peer.mac, card.port.mac, source, target, UDP, (2000 + number, 9), bytes([number % 256]) * size)
            for number in range(COUNT if size < 3072 else LARGE_COUNT)]


def send(card, what, counter, others=()):
    """Send frames, and see them in one counter of the queues and in rx_packets, and in no other counter."""
    if card.driver != "igbr":
        raise KsftSkipEx(f"driver {card.driver} has no counters of XDP")
    names = [f"rx_queue_{{}}_xdp_{name}" for name in ("drop", "tx", "redirect", "aborted", "failed")]
    before = {name: sum(queue_counters(card, name).values()) for name in names}
    packets = stats64(card.ifname)["rx_packets"]
    with raw_socket(card) as raw:
        for frame in what:
            raw.send(frame)
    wanted = f"rx_queue_{{}}_xdp_{counter}"
    with contextlib.suppress(Exception):
        wait_until(lambda: sum(queue_counters(card, wanted).values()) - before[wanted] >= len(what), "the verdicts", limit=20)
    rose = {name: sum(queue_counters(card, name).values()) - before[name] for name in names}
    ksft_eq({name: value for name, value in rose.items() if value}, {wanted: len(what)}, "verdicts counted")
    ksft_eq(stats64(card.ifname)["rx_packets"] - packets, len(what), "rx_packets")


def passed_on(card):
    """A program that passes everything on changes nothing: all traffic, with and without fragments."""
    for frags in (False, True):
        attach(card, verdict(PASS), frags)
        ksft_eq(mode(card), 1, "mode: in the driver")
        carries(card)


def dropped(card):
    """Every frame that a program drops is counted, and nothing comes up."""
    attach(card, verdict(DROP))
    for size in (18, 1400):
        send(card, frames(card, size), "drop")


def aborted(card):
    """A program's error, and a verdict that there is not, cost the frame and are counted."""
    attach(card, verdict(ABORTED))
    send(card, frames(card, 100), "aborted")
    attach(card, verdict(77))
    send(card, frames(card, 100), "aborted")


def on_their_way_back(card, code, counter, size, frags=False):
    """The frames that a program sends back are those that came, each once."""
    attach(card, code, frags)
    card.peer.ip(f"link set dev {card.peer.name} promisc on")
    defer(card.peer.ip, f"link set dev {card.peer.name} promisc off")
    what = frames(card, size)
    before = stats64(card.ifname)["tx_packets"]
    with on_cable(card) as seen:
        send(card, what, counter)
        wait_until(lambda: stats64(card.ifname)["tx_packets"] - before >= len(what), "the frames to be sent", limit=20)
        wait_until(lambda: len([one for one in seen if one.ports[1] == 9]) >= len(what), "the frames to come back", limit=20)
    back = sorted(one.ports[0] for one in seen if one.ports[1] == 9)
    ksft_eq(back, [2000 + number for number in range(len(what))], "frames that came back")
    ksft_eq({len(one.payload) for one in seen if one.ports[1] == 9}, {size}, "their length")


def sent_back(card):
    """XDP_TX: short and long frames go back where they came from."""
    for size in (18, 1400):
        on_their_way_back(card, verdict(TX), "tx", size)


def redirected(card):
    """XDP_REDIRECT to the port itself: out by ndo_xdp_xmit."""
    for size in (18, 1400):
        on_their_way_back(card, redirect(card.ifindex), "redirect", size)


@contextlib.contextmanager
def bench(card, what, code):
    """xdp-bench at work on the card, or a program with the same verdict where its own do not load."""
    port = card.ifname
    command = ["xdp-bench", what, "-i", "1", port] + [port] * (what == "redirect")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        wait_until(lambda: mode(card) == 1 or running.poll() is not None, "xdp-bench to begin")
        if running.poll() is not None:
            ksft_pr(f"xdp-bench does not run here: {running.stdout.read().strip()}")
            attach(card, code)
        card.ready()
        try:
            yield
        finally:
            running.send_signal(signal.SIGINT)
            running.communicate()
            sh(f"ip link set dev {port} xdpdrv off")


def benched(card):
    """xdp-bench drops, sends back and redirects: in bursts smaller than the ring no frame is lost."""
    card.require_cmd("xdp-bench")
    card.peer.ip(f"link set dev {card.peer.name} promisc on")
    defer(card.peer.ip, f"link set dev {card.peer.name} promisc off")
    bursts = full(100, 20)
    for what, code in (("drop", verdict(DROP)), ("tx", verdict(TX)), ("redirect", redirect(card.ifindex))):
        with bench(card, what, code):
            before, back = stats64(card.ifname)["tx_packets"], stats64(card.peer.name, card.remote)["rx_packets"]
            for _ in range(bursts):
                send(card, frames(card, 18), what)
            wanted = 0 if what == "drop" else bursts * COUNT
            with contextlib.suppress(Exception):
                wait_until(lambda: stats64(card.peer.name, card.remote)["rx_packets"] - back >= wanted, "frames", limit=20)
            ksft_eq(stats64(card.ifname)["tx_packets"] - before, wanted, f"{what}: frames sent")
            ksft_eq(stats64(card.peer.name, card.remote)["rx_packets"] - back, wanted, f"{what}: frames at the peer")


def large(card):
    """Frames of several buffers, by programs that take them: passed, dropped, sent back, redirected."""
    for port in (card.port, card.peer):
        port.ip(f"link set dev {port.name} mtu {LARGE}")
        defer(port.ip, f"link set dev {port.name} mtu 1500")
    attach(card, verdict(PASS), True)
    for way in WAYS:
        ping(card, way, "4", 5, f"-i 0.01 -M do -s {LARGE - 28}")
        tcp(card, way, size=2 << 20)
    attach(card, verdict(DROP), True)
    send(card, frames(card, 8000), "drop")
    on_their_way_back(card, verdict(TX), "tx", 8000, True)
    on_their_way_back(card, redirect(card.ifindex), "redirect", 8000, True)


def wrong_sizes(card):
    """A program without fragments and an MTU of several buffers exclude each other, whichever comes first."""
    path = pinned("igbr_test", verdict(PASS))
    defer(card.port.ip, f"link set dev {card.ifname} mtu 1500")
    card.port.ip(f"link set dev {card.ifname} mtu {LARGE}")
    ksft_in("takes fragments", refused(f"ip link set dev {card.ifname} xdpdrv pinned {path}"))
    ksft_eq(mode(card), None, "mode after the refusal")
    card.port.ip(f"link set dev {card.ifname} mtu 1500")
    attach(card, verdict(PASS))
    refused(f"ip link set dev {card.ifname} mtu {LARGE}")
    ksft_eq(ip_json(f"link show dev {card.ifname}")[0]["mtu"], 1500, "MTU after the refusal")
    ping(card)


def changes(card):
    """Programs come, change and go while TCP runs; so do the port and its rings under a program."""
    path = pinned("igbr_test", verdict(PASS), True)
    defer(sh, f"ip link set dev {card.ifname} xdpdrv off")
    with load(card):
        for turn in range(full(20, 6)):
            sh(f"ip link set dev {card.ifname} xdpdrv pinned {path}")
            sh(f"ip -force link set dev {card.ifname} xdpdrv pinned {path}")
            if turn % 3 == 1:
                sh(f"ethtool -G {card.ifname} rx {512 if turn % 2 else 256}")
            if turn % 3 == 2:
                sh(f"ip link set dev {card.ifname} down")
                sh(f"ip link set dev {card.ifname} up")
            sh(f"ip link set dev {card.ifname} xdpdrv off")
    card.ready()
    carries(card)


if __name__ == "__main__":
    run(__file__, [passed_on, dropped, aborted, sent_back, redirected, benched, large, wrong_sizes, changes])
