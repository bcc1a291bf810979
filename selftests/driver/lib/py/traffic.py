# SPDX-License-Identifier: GPL-2.0-only
"""Traffic between card and peer, counted at both ends."""

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import threading

from net.lib.py import KsftFailEx, bkg, ksft_eq, ksft_in, rand_port, wait_port_listen

from .counters import snmp
from .shell import PATIENCE, read, sh, wait_until

OUT, IN = "out", "in"       # from the card to the peer, and back
WAYS = (OUT, IN)


def ends(card, way):
    """(sender's Remote or None, receiver's address by version) of a direction."""
    return (None, card.peer_address) if way == OUT else (card.remote, card.address)


ANSWERS = {"4": "IcmpInEchoReps", "6": "Icmp6InEchoReplies"}


@contextlib.contextmanager
def answers(peer, version, count):
    """All of so many pings that are sent within the block are answered: the kernel counts, as ping does not wait for a slow machine."""
    before = snmp(peer)[ANSWERS[version]]
    yield
    wait_until(lambda: snmp(peer)[ANSWERS[version]] - before >= count, f"{count} answers to pings over IPv{version}", limit=30)


def ping(card, way=OUT, version="4", count=5, extra="-i 0.01"):
    """Ping and demand every answer."""
    sender, target = ends(card, way)
    with answers(sender, version, count):
        done = sh(f"ping -{version} -q -c {count} {extra} {target[version]}", sender, ok=False)
    ksft_in(f"{count} packets transmitted", done.stdout, f"ping {way} IPv{version}: {done.stderr}")


@contextlib.contextmanager
def namespace(card, peer):
    """Where a socket of this end or of the peer is made."""
    if not peer:
        yield
        return
    with card.in_peer():
        yield


def make_socket(card, peer, version, kind):
    family = socket.AF_INET if version == "4" else socket.AF_INET6
    with namespace(card, peer):
        made = socket.socket(family, kind)
    made.settimeout(PATIENCE)
    return made


class Receiver(threading.Thread):
    """Accepts one connection and digests what comes."""

    def __init__(self, listener):
        super().__init__(daemon=True)
        self.listener, self.size, self.digest = listener, 0, hashlib.sha256()
        self.error = None
        self.start()

    def run(self):
        try:
            connection, _ = self.listener.accept()
            connection.settimeout(PATIENCE)
            with connection:
                while data := connection.recv(1 << 18):
                    self.size += len(data)
                    self.digest.update(data)
        except OSError as error:
            self.error = error


def tcp(card, way=OUT, version="4", size=4 << 20):
    """Send random data by TCP; every byte must come as it was sent."""
    sender, target = ends(card, way)
    receiver = card.remote if way == OUT else None
    block = os.urandom(1 << 18)
    digest = hashlib.sha256()
    with make_socket(card, receiver, version, socket.SOCK_STREAM) as listener, \
            make_socket(card, sender, version, socket.SOCK_STREAM) as client:
        listener.bind((target[version], 0))
        listener.listen(1)
        sink = Receiver(listener)
        client.connect((target[version], listener.getsockname()[1]))
        for _ in range(size // len(block)):
            client.sendall(block)
            digest.update(block)
        client.shutdown(socket.SHUT_WR)
        sink.join(PATIENCE)
    ksft_eq(sink.error, None, f"TCP {way} IPv{version}")
    ksft_eq(sink.size, size // len(block) * len(block), f"TCP {way} IPv{version}: bytes that came")
    ksft_eq(sink.digest.hexdigest(), digest.hexdigest(), f"TCP {way} IPv{version}: content")


def blast(source, address, count=2000):
    """Send datagrams by the socket without waiting, whether anybody takes them or not."""
    for _ in range(count):
        with contextlib.suppress(OSError):
            source.sendto(b"igbr", socket.MSG_DONTWAIT, (address, 9))


def udp(card, way=OUT, version="4", count=200, size=18, window=40):
    """Send datagrams, never more than a window ahead of the receiver; each must come, in order."""
    sender, target = ends(card, way)
    receiver = card.remote if way == OUT else None
    with make_socket(card, receiver, version, socket.SOCK_DGRAM) as sink, \
            make_socket(card, sender, version, socket.SOCK_DGRAM) as source:
        sink.bind((target[version], 0))
        came = []
        source.connect((target[version], sink.getsockname()[1]))
        with contextlib.suppress(TimeoutError):
            sink.settimeout(10)
            for first in range(0, count, window):
                batch = range(first, min(first + window, count))
                for number in batch:
                    source.send(number.to_bytes(4, "big").ljust(size, b"."))
                for _ in batch:
                    came.append(int.from_bytes(sink.recv(65536)[:4], "big"))
    ksft_eq(len(came), count, f"UDP {way} IPv{version}: datagrams that came")
    ksft_eq(sorted(came), list(range(len(came))), f"UDP {way} IPv{version}: each once")


def datagrams(card, way, sizes, version="4"):
    """One datagram of random bytes for each size; each must come and be what was sent."""
    sender, target = ends(card, way)
    receiver = card.remote if way == OUT else None
    with make_socket(card, receiver, version, socket.SOCK_DGRAM) as sink, \
            make_socket(card, sender, version, socket.SOCK_DGRAM) as source:
        sink.bind((target[version], 0))
        sink.settimeout(10)
        source.connect((target[version], sink.getsockname()[1]))
        for size in sizes:
            data = os.urandom(size)
            source.send(data)
            try:
                came = sink.recv(65536)
            except TimeoutError:
                raise KsftFailEx(f"UDP {way} IPv{version}: a datagram of {size} bytes did not come") from None
            ksft_eq(came == data, True, f"UDP {way} IPv{version}: content of a datagram of {size} bytes")


def carries(card, size=1 << 20):
    """The same traffic for every configuration: ping, TCP with its content, and UDP, both ways, both IPs."""
    for version in ("4", "6"):
        for way in WAYS:
            ping(card, way, version)
            tcp(card, way, version, size)
            udp(card, way, version)


@contextlib.contextmanager
def load(card):
    """TCP both ways in the background as long as the block lasts, not so fast that nothing else gets a turn.

    It may break when the port goes away for long.
    """
    card.require_cmd("iperf3", remote=True)
    port = rand_port()
    target = card.peer_address["4"]
    with bkg(f"iperf3 -s -p {port}", host=card.remote):
        wait_port_listen(port, host=card.remote)
        client = ["iperf3", "-c", target, "-p", str(port), "-b", "8M", "--bidir", "-t", "86400"]
        with subprocess.Popen(client, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                start = moved(card)
                wait_until(lambda: moved(card) > start + 300, "the load to begin")
                yield
            finally:
                running.kill()


def moved(card):
    folder = f"/sys/class/net/{card.ifname}/statistics"
    return int(read(f"{folder}/rx_packets")) + int(read(f"{folder}/tx_packets"))


def iperf(card, seconds, extra=""):
    """TCP by iperf3 both ways at once for so long; returns its report."""
    card.require_cmd("iperf3", remote=True)
    port = rand_port()
    with bkg(f"iperf3 -s -1 -p {port}", host=card.remote):
        wait_port_listen(port, host=card.remote)
        done = sh(f"iperf3 -J -c {card.peer_address['4']} -p {port} --bidir -t {seconds} {extra}", limit=seconds + PATIENCE)
    return json.loads(done.stdout)
