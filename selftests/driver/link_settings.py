#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What ethtool sets of the link (-s, -A, -p), loopback, and the dumps of registers and NVM."""

import base64
import fcntl
import re
import socket
import struct

from lib.py import EthtoolFamily, KsftSkipEx, NlError, defer, ksft_eq, ksft_ge, ksft_in, ksft_raises, ksft_true
from lib.py import output, refused, run, sh, wait_until
from lib.py.flows import NOBODY, queue_counters
from lib.py.frames import UDP, build
from lib.py.traffic import WAYS, carries, ping, tcp

CTRL, STATUS, LEDCTL = 0x0, 0x8, 0xE00
RX_PAUSE, TX_PAUSE = 1 << 27, 1 << 28
LINK_UP = 1 << 1
REGS_VERSION = 1
SIOCGMIIPHY, SIOCGMIIREG, SIOCSMIIREG = 0x8947, 0x8948, 0x8949


def unpacked(command):
    """What a command writes, as bytes."""
    return base64.b64decode(output(f"{command} | base64 -w0"))


def registers(card):
    """The register dump: value by offset."""
    card.needs_igbr("its dump has another layout")
    data = unpacked(f"ethtool -d {card.ifname} raw on")
    return {offset: value for offset, value in struct.iter_unpack("=II", data)}


def shown(card):
    """ethtool's view of the link, by name."""
    return dict(re.findall(r"^\s*([\w -]+?): ([^\n]*)", output(f"ethtool {card.ifname}"), re.MULTILINE))


def advertised(card):
    text = output(f"ethtool {card.ifname}")
    part = re.search(r"Advertised link modes:(.*?)Advertised pause", text, re.DOTALL)[1]
    return set(re.findall(r"\d+base\S+", part))


def put_back(card):
    defer(card.ready)
    defer(sh, f"ethtool -s {card.ifname} autoneg on advertise 0x2f mdix auto")


def passes(card):
    card.ready()
    for way in WAYS:
        ping(card, way)
        tcp(card, way, size=1 << 20)


def speeds(card):
    """What is advertised is what was asked for; forced speeds are shown as such; the link comes each time."""
    put_back(card)
    for words, expected in (("speed 100 duplex full autoneg on", {"100baseT/Full"}),
                            ("autoneg on advertise 0x00f", {"10baseT/Half", "10baseT/Full", "100baseT/Half", "100baseT/Full"}),
                            ("speed 1000 duplex full autoneg on", {"1000baseT/Full"})):
        sh(f"ethtool -s {card.ifname} {words}")
        ksft_eq(advertised(card), expected, f"advertised after -s {words}")
        passes(card)
    sh(f"ip link set dev {card.ifname} down")
    sh(f"ip link set dev {card.ifname} up")
    ksft_eq(advertised(card), {"1000baseT/Full"}, "advertised after down and up")
    for speed, duplex in ((100, "full"), (10, "half")):
        sh(f"ethtool -s {card.ifname} autoneg off speed {speed} duplex {duplex}")
        ksft_eq(shown(card)["Auto-negotiation"], "off", f"autonegotiation with {speed} {duplex} forced")
        ksft_eq(advertised(card), set(), "modes advertised by a forced link")
        ksft_true(sh(f"ethtool -r {card.ifname}", ok=False).ret != 0, "a forced link is not negotiated")
    sh(f"ethtool -s {card.ifname} autoneg on advertise 0x2f")
    ksft_eq(len(advertised(card)), 5, "modes advertised at the end")
    passes(card)


def speeds_refused(card):
    """What the port cannot do is refused, with the reason in the log, and nothing changes."""
    put_back(card)
    before = shown(card)
    for words in ("speed 1000 duplex half autoneg off", "speed 2500 duplex full autoneg off", "autoneg on advertise 0x8000",
                  "port fibre"):
        refused(f"ethtool -s {card.ifname} {words}")
        if card.driver == "igbr":
            said = output("dmesg").splitlines()[-1]
            ksft_true(card.ifname in said, f"a reason for refusing {words}: {said}")
    card.ready()
    ksft_eq(shown(card), before, "the link's settings after refusals")
    sh(f"ethtool -s {card.ifname} autoneg off speed 100 duplex full")
    refused(f"ethtool -s {card.ifname} mdix on")
    if card.driver != "igbr":
        return
    refused(f"ethtool -r {card.ifname}")
    ksft_in("autoneg on", output("dmesg").splitlines()[-1], "the reason for refusing -r")
    sh(f"ethtool -s {card.ifname} autoneg on advertise 0x2f")
    with ksft_raises(NlError):
        EthtoolFamily().linkinfo_set({"header": {"dev-name": card.ifname}, "tp-mdix-ctrl": 77})
    ksft_in("on, off or auto", output("dmesg").splitlines()[-1], "the reason for refusing a crossover that there is not")


def crossover(card):
    """MDI-X can be set to each value while the link is negotiated."""
    put_back(card)
    for value, said in (("on", "on (forced)"), ("off", "off (forced)"), ("auto", "(auto)")):
        sh(f"ethtool -s {card.ifname} mdix {value}")
        card.ready()
        ksft_in(said, shown(card)["MDI-X"], f"MDI-X after mdix {value}")
    passes(card)


def pause_params(card):
    text = output(f"ethtool -a {card.ifname}")
    return tuple(re.findall(r"^(?:Autonegotiate|RX|TX):\s+(\w+)", text, re.MULTILINE))


def pause(card):
    """Pause frames are switched each way, forced and negotiated; the device is told, and the partner's wish counts."""
    defer(card.ready)
    defer(sh, f"ethtool -A {card.ifname} autoneg on rx on tx on")
    for auto, rx, tx in (("off", "off", "off"), ("off", "on", "on"), ("off", "on", "off"), ("off", "off", "on"),
                         ("on", "on", "on"), ("on", "off", "off")):
        sh(f"ethtool -A {card.ifname} autoneg {auto} rx {rx} tx {tx}")
        ksft_eq(pause_params(card), (auto, rx, tx), "pause parameters as set")
        card.ready()
        if card.driver == "igbr":
            ctrl = wait_until(lambda: registers(card), "registers")[CTRL]
            ksft_eq((bool(ctrl & RX_PAUSE), bool(ctrl & TX_PAUSE)), (rx == "on", tx == "on"), f"CTRL with {auto} {rx} {tx}")
    sh(f"ethtool -A {card.ifname} autoneg on rx on tx on")
    passes(card)


def identify(card):
    """-p switches the LEDs and leaves them as they were."""
    before = registers(card)[LEDCTL] if card.driver == "igbr" else None
    sh(f"ethtool -p {card.ifname} 1")
    if before is not None:
        ksft_eq(registers(card)[LEDCTL], before, "LEDCTL afterwards")
    ping(card)


def register_dump(card):
    """The dump has each register once, tells the truth of the link, and disturbs nothing."""
    card.needs_igbr("its dump has another layout")
    data = unpacked(f"ethtool -d {card.ifname} raw on")
    found = list(struct.iter_unpack("=II", data))
    ksft_eq(len({offset for offset, _ in found}), len(found), "registers in the dump, each once")
    ksft_true(dict(found)[STATUS] & LINK_UP, "STATUS says that the link is up")
    sh(f"ip link set dev {card.ifname} down")
    registers(card)
    sh(f"ip link set dev {card.ifname} up")
    card.ready()
    for _ in range(5):
        registers(card)
    passes(card)


def nvm_dump(card):
    """The NVM reads as words that sum up as they must, the same in pieces, with the MAC address in front."""
    data = unpacked(f"ethtool -e {card.ifname} raw on")
    words = struct.unpack(f"<{len(data) // 2}H", data)
    ksft_ge(len(words), 64, "words")
    ksft_eq(sum(words[:64]) & 0xFFFF, 0xBABA, "sum of the first 64 words")
    ksft_eq(data[:4].hex(":"), card.port.mac[:11], "MAC address in front")
    for offset, length in ((0, 1), (1, 1), (1, 2), (3, 5), (len(data) - 1, 1)):
        part = unpacked(f"ethtool -e {card.ifname} raw on offset {offset} length {length}")
        ksft_eq(part == data[offset:offset + length], True, f"{length} bytes from {offset}")
    refused(f"ethtool -e {card.ifname} offset {len(data)} length 2")


def loopback(card):
    """With loopback on, what is sent comes back and the partner sees nothing; off again, the cable works."""
    if "loopback: off [fixed]" in output(f"ethtool -k {card.ifname}"):
        raise KsftSkipEx("no loopback")
    defer(card.ready)
    defer(sh, f"ethtool -K {card.ifname} loopback off")
    for _ in range(3):
        sh(f"ethtool -K {card.ifname} loopback on")
        wait_until(card.port.carrier, "the carrier in loopback")
        source, target = NOBODY["4"]
        frame = build(card.port.mac, card.port.mac, source, target, UDP, (1024, 5000), b"igbr" * 20)
        mine, theirs = sum(queue_counters(card).values()), peer_rx(card)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
            out.bind((card.ifname, 0))
            for _ in range(20):
                out.send(frame)
        wait_until(lambda: sum(queue_counters(card).values()) >= mine + 20, "the frames to come back", limit=30)
        ksft_eq(peer_rx(card), theirs, "frames at the partner")
        sh(f"ethtool -K {card.ifname} loopback off")
        card.ready()
        ping(card)
    carries(card)


def mii(card, request, register=0, value=0):
    """The PHY's address, or a register of it, as mii-tool asks."""
    words = struct.pack("=16sHHHH", card.ifname.encode(), 1, register, value, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        return struct.unpack("=16sHHHH", fcntl.ioctl(any_socket, request, words.ljust(40, b"\0"))[:24])[1::3]


def phy_registers(card):
    """The PHY's registers can be read and written by mii-tool's calls."""
    identifier = [mii(card, SIOCGMIIREG, register)[1] for register in (2, 3)]
    ksft_eq(mii(card, SIOCGMIIPHY)[0], 1, "address of the PHY")
    ksft_true(identifier not in ([0, 0], [0xffff, 0xffff]), f"identifier of the PHY: {identifier}")
    ksft_true(mii(card, SIOCGMIIREG, 1)[1] & 1 << 2, "BMSR says that the link is up")
    advertised_bits = mii(card, SIOCGMIIREG, 4)[1]
    defer(mii, card, SIOCSMIIREG, 4, advertised_bits)
    mii(card, SIOCSMIIREG, 4, advertised_bits ^ 1 << 5)
    ksft_eq(mii(card, SIOCGMIIREG, 4)[1], advertised_bits ^ 1 << 5, "what was written")
    with ksft_raises(OSError):
        mii(card, 0x89f0)
    ping(card)


def peer_rx(card):
    return int(output(f"cat /sys/class/net/{card.peer.name}/statistics/rx_packets", card.remote))


def messages(card):
    """The message level can be read and set by name and number."""
    before = re.search(r"Current message level: (0x\w+)", output(f"ethtool {card.ifname}"))[1]
    defer(sh, f"ethtool -s {card.ifname} msglvl {before}")
    sh(f"ethtool -s {card.ifname} msglvl 0x7")
    ksft_in("0x00000007", output(f"ethtool {card.ifname}"))
    sh(f"ethtool -s {card.ifname} msglvl hw on")
    ksft_in("0x00002007", output(f"ethtool {card.ifname}"))


if __name__ == "__main__":
    run(__file__, [speeds, speeds_refused, crossover, pause, identify, register_dump, nvm_dump, loopback, phy_registers, messages])
