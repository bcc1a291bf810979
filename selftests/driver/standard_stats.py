#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The standard statistics: ethtool's groups, the netdev family's per queue, and GRO's results; they agree with each other."""

import json

from lib.py import KsftSkipEx, NetdevFamily, NlError, defer, ksft_eq, ksft_ge, ksft_true
from lib.py import deltas, output, run, sh, stats64, strings, wait_until
from lib.py.flows import arrivals, flow
from lib.py.traffic import IN, OUT, WAYS, load, ping, tcp, udp

FAMILY = NetdevFamily()
PINGS = 50
FRAME = 14 + 20 + 8 + 60 + 4        # of a ping with 60 bytes of data, with the frame check sequence


def groups(card):
    """The groups as one dictionary: eth-mac FramesReceivedOK, rmon hist rx 64..."""
    said = json.loads(output(f"ethtool --json -S {card.ifname} --groups eth-mac eth-ctrl eth-phy rmon"))[0]
    found = {}
    for group in ("eth-mac", "eth-ctrl", "eth-phy"):
        found.update({f"{group} {name}": value for name, value in said.get(group, {}).items()})
    for name, value in said.get("rmon", {}).items():
        if name.endswith("pktsNtoM"):
            found.update({f"{name[:2]} {one['low']}-{one['high']}": one["val"] for one in value})
        else:
            found[name] = value
    if not found:
        raise KsftSkipEx("no standard statistics")
    return found


def pause(card):
    return json.loads(output(f"ethtool -I --json -a {card.ifname}"))[0].get("statistics", {})


def frames_and_octets(card):
    """Pings of a known number and size raise the groups' counters by exactly that."""
    groups(card)
    for way in WAYS:
        before = groups(card)
        ping(card, way, count=PINGS, extra="-i 0.01 -s 60")
        rise = deltas(before, groups(card))
        for name, expected in (("FramesTransmittedOK", PINGS), ("FramesReceivedOK", PINGS),
                               ("OctetsTransmittedOK", PINGS * FRAME), ("OctetsReceivedOK", PINGS * FRAME)):
            ksft_eq(rise[f"eth-mac {name}"], expected, f"{name}, ping {way}")
        for side in ("rx", "tx"):
            ksft_eq(rise[f"{side} 65-127"], PINGS, f"{side} frames of 65 to 127 bytes")
        wrong = {name: value for name, value in rise.items() if "rror" in name and value}
        ksft_eq(wrong, {}, "errors")


def lengths(card):
    """Frames of every length are counted in their place of the histogram.

    But for the shortest: QEMU counts these nowhere when the CRC is stripped.
    """
    groups(card)
    for low, high, size in ((65, 127, 40), (128, 255, 150), (256, 511, 300), (512, 1023, 700), (1024, None, 1400)):
        before = groups(card)
        udp(card, IN, "4", count=30, size=size)
        rise = deltas(before, groups(card))
        ksft_eq(rise.of(rf"rx {low}-{high or r'\d+'}"), 30, f"frames with {size} bytes of data")


def to_all(card):
    """Broadcast and multicast frames are told apart."""
    before = groups(card)
    sh(f"ping -q -c 10 -i 0.01 -b {broadcast(card)}", card.remote, ok=False)
    rise = deltas(before, groups(card))
    ksft_ge(rise["eth-mac BroadcastFramesReceivedOK"], 10, "broadcasts")
    before = groups(card)
    sh(f"ping -q -c 10 -i 0.01 -I {card.peer.name} 224.0.0.1", card.remote, ok=False)
    rise = deltas(before, groups(card))
    ksft_ge(rise["eth-mac MulticastFramesReceivedOK"], 10, "multicasts")
    ksft_eq(rise["eth-mac BroadcastFramesReceivedOK"], 0, "broadcasts")


def broadcast(card):
    return card.address["4"].rpartition(".")[0] + ".255"


def pause_frames(card):
    """-I -a has counters of pause frames, which are those of -S."""
    shown = pause(card)
    if not shown:
        raise KsftSkipEx("no statistics of pause frames")
    own = dict(strings(card.ifname))
    ksft_eq(shown["rx_pause_frames"], own["rx_flow_control_xon"] + own["rx_flow_control_xoff"], "pause frames received")
    ksft_eq(shown["tx_pause_frames"], own["tx_flow_control_xon"] + own["tx_flow_control_xoff"], "pause frames sent")


def total(card):
    return FAMILY.qstats_get({"ifindex": card.ifindex}, dump=True)[0]


def per_queue(card):
    return FAMILY.qstats_get({"ifindex": card.ifindex, "scope": "queue"}, dump=True)


def needs_qstats(card):
    try:
        total(card)
    except NlError:
        raise KsftSkipEx("no statistics per queue in the netdev family") from None


def agree(card, what):
    """The sums of the netdev family are those of the interface, once nothing moves."""
    def same():
        first, link, again = total(card), stats64(card.ifname), total(card)
        return (first, link) if first == again else None
    sums, link = wait_until(same, "the counters to rest")
    for side in ("rx", "tx"):
        for name in ("packets", "bytes"):
            ksft_eq(sums[f"{side}-{name}"], link[f"{side}_{name}"], f"{side}-{name} and the interface's, {what}")
    return sums


def sums_across_channels(card):
    """Sums per queue equal the interface's, also after queues came and went, and never fall."""
    needs_qstats(card)
    before = card.channels()
    most = max(before, 4)
    defer(sh, f"ethtool -L {card.ifname} combined {before}")
    last = agree(card, "at first")
    for count in (1, most, 2, before):
        arrivals(card, [flow(card, number) for number in range(100)])
        tcp(card, OUT, size=1 << 20)
        sh(f"ethtool -L {card.ifname} combined {count}")
        card.ready()
        ping(card)
        now = agree(card, f"with {count} queues")
        fallen = {name: (last[name], now[name]) for name in now if now[name] < last.get(name, 0)}
        ksft_eq(fallen, {}, f"sums that fell with {count} queues")
        ksft_eq(len([one for one in per_queue(card) if one["queue-type"] == "rx"]), count, "receive queues shown")
        last = now
    sh(f"ip link set dev {card.ifname} down")
    defer(sh, f"ip link set dev {card.ifname} up")
    now = total(card)
    ksft_eq({name for name in now if now[name] < last.get(name, 0)}, set(), "sums that fell when the port was closed")


def flows_by_queue(card):
    """Each queue's counter of packets rises by the flows that it got."""
    needs_qstats(card)
    before = {one["queue-id"]: one["rx-packets"] for one in per_queue(card) if one["queue-type"] == "rx"}
    came = arrivals(card, [flow(card, number) for number in range(160)])
    after = {one["queue-id"]: one["rx-packets"] for one in per_queue(card) if one["queue-type"] == "rx"}
    for queue in before:
        ksft_eq(after[queue] - before[queue], came[queue], f"packets of queue {queue}")


def checksums(card):
    """Each frame is counted by what the device says of its checksum; packets left to the card are counted, cut ones twice over."""
    needs_qstats(card)
    before = total(card)
    udp(card, IN, "4", count=100)
    ping(card, OUT, count=20)
    tcp(card, OUT, "4", 2 << 20)
    rise = deltas(before, total(card))
    ksft_eq(rise["rx-csum-unnecessary"] + rise["rx-csum-none"] + rise["rx-csum-bad"], rise["rx-packets"], "frames by verdict")
    ksft_ge(rise["rx-csum-unnecessary"], 100, "frames with a good checksum")
    ksft_ge(rise["rx-csum-none"], 20, "frames without a verdict")
    ksft_eq(rise["rx-csum-bad"], 0, "frames with a wrong checksum")
    ksft_ge(rise["tx-needs-csum"], 1, "packets left to the card")
    ksft_ge(rise["tx-hw-gso-wire-packets"], 2 * rise["tx-hw-gso-packets"], "frames that packets were cut into")
    ksft_ge(rise["tx-hw-gso-wire-bytes"], rise["tx-hw-gso-bytes"] + 54 * rise["tx-hw-gso-packets"], "bytes with each frame's header")
    ksft_ge(rise["tx-packets"], rise["tx-hw-gso-wire-packets"], "frames in all")


def merging(card):
    """What GRO did with each frame is counted: the results add up to the frames, and with GRO off nothing is merged."""
    card.needs_igbr("it does not count what GRO does")
    for on in (True, False):
        sh(f"ethtool -K {card.ifname} gro {'on' if on else 'off'}")
        defer(sh, f"ethtool -K {card.ifname} gro on")
        before = dict(strings(card.ifname))
        tcp(card, IN, "4", 2 << 20)
        rise = deltas(before, dict(strings(card.ifname)))
        ksft_eq(rise.of(r"rx_queue_\d+_gro_.*"), rise.of(r"rx_queue_\d+_packets"), "results of GRO, and frames")
        merged = rise.of(r"rx_queue_\d+_gro_merged")
        ksft_true(merged > 100 if on else merged == 0, f"frames merged with GRO {'on' if on else 'off'}: {merged}")


def under_traffic(card):
    """All views can be read while traffic runs."""
    needs_qstats(card)
    with load(card):
        last = total(card)
        for _ in range(20):
            groups(card), per_queue(card), pause(card)
            now = total(card)
            ksft_true(all(now[name] >= last[name] for name in now), "no sum falls")
            last = now


if __name__ == "__main__":
    run(__file__, [frames_and_octets, lengths, to_all, pause_frames, sums_across_channels, flows_by_queue, checksums, merging,
                   under_traffic])
