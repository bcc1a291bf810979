#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One thing after the other is changed under TCP: the same connection lives on, and no counter runs backwards."""

import contextlib
import itertools
import socket
import subprocess
import threading

from lib.py import defer, ksft_eq, ksft_true
from lib.py import full, output, run, sh, stats64, strings, wait_until
from lib.py.traffic import carries, make_socket

TIMES = full(100, 6)
DISCARD = 9     # port
GAP = 50        # blocks that pass between two changes


class Echo:
    """A connection from the card to the peer and back: blocks go round until it is told to stop."""

    BLOCK = bytes(range(256)) * 16

    def __init__(self, card):
        self.card, self.rounds, self.wrong, self.error, self.over = card, 0, 0, None, False

    def __enter__(self):
        target = self.card.peer_address["4"]
        with make_socket(self.card, self.card.remote, "4", socket.SOCK_STREAM) as listener:
            listener.bind((target, 0))
            listener.listen(1)
            self.client = make_socket(self.card, None, "4", socket.SOCK_STREAM)
            self.client.connect(listener.getsockname())
            self.server, _ = listener.accept()
        self.threads = [threading.Thread(target=one, daemon=True) for one in (self.serve, self.ask)]
        for thread in self.threads:
            thread.start()
        return self

    def serve(self):
        with contextlib.suppress(OSError):
            while data := self.server.recv(65536):
                self.server.sendall(data)

    def ask(self):
        self.client.settimeout(60)
        try:
            while not self.over:
                self.client.sendall(self.BLOCK)
                came = b""
                while len(came) < len(self.BLOCK):
                    part = self.client.recv(len(self.BLOCK) - len(came))
                    if not part:
                        raise OSError("the connection ended")
                    came += part
                self.wrong += came != self.BLOCK
                self.rounds += 1
        except OSError as error:
            self.error = error

    def goes_on(self):
        """Wait until more blocks went round."""
        goal = self.rounds + GAP
        wait_until(lambda: self.rounds >= goal or self.error, "more blocks to go round")
        ksft_eq(self.error, None, "the connection")

    def __exit__(self, *_exception):
        self.over = True
        self.threads[1].join(60)
        self.client.close()
        self.server.close()
        ksft_eq((self.error, self.wrong), (None, 0), "the connection at the end, and its content")


def counters(card):
    """Counters of what only grows; bytes of a queue that is gone stay, too."""
    return {**dict(strings(card.ifname)), **stats64(card.ifname)}


def under_tcp(card, commands, undo):
    """Run the commands in turn, the same connection carrying data between each two."""
    for command in undo:
        defer(sh, command)
    last = counters(card)
    with Echo(card) as echo:
        for _, command in zip(range(TIMES), itertools.cycle(commands)):
            sh(command)
            echo.goes_on()
            now = counters(card)
            if card.driver == "igbr":
                ksft_eq({name for name in last if now.get(name, 0) < last[name]}, set(), f"counters that fell with {command}")
            last = now
    ksft_true(len(commands) > 1, "commands that change something")


def rings(card):
    """Ring sizes."""
    under_tcp(card, [f"ethtool -G {card.ifname} rx {rx} tx {tx}" for rx, tx in ((80, 80), (4096, 512), (512, 4096), (256, 256))],
              [f"ethtool -G {card.ifname} rx 256 tx 256"])
    card.ready()
    carries(card)


def channels(card):
    """Numbers of queue pairs."""
    before = card.channels()
    under_tcp(card, [f"ethtool -L {card.ifname} combined {count}" for count in (1, 4, 2, 3)],
              [f"ethtool -L {card.ifname} combined {before}"])


def waiting(card):
    """A sender whose socket is full of what waits for a stopped port goes on when the port does."""
    sh("ip link add dev other type dummy")
    defer(sh, "ip link del dev other")
    defer(sh, f"ethtool -G {card.ifname} rx 256")
    sent = 0
    with make_socket(card, None, "4", socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        for size in itertools.islice(itertools.cycle((512, 256)), TIMES):
            card.ready()
            # The kernel looks at carriers once a second. As it has just done so, what waits stays in its queue, and is not dropped.
            sh("ip link set dev other up && ip link set dev other carrier off && ip link set dev other carrier on")
            change = subprocess.Popen(["ethtool", "-G", card.ifname, "rx", str(size)])
            while change.poll() is None:
                sender.sendto(b"wait for me", (card.peer_address["4"], DISCARD))
                sent += 1
            ksft_eq(change.returncode, 0, "ethtool -G")
    ksft_true(sent > TIMES, "more than a datagram for each change")


def mtu(card):
    """The MTU; the peer's is large all the time."""
    card.peer.ip(f"link set dev {card.peer.name} mtu 9000")
    defer(card.peer.ip, f"link set dev {card.peer.name} mtu 1500")
    card.ready()
    under_tcp(card, [f"ip link set dev {card.ifname} mtu {size}" for size in (9000, 1500, 4000, 2000)],
              [f"ip link set dev {card.ifname} mtu 1500"])


def features(card):
    """Offloads, each off and on again."""
    names = ("tso", "tx", "rx", "rxhash", "sg", "gro", "rxvlan", "rx-vlan-filter", "rx-all")
    commands = [f"ethtool -K {card.ifname} {name} {way}" for name in names
                for way in (("on", "off") if name == "rx-all" else ("off", "on"))]
    under_tcp(card, commands, [f"ethtool -K {card.ifname} rx-all off"] +
              [f"ethtool -K {card.ifname} {name} on" for name in names[:-1]])
    ksft_true("tcp-segmentation-offload: on" in output(f"ethtool -k {card.ifname}"), "segmentation is on again")


def coalescing(card):
    """Interrupt throttling."""
    under_tcp(card, [f"ethtool -C {card.ifname} rx-usecs {value}" for value in (0, 1, 3, 10, 100, 1000)],
              [f"ethtool -C {card.ifname} rx-usecs 3"])


def pause(card):
    """Pause frames, forced and negotiated: the link goes and comes each time."""
    under_tcp(card, [f"ethtool -A {card.ifname} autoneg off rx off tx off", f"ethtool -A {card.ifname} autoneg on rx on tx on"],
              [f"ethtool -A {card.ifname} autoneg on rx on tx on"])


if __name__ == "__main__":
    run(__file__, [rings, channels, waiting, mtu, features, coalescing, pause])
