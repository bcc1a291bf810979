#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every view on every kind of device: useful output, no error; the ledger's sums as far as each can tell.

Runs in the lab's guest, which has a virtio_net port on the same cable beside the two others.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time

import jsonschema

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../driver/lib/py"))
import frames  # noqa: E402
import ledger  # noqa: E402

NETIF = os.environ["NETIF"]
HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES = 80


class Wrong(Exception):
    pass


def want(right, text):
    if not right:
        raise Wrong(text)


def igbtune(*arguments):
    done = subprocess.run(["igbtune", *arguments], check=False, capture_output=True, text=True)
    want(done.returncode == 0 and done.stderr == "",
         f"igbtune {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    want(len(done.stdout) > 30, f"igbtune {' '.join(arguments)}: says {done.stdout!r}")
    return done.stdout


def check_views(device):
    """All that a person or a program can ask about a device."""
    with open(f"{HERE}/../../../Documentation/igbtune.schema.json", encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    for verb in ("show", "stats", "ledger", "doctor"):
        igbtune(verb, device)
        document = json.loads(igbtune(verb, device, "--json"))
        for error in validator.iter_errors(document):
            raise Wrong(f"{verb} --json: {error.message[:200]}")
        want(document["device"]["name"] == device, f"{verb} speaks of {document['device']['name']}")
    igbtune("ledger", device, "--tx", "--all")
    igbtune("stats", device, "--watch", "0.2", "--count", "2")
    igbtune("doctor", device, "--for", "0.2", "--monitor")
    igbtune("metrics", device)
    recording = f"/run/lab/{device}.igbrec"
    done = subprocess.run(["igbtune", "record", device, recording, "--every", "0.1", "--count", "3"],
                          check=False, capture_output=True, text=True)
    want(done.returncode == 0, f"record: {done.stderr}")
    igbtune("replay", recording, "ledger")


def driver_of(device):
    return json.loads(igbtune("show", device, "--json"))["device"]["driver"]


def steps_over(device, send):
    """The ledger of what `send` brings, by the steps' names."""
    before = f"/run/lab/{device}.before"
    with open(before, "w", encoding="utf-8") as file:
        file.write(igbtune("ledger", device, "--json"))
    send()
    time.sleep(0.5)
    said = json.loads(igbtune("ledger", device, "--since", before, "--json"))
    return {step["id"]: step for step in said["steps"]}


def check_balance(device, send, open_steps):
    """What can be balanced is, to the packet; of the rest the reason is said."""
    with ledger.Reader(5000):
        end = time.monotonic() + ledger.PATIENCE
        while True:
            steps = steps_over(device, send)
            wrong = [f"{name}: unaccounted {step['unaccounted']}" for name, step in steps.items()
                     if step["unaccounted"] and name not in open_steps]
            if not wrong or time.monotonic() > end:
                break
    want(not wrong, f"{wrong}")
    taken = sum(flow["count"] for flow in steps["transport"]["out"] if flow["id"] == "udp")
    want(taken == FRAMES, f"{taken} datagrams were read, not {FRAMES}")
    for name in open_steps:
        want(steps[name]["unaccounted"] is None and steps[name]["open"], f"{name} is not open: {steps[name]}")
    others = {name for name, step in steps.items() if step["unaccounted"] is None} - set(open_steps)
    want(not others, f"these are open, too: {others}")


def port(_wire):
    check_views(NETIF)
    return driver_of(NETIF)


def virtio(wire):
    names = [name for name in os.listdir("/sys/class/net") if driver_is(name, "virtio_net")]
    want(names, "there is no virtio_net device")
    device = names[0]
    ledger.run(f"ip link set dev {device} up")
    ledger.run(f"ip addr replace 192.168.77.1/24 dev {device}")
    check_views(device)
    frame = frames.build(wire.mac, ledger.mac_of(device), "192.168.77.2", "192.168.77.1", frames.UDP, (4000, 5000),
                         b"x" * 100)
    ledger.run(f"ip neigh replace 192.168.77.2 lladdr {wire.mac} dev {device} nud permanent")
    time.sleep(1)
    check_balance(device, lambda: wire.send(frame, FRAMES), {"ring"})
    return f"{driver_of(device)}, {fates_over(device)} fates"


def fates_over(device):
    """The ledger's own program, over another device than the port under test."""
    environment = {**os.environ, "NETIF": device, "LOCAL_V4": "192.168.77.1", "REMOTE_V4": "192.168.77.2"}
    ledger.run(f"ip -n {ledger.NAMESPACE} addr replace 192.168.77.2/24 dev {ledger.PEERIF}")
    done = subprocess.run([sys.executable, f"{HERE}/ledger.py"], check=False, capture_output=True, text=True,
                          env=environment)
    told = [line for line in done.stdout.splitlines() if line.startswith("ok ") and "# SKIP" not in line]
    want(done.returncode == 0 and len(told) >= 14, f"the fates: {done.stdout}{done.stderr}")
    return len(told)


def driver_is(name, driver):
    with contextlib.suppress(OSError):
        link = os.path.realpath(f"/sys/class/net/{name}/device/driver")
        return os.path.basename(link) == driver
    return False


def send_local(target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(FRAMES):
            sender.sendto(b"x" * 100, (target, 5000))


def loopback(_wire):
    check_views("lo")
    check_balance("lo", lambda: send_local("127.0.0.1"), {"ring"})
    return driver_of("lo")


def veth(_wire):
    ledger.run("ip link add left type veth peer name right")
    ledger.run("ip link set right netns peer")
    ledger.run("ip link set left up")
    ledger.run("ip -n peer link set right up")
    ledger.run("ip addr replace 203.0.113.1/24 dev left")
    ledger.run("ip -n peer addr replace 203.0.113.2/24 dev right")
    check_views("left")

    def send():
        with ledger.in_peer(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(FRAMES):
                sender.sendto(b"x" * 100, ("203.0.113.1", 5000))

    send()  # once, so that nobody asks for an address any more
    time.sleep(1)
    check_balance("left", send, {"ring"})
    return driver_of("left")


CASES = (port, virtio, loopback, veth)


def main():
    subprocess.run(["modprobe", "virtio_net"], check=False)
    ledger.quiet()
    wire = ledger.Wire()
    wanted = sys.argv[1:]
    cases = [case for case in CASES if not wanted or case.__name__ in wanted]
    print("TAP version 13")
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            said = case(wire)
            print(f"ok {number} {case.__name__}" + (f" # {said}" if said else ""), flush=True)
        except (Wrong, OSError, RuntimeError, subprocess.SubprocessError, KeyError, ValueError) as error:
            failed += 1
            print("# " + f"{type(error).__name__}: {error}".replace("\n", "\n# "))
            print(f"not ok {number} {case.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
