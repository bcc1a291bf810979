# SPDX-License-Identifier: GPL-2.0-only
"""TCP flows from the peer to readers that live on a CPU each. Runs in the guest."""

import contextlib
import itertools
import os
import socket
import time

# A port for each flow of a run: where filters compare the port alone, one that was used is in view for a while.
PORTS = itertools.count(7000)
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


def connect_often(address, port, count, told):
    """Connections of a few frames each; how many there were, as text to a pipe."""
    in_peer()
    made = 0
    for _ in range(count):
        with contextlib.suppress(OSError), socket.create_connection((address, port)) as connection:
            connection.send(b"short")
            made += 1
    os.write(told, str(made).encode())


def serve_often(listener):
    while True:
        connection, _ = listener.accept()
        connection.recv(100)
        connection.close()


class Flows:
    """As many flows as there are CPUs given, the reader of each on its CPU."""

    def __init__(self, address, cpus):
        self.cpus = {}
        self.address = address
        self.readers = {}
        self.listeners = {}
        for port, cpu in zip(PORTS, cpus):
            listener = self.listeners[port] = socket.create_server((address, port))
            self.readers[port] = child(lambda listener=listener: read_all(listener))
            self.pin(port, cpu)
        self.others = [child(lambda: send_for_ever(address, list(self.readers)))]

    def pin(self, port, cpu):
        os.sched_setaffinity(self.readers[port], {cpu})
        self.cpus[port] = cpu

    def share(self, port, cpu):
        """Another flow to the port, whose reader is on that CPU."""
        reader = child(lambda: read_all(self.listeners[port]))
        os.sched_setaffinity(reader, {cpu})
        self.others += [reader, child(lambda: send_for_ever(self.address, [port]))]

    def close(self):
        for pid in (*self.others, *self.readers.values()):
            end(pid)
        for listener in self.listeners.values():
            listener.close()
