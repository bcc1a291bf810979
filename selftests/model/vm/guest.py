# SPDX-License-Identifier: GPL-2.0-only
"""What tests in the guest share: commands, the channel to igb-model, traffic, the result lines (KTAP)."""

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import traceback

SIOCETHTOOL = 0x8946
ETHTOOL_GSTRINGS = 0x1b
ETHTOOL_GSTATS = 0x1d
ETHTOOL_GSSET_INFO = 0x37
ETH_SS_STATS = 1
ETH_GSTRING_LEN = 32


class Failure(Exception):
    """A check that did not hold; its text says what was seen."""


class Lacking(Exception):
    """The driver says that it cannot do this; the text is what it lacks."""


def run(command, check=True):
    done = subprocess.run(command, shell=True, text=True, capture_output=True, check=False)
    if check and done.returncode != 0:
        raise Failure(f"{command}: {done.stdout.strip()} {done.stderr.strip()}")
    return done.stdout


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait_for(condition, text, seconds=60):
    """Waits for what has to come; how long it takes is not the matter. The text may be a function."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"after {seconds} s still not: {text() if callable(text) else text}")
        time.sleep(0.1)


def ethtool(name, question):
    """One of ethtool's calls by itself: a program for each would take most of a test's time."""
    data = ctypes.create_string_buffer(question, len(question))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        fcntl.ioctl(channel, SIOCETHTOOL, struct.pack("16sP16x", name.encode(), ctypes.addressof(data)))
    return data.raw


class Model:
    """One JSON object a line, over a virtio-serial port that ends in igb-model's command socket."""

    def __init__(self):
        self.file = os.open("/run/lab/model", os.O_RDWR)
        self.rest = b""

    def ask(self, do, nic="port0", **more):
        os.write(self.file, json.dumps({"do": do, "nic": nic, **more}).encode() + b"\n")
        while b"\n" not in self.rest:
            self.rest += os.read(self.file, 65536)
        line, _, self.rest = self.rest.partition(b"\n")
        answer = json.loads(line)
        expect(answer["ok"], f"igb-model: {answer.get('error')}")
        return answer

    def received(self, nic="port0"):
        return [queue["frames"] for queue in self.ask("statistics", nic)["rx"]["queues"]]

    def transmitted(self, nic="port0"):
        return sum(queue["frames"] for queue in self.ask("statistics", nic)["tx"]["queues"])


class Bench:
    """The two ports: NETIF here, PEERIF in network namespace peer."""

    def __init__(self):
        self.model = Model()
        self.driver = os.environ["LAB_DRIVER"]
        self.name = os.environ["NETIF"]
        self.peer = os.environ["PEERIF"]
        self.pci = os.environ["PORT0_PCI"]

    def counters(self):
        """What ethtool -S shows."""
        size = ethtool(self.name, struct.pack("=IIQI", ETHTOOL_GSSET_INFO, 0, 1 << ETH_SS_STATS, 0))
        count = struct.unpack("=IIQI", size)[3]
        names = ethtool(self.name, struct.pack("=III", ETHTOOL_GSTRINGS, ETH_SS_STATS, count) + bytes(count * ETH_GSTRING_LEN))
        names = [text.partition(b"\0")[0].decode() for (text,) in struct.iter_unpack(f"{ETH_GSTRING_LEN}s", names[12:])]
        return dict(zip(names, struct.unpack(f"={count}Q", ethtool(self.name, struct.pack("=II", ETHTOOL_GSTATS, count)
                                                                   + bytes(8 * count))[8:])))

    def need(self, present, text):
        """igbr is still growing; the in-tree igb may lack nothing that the model has."""
        expect(present or self.driver != "igb", f"the in-tree igb without {text}")
        if not present:
            raise Lacking(f"{self.driver} has no {text}")

    def has_function(self, part):
        """A function of the driver with this in its name."""
        return run(f"grep -c '{part}.*\\[{self.driver}\\]' /proc/kallsyms", check=False).strip() not in ("", "0")

    def carrier(self):
        def up(text):
            return text.strip() == "1"
        return up(run(f"cat /sys/class/net/{self.name}/carrier", check=False)) and up(
            run(f"ip netns exec peer cat /sys/class/net/{self.peer}/carrier", check=False))

    def wait_link(self):
        wait_for(self.carrier, "carrier on both ports")

    def ping(self, address="192.0.2.2", count=3, more=""):
        last = ""

        def answered():
            nonlocal last
            last = run(f"ping -q -c {count} -i 0.2 -W 5 {more} {address}", check=False)
            return f"{count} received" in last
        wait_for(answered, lambda: f"{count} answers from {address}: {last}")

    def readdress(self):
        """A reset or a namespace may have cost an address; the lab knows how to give it again."""
        run("vmctl address")
        self.wait_link()


def chosen(cases, names):
    unknown = set(names) - {case.__name__ for case in cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    return [case for case in cases if not names or case.__name__ in names]


def main(cases):
    """Runs each case by itself; one that fails does not stop the others."""
    bench = Bench()
    failed = 0
    print(f"TAP version 13\n1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        name = case.__name__
        began = time.monotonic()
        try:
            case(bench)
        except Lacking as lacking:
            print(f"ok {number} {name} # SKIP {lacking}", flush=True)
        except Failure as failure:
            failed += 1
            print(f"not ok {number} {name}\n# {failure}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} {name}", flush=True)
            print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
        else:
            print(f"ok {number} {name}", flush=True)
        print(f"# {time.monotonic() - began:.1f} s", flush=True)
    sys.exit(1 if failed else 0)
