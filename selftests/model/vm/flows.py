# SPDX-License-Identifier: GPL-2.0-only
"""TCP flows from the peer to readers that live on a CPU each. Runs in the guest."""

import contextlib
import os
import socket
import time

FIRST_PORT = 7000
PAUSE = 0.002
PIECE = b"x" * 1000


def child(work):
    """A process that does the work and nothing else."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)  # pylint: disable=protected-access


def end(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 9)
    os.waitpid(pid, 0)


def read_all(listener):
    connection, _ = listener.accept()
    while connection.recv(65536):
        pass


def in_peer():
    with open("/run/netns/peer", "rb") as space:
        os.setns(space.fileno(), os.CLONE_NEWNET)


def send_for_ever(address, ports):
    in_peer()
    connections = [socket.create_connection((address, port)) for port in ports]
    while True:
        for connection in connections:
            connection.send(PIECE)
        time.sleep(PAUSE)


def connect_often(address, port, count):
    """Connections of a few frames each."""
    in_peer()
    for _ in range(count):
        with contextlib.suppress(OSError), socket.create_connection((address, port)) as connection:
            connection.send(b"short")


def serve_often(listener):
    while True:
        connection, _ = listener.accept()
        connection.recv(100)
        connection.close()


class Flows:
    """As many flows as there are CPUs given, the reader of each on its CPU."""

    def __init__(self, address, cpus):
        self.cpus = {}
        self.readers = {}
        for port, cpu in enumerate(cpus, FIRST_PORT):
            listener = socket.create_server((address, port))
            self.readers[port] = child(lambda listener=listener: read_all(listener))
            listener.close()
            self.pin(port, cpu)
        self.sender = child(lambda: send_for_ever(address, list(self.readers)))

    def pin(self, port, cpu):
        os.sched_setaffinity(self.readers[port], {cpu})
        self.cpus[port] = cpu

    def close(self):
        for pid in (self.sender, *self.readers.values()):
            end(pid)
