#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fates of packets, each with a known number of them: igbtune's ledger names every one.

Runs in the lab's guest. Frames are made by hand and sent from the peer's namespace, a few at a time,
so that only what a case wants to lose is lost.
"""

import contextlib
import ctypes
import errno
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../driver/lib/py"))
import frames  # noqa: E402
import nft  # noqa: E402

NETIF = os.environ["NETIF"]
PEERIF = os.environ["PEERIF"]
HERE, THERE = os.environ["LOCAL_V4"], os.environ["REMOTE_V4"]
NAMESPACE = "peer"
CHUNK = 32  # frames under way at most: an eighth of the smallest ring
PATIENCE = 20 * float(os.environ.get("LAB_SLOWDOWN", 1))
DRIVER = os.path.basename(os.readlink(f"/sys/class/net/{NETIF}/device/driver"))
FULL = DRIVER == "igbr"  # counts every frame on the wire and at the queues
BALANCED = {"igbr": ("mac", "ring", "gro", "stack", "ip", "transport"),
            "igb": ("ring", "gro", "stack", "ip", "transport")}.get(DRIVER, ("gro", "stack", "ip", "transport"))
COUNTS_THE_WIRE = ("igbr", "igb")  # what they sent
SO_RCVBUFFORCE = 33
# QEMU's igb does not count what it refuses for its address or its length.
MODEL = os.environ.get("LAB_MODEL", "") != ""


def run(command):
    done = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        file.write(str(value))


def write_at_last(path, value):
    """What the kernel refuses as long as others are at work"""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return write(path, value)
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > end:
                raise
            time.sleep(0.5)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@contextlib.contextmanager
def in_peer():
    """This thread in the peer's namespace; sockets opened there stay there."""
    with open("/proc/thread-self/ns/net", "rb") as own, open(f"/run/netns/{NAMESPACE}", "rb") as peer:
        os.setns(peer.fileno(), os.CLONE_NEWNET)
        try:
            yield
        finally:
            os.setns(own.fileno(), os.CLONE_NEWNET)


def mac_of(name, prefix=""):
    return json.loads(run(f"{prefix} ip -json link show dev {name}"))[0]["address"]


class Wire:
    """The other end of the cable."""

    def __init__(self):
        with in_peer():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.socket.bind((PEERIF, 0))
        self.mac = mac_of(PEERIF, f"ip netns exec {NAMESPACE}")

    def send(self, frame, count, pause=0.2):
        for number in range(count):
            self.socket.send(frame)
            if number % CHUNK == CHUNK - 1:
                time.sleep(pause)
        time.sleep(0.2)


class Interval:
    """What the ledger says about the block, asked again until it settles."""

    def __init__(self, direction=""):
        self.direction = direction
        self.before = "/run/lab/ledger.before"

    def __enter__(self):
        with open(self.before, "w", encoding="utf-8") as file:
            file.write(run(f"igbtune ledger {NETIF} --json"))
        return self

    def __exit__(self, *_exception):
        pass

    def now(self):
        return json.loads(run(f"igbtune ledger {NETIF} {self.direction} --since {self.before} --json"))

    def until(self, wanted):
        """Wants {(step, kind, id): count}; returns what differs at last."""
        end = time.monotonic() + PATIENCE
        while True:
            ledger = self.now()
            wrong = differences(ledger, wanted)
            if not wrong or time.monotonic() > end:
                self.ledger = ledger
                return wrong
            time.sleep(0.5)


class Watched:
    """What the ledger says of intervals one after the other, with the drop monitor: their sums."""

    def __init__(self, direction=""):
        self.command = ["igbtune", "ledger", NETIF, *direction.split(), "--watch", "1", "--monitor", "--json"]
        self.ledgers = []

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        self.wait(lambda: self.ledgers, "no interval came")
        return self

    def read(self):
        for line in self.process.stdout:
            self.ledgers.append(json.loads(line))

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"igbtune ended: {self.process.stderr.read()}")
            if time.monotonic() > end:
                return what
            time.sleep(0.5)
        return None

    def __exit__(self, *_exception):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.thread.join()
        if self.process.returncode:
            raise RuntimeError(f"exit {self.process.returncode}: {self.process.stderr.read()}")

    def differences(self, wanted):
        wrong = []
        for (step, kind, name), count in wanted.items():
            found = sum(value_of(ledger, step, kind, name) or 0 for ledger in list(self.ledgers))
            if found != count:
                wrong.append(f"{step} {kind} {name}: {found}, not {count}")
        return wrong

    def reason(self, name, column):
        return sum(reason[column] for ledger in list(self.ledgers) for reason in ledger["drop_monitor"]["reasons"]
                   if reason["reason"] == name)

    def until(self, wanted):
        self.wait(lambda: not self.differences(wanted), "")
        return self.differences(wanted)


def value_of(ledger, step, kind, name):
    for one in ledger["steps"]:
        if one["id"] == step:
            if kind == "unaccounted":
                return one["unaccounted"]
            return next((flow["count"] for flow in one[kind] if flow["id"] == name), None)
    return None


def differences(ledger, wanted):
    wrong = []
    for (step, kind, name), count in wanted.items():
        found = value_of(ledger, step, kind, name)
        if found != count:
            wrong.append(f"{step} {kind} {name}: {found}, not {count}")
    return wrong


def balanced(*but):
    """Nothing unaccounted, of the steps that this driver lets balance."""
    return {(step, "unaccounted", ""): 0 for step in BALANCED if step not in but}


def lost(step, name, count):
    """The case loses `count` there, and nothing else anywhere."""
    wanted = balanced()
    wanted[step, "dropped", name] = count
    return wanted


def cannot_tell(ledger, *steps):
    """That these steps are said to be open, each with a reason."""
    wrong = []
    for name in steps:
        found = next((step for step in ledger["steps"] if step["id"] == name), None)
        if found is None or found["unaccounted"] is not None or not found["open"]:
            wrong.append(f"{name} is not said to be open: {found}")
    return wrong


def datagram(wire, port, payload=b"x" * 100, target=HERE, mac=None, spoil=0):
    return frames.build(wire.mac, mac or mac_of(NETIF), THERE, target, frames.UDP, (4000, port),
                        payload, spoil)


class Reader:
    """A UDP socket that is read as fast as datagrams come."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Room for all of a case, however late the thread is
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.socket.settimeout(0.2)
        self.socket.bind(("", port))
        self.ended = False
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.ended:
            with contextlib.suppress(TimeoutError):
                self.socket.recv(65536)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.ended = True
        self.thread.join()
        self.socket.close()


def delivered(wire):
    with Reader(5000), Interval() as interval:
        wire.send(datagram(wire, 5000), 100)
        return interval.until({**balanced(), ("transport", "out", "udp"): 100, ("ring", "out", "packets"): 100})


def wrong_address(wire):
    """The in-tree igb has no count of all frames, and the ledger says so."""
    if not MODEL:
        return None
    with Interval() as interval:
        wire.send(datagram(wire, 5000, mac="02:00:00:00:00:99"), 50)
        if FULL:
            return interval.until(lost("mac", "filtered", 50))
        return interval.until(balanced()) + cannot_tell(interval.ledger, "mac")


def oversize(wire):
    if not MODEL:
        return None
    run(f"ip -n {NAMESPACE} link set dev {PEERIF} mtu 4000")
    settle()
    with Interval() as interval:
        wire.send(datagram(wire, 5000, payload=b"x" * 3000), 20)
        return interval.until(lost("mac", "oversize", 20))


def other_host(wire):
    """Promiscuous, the MAC takes what is not for this host, and IP refuses it."""
    run(f"ip link set dev {NETIF} promisc on")
    try:
        with Interval() as interval:
            wire.send(datagram(wire, 5000, mac="02:00:00:00:00:99"), 40)
            return interval.until(lost("stack", "other-host", 40))
    finally:
        run(f"ip link set dev {NETIF} promisc off")


def no_protocol(wire):
    frame = frames.mac_bytes(mac_of(NETIF)) + frames.mac_bytes(wire.mac) + struct.pack("!H", 0x88B5)
    with Interval() as interval:
        wire.send(frame.ljust(60, b"\0"), 30)
        return interval.until(lost("stack", "no-protocol", 30))


def tc_drop(wire):
    run(f"tc qdisc add dev {NETIF} clsact")
    try:
        run(f"tc filter add dev {NETIF} ingress protocol ip matchall action drop")
        with Interval() as interval:
            wire.send(datagram(wire, 5000), 60)
            return interval.until(lost("stack", "tc", 60))
    finally:
        run(f"tc qdisc del dev {NETIF} clsact")


def pin_xdp_drop(path):
    """A program of two instructions, r0 = XDP_DROP and exit, pinned for ip to find."""
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(bytes.fromhex("b700000001000000" "9500000000000000"))
    licence = ctypes.create_string_buffer(b"GPL")
    name = ctypes.create_string_buffer(path.encode())
    bpf, load, pin, kind_xdp = 321, 5, 6, 6

    def call(command, attributes):
        found = libc.syscall(bpf, command, attributes, len(attributes))
        if found < 0:
            raise OSError(ctypes.get_errno(), f"bpf command {command}")
        return found

    program = call(load, struct.pack("=IIQQIIQI", kind_xdp, 2, ctypes.addressof(instructions),
                                     ctypes.addressof(licence), 0, 0, 0, 0))
    call(pin, struct.pack("=QII", ctypes.addressof(name), program, 0))


def xdp_drop(wire):
    """The in-tree igb does not count what programs drop, and nobody what they drop in front of the stack."""
    pin_xdp_drop("/sys/fs/bpf/drop")
    wrong = []
    for mode in ("xdp", "xdpgeneric"):
        if mode == "xdp" and DRIVER not in ("igb", "igbr"):
            continue  # takes a program only with fewer offloads
        run(f"ip link set dev {NETIF} {mode} pinned /sys/fs/bpf/drop")
        try:
            settle()
            with Interval() as interval:
                wire.send(datagram(wire, 5000), 70)
                if mode == "xdp" and FULL:
                    wrong += interval.until(lost("xdp", "xdp", 70))
                    continue
                wrong += interval.until({**balanced("stack"), ("gro", "in", "packets"): 70})
                wrong += cannot_tell(interval.ledger, *(["xdp"] if mode == "xdp" else []), "stack")
        finally:
            run(f"ip link set dev {NETIF} {mode} off")
            settle()
    return wrong


def steer(mask):
    for queue in os.listdir(f"/sys/class/net/{NETIF}/queues"):
        if queue.startswith("rx-"):
            write(f"/sys/class/net/{NETIF}/queues/{queue}/rps_cpus", mask)


def backlog(wire):
    """How many the other CPU's backlog refuses is up to timing; that none goes missing is not."""
    steer("2" if os.cpu_count() > 1 else "1")
    write("/proc/sys/net/core/netdev_max_backlog", 1)
    try:
        with Reader(5000), Interval() as interval:
            wire.send(datagram(wire, 5000), 400)
            wrong = interval.until(balanced())
            dropped = value_of(interval.ledger, "stack", "dropped", "backlog")
            read = value_of(interval.ledger, "transport", "out", "udp")
            if dropped + read != 400:
                wrong.append(f"{dropped} dropped by the backlog and {read} read are not 400")
            return wrong
    finally:
        write("/proc/sys/net/core/netdev_max_backlog", 1000)
        steer("0")


def flow_limit(wire):
    """A CPU's backlog keeps one flow from taking all of it: once more than 64 of the last 128 were its own."""
    steer("2" if os.cpu_count() > 1 else "1")
    write("/proc/sys/net/core/flow_limit_cpu_bitmap", "3")
    write("/proc/sys/net/core/netdev_max_backlog", 1)
    try:
        with Reader(5000), Interval() as interval:
            wire.send(datagram(wire, 5000), 1000)
            wrong = interval.until(balanced())
            limited = value_of(interval.ledger, "stack", "dropped", "flow-limit")
            dropped = value_of(interval.ledger, "stack", "dropped", "backlog")
            taken = value_of(interval.ledger, "transport", "out", "udp")
            if not limited or limited + dropped + taken != 1000:
                wrong.append(f"{limited} by the flow limit, {dropped} by the backlog and {taken} read are not 1000")
            return wrong
    finally:
        write("/proc/sys/net/core/netdev_max_backlog", 1000)
        write("/proc/sys/net/core/flow_limit_cpu_bitmap", "0")
        steer("0")


# What others get on a CPU beside real time: by the scheduler's throttle, and since Linux 6.12 by a server.
SHARES = {"/proc/sys/kernel/sched_rt_runtime_us": -1, "/sys/kernel/debug/sched/fair_server/cpu1/runtime": 0}


def ticks_of(process):
    """Of a CPU, in its own code: half a second of that no start of a program takes."""
    words = read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return int(words[11])


@contextlib.contextmanager
def no_polling():
    """NAPI runs in threads, on a CPU that a greedier one has for itself."""
    run("mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug")
    settings = {**SHARES, f"/sys/class/net/{NETIF}/threaded": 1}
    before = {path: read(path) for path in settings if os.path.exists(path)}
    for path in before:
        write_at_last(path, settings[path])
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if read(f"/proc/{name}/comm").startswith(f"napi/{NETIF}-"):
                    os.sched_setaffinity(int(name), {1})
        hog = subprocess.Popen(["taskset", "-c", "1", "chrt", "-f", "98", "sh", "-c", "while :; do :; done"])
        end = time.monotonic() + PATIENCE
        while ticks_of(hog.pid) < 50 and time.monotonic() < end:
            time.sleep(0.1)
        try:
            yield
        finally:
            hog.kill()
            hog.wait()
            time.sleep(0.5)
    finally:
        os.sched_setaffinity(0, mine)
        for path, value in before.items():
            write_at_last(path, value)


@contextlib.contextmanager
def without_pause():
    """Nobody asks the peer to wait."""
    def pause(words):
        run(f"ethtool -A {NETIF} {words} || true")
        time.sleep(1)
        run(f"for i in $(seq 60); do [ $(cat /sys/class/net/{NETIF}/carrier) = 1 ] && break; sleep 1; done; sleep 2")

    pause("autoneg off rx off tx off")
    try:
        yield
    finally:
        pause("autoneg on rx on tx on")


def ring_overrun(wire):
    """Nobody polls: what finds no descriptor is lost, the rest is read later."""
    if not MODEL or os.cpu_count() < 2:
        return None
    with without_pause(), Reader(5000), Interval() as interval:
        with no_polling():
            wire.send(datagram(wire, 5000), 700, pause=0.01)
            time.sleep(2)  # the device model is a process of the host, and takes its time
        wrong = interval.until(balanced())
        lost_there = sum(flow["count"] for step in interval.ledger["steps"] if step["id"] in ("mac", "ring")
                         for flow in step["dropped"])
        taken = value_of(interval.ledger, "transport", "out", "udp")
        if not lost_there or lost_there + taken != 700:
            wrong.append(f"{lost_there} lost and {taken} read are not 700")
        return wrong


def bad_ip_header(wire):
    frame = bytearray(datagram(wire, 5000))
    frame[24] ^= 0x55  # of the header checksum
    with Interval() as interval:
        wire.send(bytes(frame), 25)
        return interval.until(lost("ip", "checksum", 25))


def no_route(wire):
    """Only who forwards looks for a route; the others say that it is not their address."""
    with Interval() as interval:
        wire.send(datagram(wire, 5000, target="198.51.100.1"), 35)
        wrong = interval.until(lost("ip", "address", 35))
    run("sysctl -q net.ipv4.ip_forward=1")
    try:
        with Interval() as interval:
            wire.send(datagram(wire, 5000, target="198.51.100.1"), 30)
            return wrong + interval.until(lost("ip", "no-route", 30))
    finally:
        run("sysctl -q net.ipv4.ip_forward=0")


def no_port(wire):
    with Interval() as interval:
        wire.send(datagram(wire, 5999), 45)
        return interval.until(lost("transport", "udp-no-port", 45))


def bad_checksum(wire):
    with Reader(5000), Interval() as interval:
        wire.send(datagram(wire, 5000, spoil=7), 55)
        return interval.until(lost("transport", "udp-checksum", 55))


def socket_full(wire):
    """Some lie in the socket, the others are its drops: together they are all."""
    sleeper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.bind(("", 5001))
        with Interval() as interval:
            wire.send(datagram(wire, 5001), 200)
            wrong = interval.until({**balanced(), ("ring", "out", "packets"): 200})
            ledger = interval.ledger
            dropped = value_of(ledger, "transport", "dropped", "udp-buffer")
            waiting = value_of(ledger, "transport", "taken", "waiting")
            if not dropped or dropped + (waiting or 0) != 200:
                wrong.append(f"{dropped} dropped and {waiting} waiting are not 200")
            mine = [one for one in ledger["sockets"] if one["local"].endswith(":5001")]
            if [one["drops"] for one in mine] != [dropped]:
                wrong.append(f"the socket is not named with {dropped} drops: {ledger['sockets']}")
            elif str(os.getpid()) not in (mine[0]["process"] or ""):
                wrong.append(f"its process is {mine[0]['process']}")
            return wrong
    finally:
        sleeper.close()


def listen_overflow(wire):
    """The queue of accept() is full; every further SYN is refused."""
    with socket.socket() as listener, contextlib.ExitStack() as clients:
        listener.bind(("", 5002))
        listener.listen(1)
        with in_peer():
            for _ in range(2):
                client = clients.enter_context(socket.socket())
                client.connect((HERE, 5002))
        time.sleep(1)
        header = struct.pack("!HHIIBBHHH", 4001, 5002, 1, 0, 5 << 4, 2, 1024, 0, 0)
        source, target = socket.inet_aton(THERE), socket.inet_aton(HERE)
        total = frames.ones_complement(frames.pseudo_header(source, target, frames.TCP, 20) + header)
        header = header[:16] + struct.pack("!H", total ^ 0xFFFF) + header[18:]
        whole = bytearray(frames.build(wire.mac, mac_of(NETIF), THERE, HERE, frames.TCP, (4001, 5002)))
        whole[34:54] = header
        with Interval() as interval:
            wire.send(bytes(whole), 15)
            return interval.until(lost("transport", "tcp-listen-overflow", 15))


def firewall(wire):
    """No counter of IP counts what netfilter drops: the drop monitor tells it, and stops when it is told to."""
    with Reader(5000), Watched() as watched:
        with nft.dropping_input():
            wire.send(datagram(wire, 5000), 40)
            wrong = watched.until(lost("ip", "firewall", 40))
        if watched.reason("NETFILTER_DROP", "device") != 40:
            wrong.append(f"{watched.reason('NETFILTER_DROP', 'device')} with this device's reason, not 40")
        wire.send(datagram(wire, 5000), 10)
        wrong += watched.until({**lost("ip", "firewall", 40), ("transport", "out", "udp"): 10})
    users = read("/sys/module/drop_monitor/refcnt").strip()
    if users != "0":
        wrong.append(f"the drop monitor is still on: {users}")
    return wrong


def reasons(wire):
    """The drop monitor separates what came by this device from what others brought."""
    with Watched() as watched, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        wire.send(datagram(wire, 5999), 45)
        for _ in range(10):
            sender.sendto(b"x", ("127.0.0.1", 5999))
        wrong = watched.until(lost("transport", "udp-no-port", 55))
        found = (watched.reason("NO_SOCKET", "device"), watched.reason("NO_SOCKET", "others"))
        if found != (45, 10):
            wrong.append(f"NO_SOCKET from the device and from others: {found}, not (45, 10)")
    refused = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "igbtune", "ledger", NETIF,
                              "--watch", "1", "--count", "1", "--monitor"], check=False, capture_output=True, text=True)
    if refused.returncode != 4 or refused.stdout or not refused.stderr.startswith("igbtune: --monitor: "):
        wrong.append(f"without privileges: exit {refused.returncode}: {refused.stderr}")
    return wrong


def qdisc_drop(_wire):
    run(f"tc qdisc replace dev {NETIF} root netem loss 100%")
    try:
        with Interval("--tx") as interval, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(65):
                with contextlib.suppress(OSError):
                    sender.sendto(b"x", (THERE, 9))
            return interval.until({("qdisc", "dropped", "qdisc"): 65})
    finally:
        run(f"tc qdisc del dev {NETIF} root")


def sent(_wire):
    with Interval("--tx") as interval, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(96):
            sender.sendto(b"x", (THERE, 9))
            if number % CHUNK == CHUNK - 1:
                time.sleep(0.2)
        wanted = {("socket", "out", "udp"): 96, ("ip", "unaccounted", ""): 0, ("ring", "unaccounted", ""): 0}
        if DRIVER in COUNTS_THE_WIRE:
            return interval.until({**wanted, ("mac", "unaccounted", ""): 0, ("mac", "out", "wire"): 96})
        return interval.until(wanted) + cannot_tell(interval.ledger, "mac")


CASES = (delivered, wrong_address, other_host, no_protocol, tc_drop, xdp_drop, backlog, flow_limit, ring_overrun,
         bad_ip_header, no_route, firewall, reasons, no_port, bad_checksum, socket_full, listen_overflow, qdisc_drop, sent, oversize)


def settle():
    """Carrier at both ends, and nobody talks by himself."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        links = json.loads(run(f"ip -json link show dev {NETIF}")) + json.loads(
            run(f"ip -n {NAMESPACE} -json link show dev {PEERIF}"))
        if all("LOWER_UP" in link["flags"] for link in links):
            break
        time.sleep(0.2)
    time.sleep(1)


def quiet():
    for prefix in ("", f"ip netns exec {NAMESPACE} "):
        run(f"{prefix}sysctl -q net.ipv6.conf.all.disable_ipv6=1 net.ipv4.icmp_ratelimit=0")
    run(f"ip neigh replace {THERE} lladdr {mac_of(PEERIF, f'ip netns exec {NAMESPACE}')} dev {NETIF} nud permanent")
    run(f"ip -n {NAMESPACE} neigh replace {HERE} lladdr {mac_of(NETIF)} dev {PEERIF} nud permanent")
    settle()


def main():
    quiet()
    wire = Wire()
    wanted = sys.argv[1:]
    cases = [case for case in CASES if not wanted or case.__name__ in wanted]
    print("TAP version 13")
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        name = case.__name__
        try:
            wrong = case(wire)
        except (OSError, RuntimeError) as error:
            wrong = [f"{type(error).__name__}: {error}"]
        if wrong is None:
            print(f"ok {number} {name} # SKIP {DRIVER} here cannot tell", flush=True)
            continue
        for line in wrong:
            print(f"# {line}")
        if wrong:
            print(run(f"igbtune ledger {NETIF} --since /run/lab/ledger.before").replace("\n", "\n# "))
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
