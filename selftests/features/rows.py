# SPDX-License-Identifier: GPL-2.0-only
"""The rows of the table: a command of a standard tool each, and what it must say."""

from dataclasses import dataclass

@dataclass(frozen=True)
class Row:
    """One row: succeeds when the command does and its output matches."""

    title: str
    command: str
    expected: str = ""
    undo: str = ""
    traffic: bool = False       # whether the port must carry traffic after it


def row(title, command, expected="", undo="", traffic=False):
    return Row(title, command, expected, undo, traffic)


def change(title, command, undo="", check="", expected=""):
    """A row that changes something: it must show, and traffic must go on."""
    return Row(title, f"{command} && {check}" if check else command, expected, undo, True)


def switchable(feature, short):
    """A feature that is switched off, or on, and back."""
    return change(f"-K {feature}", f"a=$(ethtool -k {{name}} | awk '/^[ \\t]*{feature}:/ {{{{ print $2 }}}}'); "
                  f"[ $a = on ] && b=off || b=on; ethtool -K {{name}} {short} $b && "
                  f"ethtool -k {{name}} | grep -Eq \"^[[:space:]]*{feature}: $b\" && ethtool -K {{name}} {short} $a")


def groups(name, field):
    return row(f"-S --groups {name}", f"ethtool -S {{name}} --groups {name}", field)


LINK = [
    row("driver information", "ethtool -i {name}", r"^firmware-version: \S"),
    row("link", "ethtool {name}", r"Speed: 1000Mb/s"),
    row("half and full duplex at 10 and 100", "ethtool {name}", r"10baseT/Half 10baseT/Full"),
    change("-s speed 100 duplex full", "ethtool -s {name} speed 100 duplex full autoneg on",
           "ethtool -s {name} autoneg on advertise 0x2f", "ethtool {name}", r"Advertised link modes:\s+100baseT/Full"),
    change("-s autoneg off", "ethtool -s {name} autoneg off speed 100 duplex full",
           "ethtool -s {name} autoneg on advertise 0x2f", "ethtool {name}", r"Auto-negotiation: off"),
    change("-s mdix on", "ethtool -s {name} mdix on", "ethtool -s {name} mdix auto", "ethtool {name}", r"MDI-X: .*forced"),
    change("-r", "ethtool -r {name}"),
    row("-p", "timeout 10 ethtool -p {name} 1"),
    change("-A autoneg off rx off tx off", "ethtool -A {name} autoneg off rx off tx off",
           "ethtool -A {name} autoneg on rx on tx on", "ethtool -a {name}", r"RX:\s+off"),
    change("-A autoneg off rx on tx on", "ethtool -A {name} autoneg off rx on tx on", "ethtool -A {name} autoneg on rx on tx on"),
    change("-A autoneg on rx on tx on", "ethtool -A {name} autoneg on rx on tx on"),
    row("msglvl", "ethtool -s {name} msglvl 7 && ethtool {name}", r"0x00000007"),
] + [row(f"wake on {event}", f"ethtool -s {{name}} wol {event} && ethtool {{name}}", rf"^\s*Wake-on: {event}") for event in "gmubpd"]

STATISTICS = [
    row("-S", "ethtool -S {name}", r"rx_packets"),
    groups("eth-mac", "FramesTransmittedOK"),
    groups("eth-ctrl", "MACControlFramesTransmitted"),
    groups("eth-phy", "SymbolErrorDuringCarrier"),
    groups("rmon", "etherStatsPkts"),
    row("-I -a", "ethtool -I -a {name}", r"tx_pause_frames"),
]

QUEUES = [
    change(f"-G {which} {size}", f"ethtool -G {{name}} {which} {size}", "", "ethtool -g {name}", rf"^{which.upper()}:\s+{size}$")
    for which, size in (("rx", 512), ("tx", 512), ("rx", 80), ("tx", 4096), ("rx", 256), ("tx", 256))
] + [
    change(f"-L combined {count}", f"ethtool -L {{name}} combined {count}", "", "ethtool -l {name}", rf"Combined:\s+{count}$")
    for count in (1, 2, 3, 8)
] + [
    row("a reason for refusing -G rx 79", "! ethtool -G {name} rx 79", r"error: .*(descriptors|multiple|least)"),
    row("-x: table", "ethtool -x {name}", r"^\s*0:\s+\d"),
    row("-x: key", "ethtool -x {name}", r"^([0-9a-f]{2}:){39}"),
    row("-X equal 2", "ethtool -X {name} equal 2", "", "ethtool -X {name} default"),
    row("-X weight 1 3", "ethtool -X {name} weight 1 3", "", "ethtool -X {name} default"),
    row("-X hkey", "ethtool -X {name} hkey $(printf '6d:%.0s' $(seq 39))6d"),
    row("XPS by the driver", "cat /sys/class/net/{name}/queues/tx-0/xps_cpus", r"[1-9a-f]"),
    row("legacy-rx", "ethtool --set-priv-flags {name} legacy-rx on", "", "ethtool --set-priv-flags {name} legacy-rx off"),
    row("BQL", "cat /sys/class/net/{name}/queues/tx-0/byte_queue_limits/limit", r"\d"),
]

FLOW_HASH = [
    row(f"-n rx-flow-hash {kind}", f"ethtool -n {{name}} rx-flow-hash {kind}", r"IP SA") for kind in
    ("tcp4", "udp4", "sctp4", "ah4", "esp4", "tcp6", "udp6", "sctp6")
] + [
    row(f"-N rx-flow-hash {kind} {fields}", f"ethtool -N {{name}} rx-flow-hash {kind} {fields}", "") for kind, fields in
    (("tcp4", "sdfn"), ("udp4", "sdfn"), ("udp4", "sd"), ("udp6", "sdfn"), ("udp6", "sd"), ("tcp6", "sdfn"))
]

COALESCE = [
    change(f"-C rx-usecs {value}", f"ethtool -C {{name}} rx-usecs {value}", "", "ethtool -c {name}", rf"rx-usecs:\s+{value}$")
    for value in (0, 1, 3, 10, 100, 1000)
] + [
    row("-C rx 50 tx 100", "ethtool -C {name} rx-usecs 50 tx-usecs 100"),
    row("-C adaptive-rx on", "ethtool -C {name} adaptive-rx on"),
    row("per-queue coalescing", "ethtool -Q {name} queue_mask 1 --show-coalesce"),
    row("a reason for refusing -C rx-usecs 9", "! ethtool -C {name} rx-usecs 9", r"error: .*rx-usecs is"),
    row("-C rx-usecs 8192, which the register does not hold, refused", "! ethtool -C {name} rx-usecs 8192"),
    row("rx-copybreak", "ethtool --get-tunable {name} rx-copybreak", r"^rx-copybreak: \d"),
]

OFFLOADS = [switchable(feature, short) for feature, short in (
    ("rx-checksumming", "rx"), ("tx-checksumming", "tx"), ("scatter-gather", "sg"), ("tcp-segmentation-offload", "tso"),
    ("generic-receive-offload", "gro"), ("receive-hashing", "rxhash"), ("rx-vlan-offload", "rxvlan"),
    ("tx-checksum-sctp", "tx-checksum-sctp"), ("tx-udp-segmentation", "tx-udp-segmentation"), ("tx-gso-partial", "tx-gso-partial"),
    ("rx-all", "rx-all"), ("rx-vlan-filter", "rx-vlan-filter"), ("loopback", "loopback"))] + [
    row("-K rxvlan off, then txvlan", "ethtool -K {name} rxvlan on txvlan off", "", "ethtool -K {name} rxvlan on txvlan on"),
    row("software time stamps", "ethtool -T {name}", r"software-transmit"),
    row("hardware time stamps", "ethtool -T {name}", r"hardware-transmit"),
    row("ntuple", "ethtool -K {name} ntuple on"),
]

ADDRESSES = [
    change("another MAC address", "ip link set {name} address 02:00:00:00:00:77 && ip link show {name}",
           "ip link set {name} address $(ethtool -P {name} | awk '{{ print $3 }}')", "", "02:00:00:00:00:77"),
    row("macvlan without promiscuity", "ip link add link {name} name mv0 type macvlan && ip link set mv0 up && ip -d link show {name}",
        r"promiscuity 0", "ip link del mv0"),
    row("bridge fdb add", "bridge fdb add 02:00:00:00:00:78 dev {name} self permanent", "",
        "bridge fdb del 02:00:00:00:00:78 dev {name} self permanent"),
    row("128 VLANs", "for i in $(seq 2 129); do ip link add link {name} name vt$i type vlan id $i || exit 1; done", "",
        "for i in $(seq 2 129); do ip link del vt$i; done"),
] + [change(f"MTU {mtu}", f"ip link set {{name}} mtu {mtu}") for mtu in (1501, 2000, 3000, 4000, 9000, 9216, 576, 68, 1500)]

DUMPS = [
    row("-d", "ethtool -d {name} raw on | wc -c", r"^[1-9]\d\d+$"),
    row("-e", "ethtool -e {name} raw on | wc -c", r"^512$"),
    row("-t online", "ethtool -t {name} online", r"PASS"),
    change("-t offline", "ethtool -t {name} offline", "", "true"),
    row("devlink dev info", "devlink dev info pci/{pci}", r"serial_number"),
    row("devlink health", "devlink health show pci/{pci}", r"reporter"),
    row("devlink health dump", "devlink health dump show pci/{pci} reporter tx", r"tx_rings", "devlink health dump clear pci/{pci} reporter tx"),
    row("tracepoints", "ls /sys/kernel/tracing/events/$(basename $(readlink {device}/driver))", r"_poll$"),
]

BUS = [
    row("reset by sysfs", "echo 1 > {device}/reset"),
    row("traffic within 10 s of a reset", "echo 1 > {device}/reset; for i in $(seq 40); do ping -c 1 -W 1 {peer} >/dev/null && exit 0; "
        "sleep 0.2; done; exit 1"),
    row("no complaint of the kernel after resets", "sleep 8; ! dmesg | grep -E 'WATCHDOG|WARNING|BUG:'"),
    change("down and up", "ip link set {name} down; ip link set {name} up"),
    row("threaded NAPI", "echo 1 > /sys/class/net/{name}/threaded && ls /proc/*/comm | xargs grep -l napi/{name} | head -1", r"comm",
        "echo 0 > /sys/class/net/{name}/threaded"),
]

ROWS = LINK + STATISTICS + QUEUES + FLOW_HASH + COALESCE + OFFLOADS + ADDRESSES + DUMPS + BUS
