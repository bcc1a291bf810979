# SPDX-License-Identifier: GPL-2.0-only
"""The card under test with its peer: who they are, and how they come back to their configured state."""

import contextlib
import os
import sys
import time

from net.lib.py import KsftSkipEx, defer, ksft_exit, ksft_pr, ksft_run
from drivers.net.lib.py import NetDrvEpEnv

from .shell import ip_json, output, read, sh, wait_until, write

NEEDED = ["NETIF", "REMOTE_TYPE", "REMOTE_ARGS", "LOCAL_V4", "LOCAL_V6", "REMOTE_V4", "REMOTE_V6"]
# With less an interface has no IPv6, nor its settings.
IPV6_MIN_MTU = 1280
DRIVERS = "/sys/bus/pci/drivers"


def skip_all(reason):
    """End the whole file as skipped, in kselftest's manner."""
    print("TAP version 13")
    print(f"1..0 # SKIP {reason}")
    sys.exit(4)


class Port:
    """One end of the cable: a PCI function and what its interface is called and has."""

    def __init__(self, name, peer, addresses):
        self.name = name
        self.peer = peer            # the library's Remote, or None for this end
        self.addresses = addresses
        self.bdf = bus_info(name, peer)
        self.device = f"/sys/bus/pci/devices/{self.bdf}"
        self.mac = ip_json(f"link show dev {name}", peer)[0]["address"]

    def ip(self, words):
        return sh(f"ip {words}", self.peer)

    @property
    def driver(self):
        link = f"{self.device}/driver"
        return os.path.basename(os.readlink(link)) if os.path.exists(link) else None

    def bind(self, driver):
        write(f"{DRIVERS}/{driver}/bind", self.bdf)

    def unbind(self):
        write(f"{DRIVERS}/{self.driver}/unbind", self.bdf)

    def netdev_here(self):
        """The interface's name if it is in this namespace, as it is right after a probe."""
        folder = f"{self.device}/net"
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return names[0] if names else None

    def configured(self):
        """Whether interface and addresses are where they belong."""
        here = [link for link in ip_json("addr show", self.peer) if link["ifname"] == self.name]
        if not here or bus_info(self.name, self.peer) != self.bdf:
            return False
        has = {one["local"] for one in here[0]["addr_info"]}
        return has.issuperset(usable(self.addresses, here[0]["mtu"])) and "UP" in here[0]["flags"]

    def bring_back(self):
        """Put the interface of a newly probed function where it belongs."""
        found = wait_until(self.netdev_here, f"an interface of {self.bdf}") if not self.present() else None
        if found and self.peer:
            sh(f"ip link set dev {found} netns {self.peer.name}")
        if found and found != self.name:
            self.ip(f"link set dev {found} down")
            self.ip(f"link set dev {found} name {self.name}")
        for address in self.addresses:
            width, extra = (64, "nodad") if ":" in address else (24, "")
            self.ip(f"addr replace {address}/{width} dev {self.name} {extra}")
        self.ip(f"link set dev {self.name} up")

    def present(self):
        if self.netdev_here() == self.name and not self.peer:
            return True
        names = [link["ifname"] for link in ip_json("link show", self.peer)]
        return self.name in names and bus_info(self.name, self.peer) == self.bdf

    def mtu(self):
        return ip_json(f"link show dev {self.name}", self.peer)[0]["mtu"]

    def carrier(self):
        if not self.peer:
            return read(f"/sys/class/net/{self.name}/carrier") == "1"
        return "LOWER_UP" in ip_json(f"link show dev {self.name}", self.peer)[0]["flags"]


def usable(addresses, mtu):
    """There is no IPv6 below its smallest MTU."""
    return [address for address in addresses if ":" not in address or mtu >= IPV6_MIN_MTU]


def bus_info(name, peer):
    """The PCI address of an interface, in whatever namespace it is."""
    for line in output(f"ethtool -i {name}", peer).splitlines():
        key, _, value = line.partition(": ")
        if key == "bus-info":
            return value
    raise KsftSkipEx(f"{name} is not a PCI device")


class Card(NetDrvEpEnv):
    """The environment of every test: the card (this end) and the peer."""

    def __init__(self, src_path):
        missing = [name for name in NEEDED if not os.environ.get(name)]
        if missing:
            skip_all(f"not set in the environment: {' '.join(missing)} (see drivers/net/README.rst of the kernel's selftests)")
        if os.environ["REMOTE_TYPE"] != "netns":
            skip_all("the peer must be a network namespace of this machine: REMOTE_TYPE=netns")
        super().__init__(src_path, nsim_test=False)
        environ = os.environ
        self.address = {"4": environ["LOCAL_V4"], "6": environ["LOCAL_V6"]}
        self.peer_address = {"4": environ["REMOTE_V4"], "6": environ["REMOTE_V6"]}
        self.port = Port(environ["NETIF"], None, list(self.address.values()))
        self.peer = Port(self.find_peer(), self.remote, list(self.peer_address.values()))
        self.driver = self.port.driver

    def find_peer(self):
        return ip_json(f"addr show to {self.peer_address['4']}", self.remote)[0]["ifname"]

    def ready(self):
        """Both ends configured, the link up, neighbours fixed so that nothing but the tests talks."""
        for port in (self.peer, self.port):
            if not port.configured():
                port.bring_back()
            if port.mtu() >= IPV6_MIN_MTU:
                sh(f"sysctl -q -w net.ipv6.conf.{port.name}.router_solicitations=0", port.peer)
        wait_until(lambda: self.port.carrier() and self.peer.carrier(), "the link to come up")
        for port, other in ((self.port, self.peer), (self.peer, self.port)):
            for address in usable(other.addresses, port.mtu()):
                port.ip(f"neigh replace {address} lladdr {other.mac} dev {port.name} nud permanent")
        self.dev = ip_json(f"link show dev {self.port.name}")[0]
        self.ifindex = self.dev["ifindex"]

    def bound_again(self):
        """For defer: whatever happened, the card has its driver."""
        if self.port.driver != self.driver:
            if self.port.driver:
                self.port.unbind()
            self.port.bind(self.driver)
        self.ready()

    @contextlib.contextmanager
    def in_peer(self):
        """This thread lives in the peer's namespace meanwhile: sockets that it makes stay there."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.remote.name}", os.O_RDONLY)
        try:
            os.setns(there, os.CLONE_NEWNET)
            yield
        finally:
            os.setns(home, os.CLONE_NEWNET)
            os.close(there)
            os.close(home)

    def needs_igbr(self, why):
        """The in-tree driver passes most tests too; this one is about what igbr alone promises."""
        if self.driver != "igbr":
            raise KsftSkipEx(f"driver {self.driver}: {why}")

    def channels(self):
        """How many queue pairs are in use."""
        return len([name for name in os.listdir(f"/sys/class/net/{self.ifname}/queues") if name.startswith("rx-")])

    def set_channels(self, count):
        """Use that many queue pairs in this test."""
        before = self.channels()
        if before != count:
            sh(f"ethtool -L {self.ifname} combined {count}")
            defer(sh, f"ethtool -L {self.ifname} combined {before}")
            self.ready()


def run(src_path, cases):
    """Run the cases of one file, each with the card in its configured state at the start."""
    card = Card(src_path)
    taint = read("/proc/sys/kernel/tainted")
    card.ready()
    ksft_run([fresh(case, taint) for case in cases], args=(card,))
    ksft_exit()


def fresh(case, taint):
    """A case that begins with both ports ready and fails when the kernel complained meanwhile."""
    def wrapped(card):
        card.ready()
        start = time.monotonic()
        try:
            case(card)
        finally:
            ksft_pr(f"{case.__name__}: {time.monotonic() - start:.1f} s")
        now = read("/proc/sys/kernel/tainted")
        # Loading an out-of-tree module taints too; a warning (512) or an oops (128) is what matters here.
        worse = (int(now) & ~int(taint)) & (128 | 512)
        if worse:
            raise RuntimeError(f"the kernel warned or died during this test: taint {taint} became {now}")
    wrapped.__name__ = case.__name__
    return wrapped
