# SPDX-License-Identifier: GPL-2.0-only
"""What really comes over the cable, as the peer gets it."""

import contextlib
import socket
import threading

from net.lib.py import defer

from .frames import Parsed
from .shell import sh

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33     # the socket module does not have it


@contextlib.contextmanager
def on_cable(card):
    """Collects the frames that the peer receives within the block, in a list of Parsed; what is not TCP or UDP is left out."""
    # What the peer merges is not what came.
    sh(f"ethtool -K {card.peer.name} gro off", card.remote)
    defer(sh, f"ethtool -K {card.peer.name} gro on", card.remote)
    with card.in_peer():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        tap.bind((card.peer.name, ETH_P_ALL))
    found, over = [], threading.Event()

    def collect():
        tap.settimeout(0.2)
        while True:
            try:
                frame, address = tap.recvfrom(65536)
            except TimeoutError:
                if over.is_set():
                    return
                continue
            if address[2] != socket.PACKET_OUTGOING:
                with contextlib.suppress(ValueError):
                    found.append(Parsed(frame))
    reader = threading.Thread(target=collect, daemon=True)
    reader.start()
    with tap:
        try:
            yield found
        finally:
            over.set()
            reader.join()


@contextlib.contextmanager
def raw_frames(card, kind):
    """A socket that gets the frames of an Ethertype as they come to the peer."""
    with card.in_peer():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(kind))
        tap.bind((card.peer.name, kind))
    tap.settimeout(20)
    with tap:
        yield tap
