#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How fast the ports are: 64-byte frames in bursts and a TCP stream, as one JSON line. Runs in the guest."""

import json
import os
import subprocess
import time

FRAMES = 200000
SECONDS = 5


def run(command):
    return subprocess.run(command, shell=True, check=True, text=True, capture_output=True).stdout


def pktgen(name):
    """Frames per second that the driver hands over, 32 per doorbell."""
    run("modprobe pktgen")
    with open("/proc/net/pktgen/kpktgend_0", "w", encoding="ascii") as file:
        file.write(f"add_device {name}\n")
    for line in (f"count {FRAMES}", "clone_skb 64", "pkt_size 60", "delay 0", "burst 32", "dst 192.0.2.2",
                 "dst_mac 02:00:00:00:00:ee"):
        with open(f"/proc/net/pktgen/{name}", "w", encoding="ascii") as file:
            file.write(line + "\n")
    begin = time.monotonic()
    with open("/proc/net/pktgen/pgctrl", "w", encoding="ascii") as file:
        file.write("start\n")
    return FRAMES / (time.monotonic() - begin)


def tcp():
    server = subprocess.Popen(["ip", "netns", "exec", "peer", "iperf3", "-s", "-1"], stdout=subprocess.DEVNULL)
    time.sleep(1)
    result = json.loads(run(f"iperf3 -c 192.0.2.2 -t {SECONDS} -J"))
    server.wait()
    return result["end"]["sum_received"]["bits_per_second"]


if __name__ == "__main__":
    print(json.dumps({"frames_per_second": round(pktgen(os.environ["NETIF"])), "tcp_bits_per_second": round(tcp())}))
