# SPDX-License-Identifier: GPL-2.0-only
"""TCP flows from the peer to readers that live on a CPU each. Runs in the guest."""

import contextlib
import itertools
import os
import signal
import socket
import sys
import time

# A port for each flow of a run: where filters compare the port alone, one that was used is in view for a while.
PORTS = itertools.count(7000)
PAUSE = 0.002
PIECE = b"x" * 1000
# Where struct tcp_info has the segments that came
SEGS_IN = 140


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


def read_all(connection):
    while connection.recv(65536):
        pass


def in_peer():
    with open("/run/netns/peer", "rb") as space:
        os.setns(space.fileno(), os.CLONE_NEWNET)


def send_for_ever(address, ports, start=None):
    """A connection to each port; traffic as soon as the other end of a pipe says so."""
    in_peer()
    connections = [socket.create_connection((address, port)) for port in ports]
    if start is not None:
        os.read(start, 1)
    while True:
        for connection in list(connections):
            try:
                connection.send(PIECE)
            except OSError:
                connections.remove(connection)
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
        self.connections = {}
        ports = [port for port, _ in zip(PORTS, cpus)]
        self.listeners = {port: socket.create_server((address, port)) for port in ports}
        heard, told = os.pipe()
        self.others = [child(lambda: send_for_ever(address, ports, heard))]
        for port, cpu in zip(ports, cpus):
            connection, _ = self.listeners[port].accept()
            self.connections[port] = connection
            self.readers[port] = child(lambda connection=connection: read_all(connection))
            self.pin(port, cpu)
        os.write(told, b"!")
        self.began = time.monotonic()
        os.close(heard)
        os.close(told)

    def pin(self, port, cpu):
        os.sched_setaffinity(self.readers[port], {cpu})
        self.cpus[port] = cpu

    def received(self):
        """{port: segments that came to its connection}"""
        told = {port: self.connections[port].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, SEGS_IN + 4) for port in self.cpus}
        return {port: int.from_bytes(info[SEGS_IN:], sys.byteorder) for port, info in told.items()}

    @contextlib.contextmanager
    def paused(self):
        """Nothing is sent."""
        os.kill(self.others[0], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.others[0], signal.SIGCONT)

    def share(self, port, cpu):
        """Another flow to the port, whose reader is on that CPU."""
        reader = child(lambda: read_all(self.listeners[port].accept()[0]))
        os.sched_setaffinity(reader, {cpu})
        self.others += [reader, child(lambda: send_for_ever(self.address, [port]))]

    def end(self, port):
        """One flow ends, the others go on."""
        del self.cpus[port]
        end(self.readers.pop(port))
        self.connections[port].shutdown(socket.SHUT_RDWR)

    def close(self):
        for pid in (*self.others, *self.readers.values()):
            end(pid)
        for one in (*self.connections.values(), *self.listeners.values()):
            one.close()
