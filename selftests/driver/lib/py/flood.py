# SPDX-License-Identifier: GPL-2.0-only
"""A saturating flood of small UDP frames, made in the kernel by pktgen, of an exact number."""

import contextlib
import glob
import os
import re

from net.lib.py import KsftSkipEx

from .shell import read, sh, wait_until, write


class Flood:
    """`count` frames of `size` bytes (without the frame check sequence) from one port to the other's MAC address.

    The sender's CPU is the first; it does nothing else within `burst` frames, and ends with a whole burst.
    """

    def __init__(self, card, sender, target, count, size=60, target_port=9, version="4", burst=1):
        if not os.path.isdir("/sys/module/pktgen") and sh("modprobe pktgen", ok=False).ret:
            raise KsftSkipEx("no module pktgen (CONFIG_NET_PKTGEN)")
        self.card, self.sender, self.count = card, sender, count
        source = (card.address if sender is card.port else card.peer_address)[version]
        goal = (card.address if target is card.port else card.peer_address)[version]
        self.settings = [f"count {count}", f"pkt_size {size}", "delay 0", "clone_skb 0", f"dst_mac {target.mac}",
                         f"dst {goal}", f"src_min {source}", f"src_max {source}",
                         f"udp_dst_min {target_port}", f"udp_dst_max {target_port}", "udp_src_min 1024",
                         "udp_src_max 1151", "flag UDPSRC_RND", f"burst {burst}"]

    def send(self):
        """Hand all frames to the sender's driver; fails if it does not take them."""
        with self.card.in_peer() if self.sender is self.card.peer else contextlib.nullcontext():
            self.go()

    def go(self):
        # Not /proc/net: that is the namespace of the process, and a thread can be in another.
        folder = "/proc/thread-self/net/pktgen"
        thread = sorted(glob.glob(f"{folder}/kpktgend_*"))[0]
        device = f"{folder}/{self.sender.name}"
        remove(thread, device)
        write(thread, f"add_device {self.sender.name}")
        try:
            for setting in self.settings:
                # Older kernels read numbers beyond the end of what is written, up to a line's end.
                write(device, f"{setting}\n")
            # This waits for the end, but on a slow machine may return before the thread has begun.
            write(f"{folder}/pgctrl", "start\n")
            wait_until(lambda: done(device) >= self.count, f"pktgen to send {self.count} frames")
        finally:
            remove(thread, device)


def remove(thread, device):
    """Take the device from the thread, which does it later, and might take away the one that is added next."""
    if os.path.exists(device):
        write(thread, "rem_device_all")
        wait_until(lambda: not os.path.exists(device), f"pktgen to give up {device}")


def done(device):
    """How many frames pktgen says to have sent."""
    return int(re.search(r"pkts-sofar: (\d+)", read(device))[1])
