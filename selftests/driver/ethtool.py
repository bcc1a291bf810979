#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ethtool -i, -S, -g, -G, -l, -L: what they say is true, and what they change is changed."""

import re

from lib.py import defer, ksft_eq, ksft_ge, ksft_in, ksft_ne, ksft_true
from lib.py import deltas, full, output, refused, run, sh, stats64, strings
from lib.py.flows import arrivals, flow, indirection, queue_counters
from lib.py.trace import Trace
from lib.py.traffic import IN, OUT, WAYS, carries, load, ping, tcp

PINGS = 100
FRAME = 14 + 20 + 8 + 60        # of a ping with 60 bytes of data, without the frame check sequence


def info(card):
    """-i names the driver that is bound, the device and the version of the NVM."""
    said = dict(line.split(": ", 1) for line in output(f"ethtool -i {card.ifname}").splitlines() if ": " in line)
    ksft_eq(said["driver"], card.port.driver)
    ksft_eq(said["bus-info"], card.port.bdf)
    ksft_true(re.match(r"\d+\.\d+", said.get("firmware-version", "")), f"firmware version: {said}")


def names(card):
    """Every counter has a name of its own."""
    given = [name for name, _ in strings(card.ifname)]
    ksft_ge(len(given), 20, "counters")
    ksft_eq(sorted(name for name in set(given) if given.count(name) > 1), [], "names that come twice")
    ksft_true(all(re.fullmatch(r"[a-z0-9_]+", name) for name in given), f"names of lower case: {given}")


def known_traffic(card):
    """Pings of a known number and size raise the queues' counters, the totals and stats64 alike."""
    for way in WAYS:
        before, total = dict(strings(card.ifname)), stats64(card.ifname)
        ping(card, way, count=PINGS, extra="-i 0.01 -s 60")
        total, own = deltas(total, stats64(card.ifname)), deltas(before, dict(strings(card.ifname)))
        for side in ("rx", "tx"):
            ksft_eq((total[f"{side}_packets"], total[f"{side}_bytes"]), (PINGS, PINGS * FRAME), f"stats64 {side}, ping {way}")
            ksft_eq(own[f"{side}_packets"], PINGS, f"{side}_packets of -S, ping {way}")
            ksft_eq((own.of(rf"{side}_queue_\d+_packets"), own.of(rf"{side}_queue_\d+_bytes")), (PINGS, PINGS * FRAME),
                    f"sum of the {side} queues, ping {way}")
        if card.driver == "igbr":
            ksft_eq((own["rx_frames_good"], own["tx_frames_good"]), (PINGS, PINGS), "the MAC's own counters")
            ksft_eq((own["rx_octets_good"], own["tx_octets_good"]), (PINGS * (FRAME + 4),) * 2, "the MAC's own counters")


def ring_sizes(card):
    """-g as two pairs: (most rx, most tx), (rx, tx)."""
    numbers = [int(value) for value in re.findall(r"^(?:RX|TX):\s+(\d+)$", output(f"ethtool -g {card.ifname}"), re.MULTILINE)]
    return tuple(numbers[:2]), tuple(numbers[2:4])


def rings(card):
    """-G takes sizes from 80 to 4096, shows them, and traffic goes on."""
    most, before = ring_sizes(card)
    ksft_eq(most, (4096, 4096), "largest rings")
    defer(sh, f"ethtool -G {card.ifname} rx {before[0]} tx {before[1]}")
    for rx, tx in full([(80, 256), (256, 80), (80, 80), (88, 1024), (4096, 4096), (512, 256)], [(80, 256), (88, 80), (4096, 4096)]):
        sh(f"ethtool -G {card.ifname} rx {rx} tx {tx}")
        ksft_eq(ring_sizes(card)[1], (rx, tx), "sizes after -G")
        card.ready()
        for way in WAYS:
            ping(card, way, count=20)
            tcp(card, way, size=2 << 20)


def rings_refused(card):
    """A size that the device does not know is refused with the reason, and nothing changes."""
    card.needs_igbr("it rounds a size that it cannot have, where igbr refuses it")
    before = ring_sizes(card)[1]
    for size in (0, 8, 72, 81, 84, 260, 4092):
        for which in ("rx", "tx"):
            said = refused(f"ethtool -G {card.ifname} {which} {size}")
            ksft_in("80", said, f"the smallest size, in the answer to {which} {size}")
            ksft_in("4096", said, f"the largest size, in the answer to {which} {size}")
            ksft_in("multiple of 8", said, f"the step, in the answer to {which} {size}")
    for which in ("rx", "tx"):
        ksft_in("exceeds maximum", refused(f"ethtool -G {card.ifname} {which} 4104"))
    ksft_eq(ring_sizes(card)[1], before, "sizes after all refusals")
    ping(card)


def channel_counts(card):
    """-l as (most combined, combined)."""
    numbers = re.findall(r"^Combined:\s+(\d+)$", output(f"ethtool -l {card.ifname}"), re.MULTILINE)
    return tuple(int(number) for number in numbers)


def channels(card):
    """-L takes 1 to the most; queues and indirection table follow, and every queue gets its flows."""
    most, before = channel_counts(card)
    ksft_ge(most, 2, "queue pairs at the most")
    defer(sh, f"ethtool -L {card.ifname} combined {before}")
    for count in full(range(1, most + 1), (1, most, 3)):
        sh(f"ethtool -L {card.ifname} combined {count}")
        card.ready()
        ksft_eq(channel_counts(card), (most, count), "-l after -L")
        ksft_eq(card.channels(), count, "receive queues in sysfs")
        ksft_eq(set(indirection(card)[0]), set(range(count)), "queues in the indirection table")
        came = arrivals(card, [flow(card, number) for number in range(160)])
        ksft_eq({queue for queue, frames in came.items() if frames}, set(range(count)), f"queues that frames came to: {came}")
        ping(card, OUT)
        tcp(card, IN, size=1 << 20)


def channels_refused(card):
    """A number of queues that cannot be is refused with a reason, and nothing changes."""
    most, before = channel_counts(card)
    for words in (f"combined {most + 1}", "combined 0", "rx 1", "tx 1", "rx 1 tx 1", "other 0", "combined 1 other 2"):
        said = refused(f"ethtool -L {card.ifname} {words}")
        # The core says why; a driver's own refusal of its set_channels has no way to, but the log.
        if card.driver == "igbr" and words != "other 0":
            ksft_true(re.search(r"netlink error: (?!Invalid argument|Operation not supported)\w", said), f"-L {words} says why: {said}")
    ksft_eq(channel_counts(card), (most, before))
    ping(card)


def never_backwards(card):
    """No counter runs backwards when the port is closed, its rings or queues change."""
    card.needs_igbr("it forgets a queue's counters when the number of queues changes")
    most, before = channel_counts(card)
    rx, tx = ring_sizes(card)[1]
    defer(sh, f"ethtool -L {card.ifname} combined {before}")
    defer(sh, f"ethtool -G {card.ifname} rx {rx} tx {tx}")
    changes = [f"ip link set dev {card.ifname} down", f"ip link set dev {card.ifname} up",
               f"ethtool -G {card.ifname} rx 512 tx 128", f"ethtool -L {card.ifname} combined 1",
               f"ethtool -L {card.ifname} combined {most}", f"ethtool -L {card.ifname} combined {before}"]
    card.ready()
    came = arrivals(card, [flow(card, number) for number in range(160)])
    ksft_eq(sum(came.values()), 160, "frames to count")
    last = {**dict(strings(card.ifname)), **{f"stats64 {name}": value for name, value in stats64(card.ifname).items()}}
    for change in changes:
        sh(change)
        now = {**dict(strings(card.ifname)), **{f"stats64 {name}": value for name, value in stats64(card.ifname).items()}}
        fallen = {name: (last[name], now[name]) for name in now if now[name] < last.get(name, 0)}
        ksft_eq(fallen, {}, f"counters that fell with `{change}`")
        # A queue that is gone may be shown no more, but what it counted is not forgotten.
        last.update(now)
    ksft_eq(queue_counters(card).keys() >= set(range(before)), True, "counters for each queue")


def under_load(card):
    """Rings and queues change while TCP runs both ways; afterwards everything passes."""
    most, before = channel_counts(card)
    rx, tx = ring_sizes(card)[1]
    defer(sh, f"ethtool -L {card.ifname} combined {before}")
    defer(sh, f"ethtool -G {card.ifname} rx {rx} tx {tx}")
    with load(card):
        for change in (f"-G {card.ifname} rx 4096", f"-L {card.ifname} combined {most}", f"-G {card.ifname} rx 80 tx 80",
                       f"-L {card.ifname} combined 1", f"-G {card.ifname} rx {rx} tx {tx}"):
            sh(f"ethtool {change}")
            card.ready()
    ksft_ne(channel_counts(card)[1], 0)
    for way in WAYS:
        ping(card, way, count=20)
        tcp(card, way)


def tunable(card, name):
    return int(re.search(rf"^{name}: (\d+)", output(f"ethtool --get-tunable {card.ifname} {name}"), re.MULTILINE)[1])


def copybreak(card):
    """Frames are right whether they are copied or not, each way; lengths that cannot be are refused."""
    card.needs_igbr("it has no such tunables")
    default = {"rx-copybreak": 0, "tx-copybreak": 128}
    ksft_eq({name: tunable(card, name) for name in default}, default, "by default")
    for name, value in default.items():
        defer(sh, f"ethtool --set-tunable {card.ifname} {name} {value}")
    for rx, tx in ((512, 0), (80, 64), (0, 128)):
        sh(f"ethtool --set-tunable {card.ifname} rx-copybreak {rx}")
        sh(f"ethtool --set-tunable {card.ifname} tx-copybreak {tx}")
        for way in WAYS:
            for size in (8, 64, 200, 500, 1400):
                ping(card, way, extra=f"-i 0.01 -s {size}")
            tcp(card, way)
        ksft_eq((tunable(card, "rx-copybreak"), tunable(card, "tx-copybreak")), (rx, tx), "as set")
    for name, value in (("rx-copybreak", 513), ("tx-copybreak", 129)):
        ksft_true(refused(f"ethtool --set-tunable {card.ifname} {name} {value}"), f"{name} {value} is refused")
        ksft_eq(tunable(card, name), default[name], f"{name} after a refusal")


def legacy_rx(card):
    """The private flag legacy-rx: heads of packets are copied, payload is in fragments, and every byte comes as it was sent."""
    for state in ("on", "off"):
        sh(f"ethtool --set-priv-flags {card.ifname} legacy-rx {state}")
        defer(sh, f"ethtool --set-priv-flags {card.ifname} legacy-rx off")
        ksft_in(f"legacy-rx: {state}", re.sub(r"\s*: ", ": ", output(f"ethtool --show-priv-flags {card.ifname}")))
        with Trace({"net:napi_gro_receive_entry": f'name == "{card.ifname}" && len > 1000'}) as trace:
            carries(card)
            built = {one["nr_frags"] for one in trace.take()}
        ksft_eq(built, {1} if state == "on" else {0}, f"legacy-rx {state}: fragments of frames of more than 1000 bytes")
    sh(f"ethtool --set-priv-flags {card.ifname} legacy-rx on")
    card.peer.ip(f"link set dev {card.peer.name} mtu 9000")
    defer(card.peer.ip, f"link set dev {card.peer.name} mtu 1500")
    sh(f"ip link set dev {card.ifname} mtu 9000")
    defer(sh, f"ip link set dev {card.ifname} mtu 1500")
    card.ready()
    carries(card)


if __name__ == "__main__":
    run(__file__, [info, names, known_traffic, rings, rings_refused, channels, channels_refused, copybreak, legacy_rx, never_backwards, under_load])
