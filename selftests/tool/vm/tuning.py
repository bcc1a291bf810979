#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Settings change whole or not at all and go back: applied, drifted, killed at any moment, not confirmed.

Runs in the lab's guest.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

NETIF = os.environ["NETIF"]
SLOW = float(os.environ.get("LAB_SLOWDOWN", 1))
PROFILE = "/run/lab/profile.toml"
KILLS = 50
SSH_PORT = "2222"

# Wanted values; those that the machine does not have are left out.
WANTED = {
    "rings.rx": "512",
    "rings.tx": "512",
    "coalesce.rx-usecs": "20",
    "feature.rx-gro": "false",
    "feature.tx-generic-segmentation": "false",
    "rx-0.rps_cpus": '"0-1"',
    "rx-0.rps_flow_cnt": "64",
    "tx-0.bql_limit_max": "100000",
    "tx-0.bql_limit_min": "3000",
    "tx-0.xps_cpus": "0",
    "rx-0.irq_cpus": "1",
    "tx_queue_len": "500",
    "gro_flush_timeout": "20000",
    "napi_defer_hard_irqs": "2",
    "sysctl.net.core.netdev_budget": "600",
    "sysctl.net.core.netdev_budget_usecs": "16000",
    "sysctl.net.core.dev_weight": "32",
    "sysctl.net.core.netdev_max_backlog": "5000",
    "sysctl.net.core.netdev_tstamp_prequeue": "0",
    "sysctl.net.core.rps_sock_flow_entries": "1024",
    "sysctl.net.core.rmem_default": "300000",
    "sysctl.net.core.rmem_max": "4000000",
    "sysctl.net.core.wmem_default": "300000",
    "sysctl.net.core.wmem_max": "4000000",
    "sysctl.net.core.optmem_max": "40000",
    "sysctl.net.core.somaxconn": "1000",
    "sysctl.net.core.busy_poll": "50",
    "sysctl.net.core.busy_read": "50",
    "sysctl.net.ipv4.tcp_max_syn_backlog": "777",
    "sysctl.net.ipv4.tcp_syncookies": "2",
    "sysctl.net.ipv4.ip_early_demux": "0",
    "sysctl.net.ipv4.tcp_early_demux": "0",
    "sysctl.net.ipv4.udp_early_demux": "0",
    "sysctl.net.ipv4.udp_rmem_min": "8192",
    "sysctl.net.ipv4.udp_wmem_min": "8192",
    "sysctl.net.ipv4.tcp_notsent_lowat": "131072",
    "sysctl.net.ipv4.tcp_limit_output_bytes": "1000000",
    "sysctl.net.ipv4.tcp_rmem": '"4096 65536 4000000"',
    "sysctl.net.ipv4.tcp_wmem": '"4096 65536 4000000"',
}


class Wrong(Exception):
    pass


class Missing(Exception):
    """What a case needs is not here."""


def want(right, text):
    if not right:
        raise Wrong(text)


def igbtune(*arguments, code=0):
    done = subprocess.run(["igbtune", *arguments], check=False, capture_output=True, text=True)
    want(done.returncode == code, f"igbtune {' '.join(arguments)}: exit {done.returncode}, not {code}: "
         f"{done.stdout}{done.stderr}")
    return done


def state():
    """Knob: value, as the tool reads them; the kernel's own files are the judge below."""
    lines = igbtune("save", NETIF).stdout.splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line and not line.startswith("device"))


def kernel_state():
    """The same settings by the kernel's own files and tools, read by no part of igbtune."""
    queues = f"/sys/class/net/{NETIF}/queues"
    command = (f"sysctl -a 2>/dev/null | grep -E '^net.(core|ipv4.(tcp|udp|ip_early))'; ethtool -g {NETIF}; ethtool -k {NETIF}; "
               f"ethtool -c {NETIF}; grep -r . {queues}/*/rps_* {queues}/*/xps_cpus {queues}/*/byte_queue_limits/limit_m*; "
               f"cat /sys/class/net/{NETIF}/tx_queue_len /sys/class/net/{NETIF}/gro_flush_timeout "
               f"/sys/class/net/{NETIF}/napi_defer_hard_irqs; grep . /proc/irq/*/smp_affinity_list")
    return subprocess.run(command, shell=True, check=False, capture_output=True, text=True).stdout


def write_profile():
    present = state()
    chosen = {knob: value for knob, value in WANTED.items() if knob in present and present[knob] != value}
    with open(PROFILE, "w", encoding="utf-8") as file:
        file.write("# of the test\n[knobs]\n" + "".join(f"{knob} = {value}\n" for knob, value in chosen.items()))
    return chosen


def profile_of_thirty():
    before, kernel_before = state(), kernel_state()
    chosen = write_profile()
    want(len(chosen) >= 30, f"only {len(chosen)} knobs here: {sorted(chosen)}")
    igbtune("check", PROFILE, NETIF, code=5)
    igbtune("apply", PROFILE, NETIF)
    igbtune("check", PROFILE, NETIF)
    now = state()
    want({knob: now[knob] for knob in chosen} == chosen, f"not as the profile says: {now}")
    with open("/proc/sys/net/core/rmem_max", "w", encoding="utf-8") as file:
        file.write("5000000")
    drift = igbtune("check", PROFILE, NETIF, code=5).stdout
    want(len(drift.splitlines()) == 2 and "sysctl.net.core.rmem_max  5000000  4000000" in drift, f"the drift: {drift}")
    igbtune("rollback")
    want(state() == before, "not as before by igbtune")
    want(kernel_state() == kernel_before, "not as before by the kernel's files")
    igbtune("rollback", code=1)
    return f"{len(chosen)} knobs"


def killed():
    before = state()
    write_profile()
    begin = time.monotonic()
    igbtune("apply", PROFILE, NETIF)
    length = time.monotonic() - begin
    after = state()
    igbtune("rollback")
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    ends = {"old": 0, "new": 0}
    begin = time.monotonic()
    for number in range(KILLS):
        process = subprocess.Popen(["igbtune", "apply", PROFILE, NETIF], stdout=subprocess.DEVNULL)
        time.sleep(chance.random() * length * 1.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        igbtune("confirm", code=1)  # nothing waits; but what was interrupted goes back first
        now = state()
        want(now in (before, after), f"seed {seed}, kill {number}: neither old nor new: "
             f"{[(knob, now[knob], before[knob], after[knob]) for knob in now if now[knob] not in (before[knob],)]}")
        ends["new" if now == after else "old"] += 1
        if now == after:
            igbtune("rollback")
            want(state() == before, f"seed {seed}, kill {number}: not old after the rollback")
    want(ends["old"] > 0, f"no kill came in time: {ends}")
    return f"{ends['old']} old, {ends['new']} new, seed {seed}, {time.monotonic() - begin:.0f} s"


def backlog():
    with open("/proc/sys/net/core/netdev_max_backlog", encoding="utf-8") as file:
        return int(file.read())


def until(condition, what):
    end = time.monotonic() + 30 * SLOW
    while not condition():
        want(time.monotonic() < end, what)
        time.sleep(0.2)


def not_confirmed():
    igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=2000", "--confirm", "4")
    want(backlog() == 2000, "it is not set")
    igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=3000", code=1)
    until(lambda: backlog() == 1000, "it did not go back")


def confirmed():
    igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=2000", "--confirm", "8")
    igbtune("confirm")
    time.sleep(10)
    want(backlog() == 2000, "it did not stay")
    igbtune("rollback")
    want(backlog() == 1000, "it did not go back")


def connection_lost():
    """Who set it dies with all of its session, and the link goes: the watchdog does not need them."""
    process = subprocess.Popen(["setsid", "sh", "-c",
                                f"igbtune set {NETIF} sysctl.net.core.netdev_max_backlog=2000 tx_queue_len=77 --confirm 5; sleep 60"],
                               stdout=subprocess.DEVNULL)
    until(lambda: backlog() == 2000, "it is not set")
    time.sleep(1)
    os.killpg(process.pid, signal.SIGHUP)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    subprocess.run(["ip", "link", "set", "dev", NETIF, "down"], check=True)
    try:
        until(lambda: backlog() == 1000, "it did not go back")
    finally:
        subprocess.run(["ip", "link", "set", "dev", NETIF, "up"], check=True)
    want(state()["tx_queue_len"] == "1000", "the other did not go back")


def link_is_up():
    with open(f"/sys/class/net/{NETIF}/operstate", encoding="utf-8") as file:
        return file.read() == "up\n"


def by_ssh(key, command):
    return ["ip", "netns", "exec", "peer", "dbclient", "-T", "-y", "-y", "-i", key, "-p", SSH_PORT,
            f"root@{os.environ['LOCAL_V4']}", command]


def ssh_cut_off():
    """A change made over ssh, and the link that carries the connection goes: nobody can confirm it."""
    def reached():
        return subprocess.run(by_ssh(key, "true"), check=False, capture_output=True).returncode == 0

    key, home = "/run/lab/ssh-key", os.path.expanduser("~root/.ssh")  # the server's key, too
    os.makedirs(home, mode=0o700, exist_ok=True)
    made = subprocess.run(["dropbearkey", "-t", "ed25519", "-f", key], check=True, capture_output=True, text=True).stdout
    with open(f"{home}/authorized_keys", "w", encoding="utf-8") as file:
        file.write(next(line for line in made.splitlines() if line.startswith("ssh-")) + "\n")
    server = subprocess.Popen(["dropbear", "-F", "-r", key, "-p", SSH_PORT],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = None
    try:
        until(reached, "no ssh over the link")
        tool = shutil.which("igbtune")
        client = subprocess.Popen(by_ssh(key, f"{tool} set {NETIF} sysctl.net.core.netdev_max_backlog=2000 tx_queue_len=77 "
                                              f"--confirm 8 && ip link set dev {NETIF} down; sleep 60"),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: backlog() == 2000, "it is not set")
        until(lambda: not link_is_up(), "the link is still there")
        client.kill()
        until(lambda: backlog() == 1000, "it did not go back")
        subprocess.run(["ip", "link", "set", "dev", NETIF, "up"], check=True)
        until(reached, "no ssh over the link afterwards")
        said = subprocess.run(by_ssh(key, f"{tool} save {NETIF}"), check=True, capture_output=True, text=True).stdout
        want("tx_queue_len = 1000\n" in said, "the other did not go back")
    finally:
        subprocess.run(["ip", "link", "set", "dev", NETIF, "up"], check=True)
        for process in filter(None, (client, server)):
            process.kill()
            process.wait()


def service_ended():
    """systemd kills what is left in a service's control group: the watchdog is no longer there."""
    group, systemd = "/sys/fs/cgroup/service", "/run/systemd/system"
    os.makedirs(systemd)
    os.mkdir(group)
    try:
        subprocess.run(["sh", "-c", f"echo 0 >{group}/cgroup.procs && exec igbtune set {NETIF} "
                        "sysctl.net.core.netdev_max_backlog=2000 --confirm 5"], check=True, stdout=subprocess.DEVNULL)
        with open(f"{group}/cgroup.kill", "w", encoding="utf-8") as file:
            file.write("1")
        want(backlog() == 2000, "it is not set")
        until(lambda: backlog() == 1000, "it did not go back")
    finally:
        os.rmdir(group)
        os.rmdir(systemd)


def killed_before_the_deadline():
    """igbtune and its watchdog both die: the next igbtune takes it back."""
    igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=2000", "--confirm", "3")
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/comm", encoding="utf-8") as file:
                if file.read().strip() == "igbtune":
                    os.kill(int(name), signal.SIGKILL)
        except (OSError, ValueError):
            pass
    time.sleep(5)
    want(backlog() == 2000, "somebody else took it back")
    done = igbtune("confirm", code=1)
    want("too late" in done.stderr, done.stderr)
    want(backlog() == 1000, "it did not go back")


def failure_in_the_middle():
    """The kernel rounds the number of entries up: not what was asked for, so nothing is changed."""
    before = state()
    done = igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=2000", "sysctl.net.core.rps_sock_flow_entries=1000",
                   code=1)
    want(done.stderr.endswith("everything is as it was\n") and done.stdout == "", done.stderr)
    want(state() == before, "something is not as it was")


def dry_run():
    before = state()
    done = igbtune("set", NETIF, "sysctl.net.core.netdev_max_backlog=2000", "--dry-run")
    want(f"igbtune set {NETIF} 'sysctl.net.core.netdev_max_backlog=1000'" in done.stdout, done.stdout)
    want(state() == before, "it was no dry run")


def wrong_input():
    for arguments, code in (((NETIF, "rings.rx=banana"), 2), ((NETIF, "rings.rx"), 2), ((NETIF, "rings.xr=1"), 3),
                            (("nothing0", "rings.rx=1"), 1), ((NETIF,), 2), ((NETIF, "rx-0.irq_cpus="), 2)):
        done = igbtune("set", *arguments, code=code)
        want(done.stderr.count("\n") == 1 and done.stdout == "", done.stderr)
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "igbtune", "set", NETIF,
                           "sysctl.net.core.netdev_max_backlog=2000"], check=False, capture_output=True, text=True)
    want(done.returncode == 4, f"without privileges: {done.returncode} {done.stderr}")


def steering():
    """Which queue a packet goes to: set, verified and taken back with a number of queues that changes."""
    before = state()
    wanted = {}
    if "rss.table" in before:
        wanted["rss.table"] = '"equal 1"'
    for flow in ("udp4", "udp6"):
        if f"rss.fields.{flow}" in before:
            wanted[f"rss.fields.{flow}"] = '"sdfn"'
    if "rss.key" in before:
        wanted["rss.key"] = before["rss.key"].replace('"' + before["rss.key"][1:3], '"a5')
    if "qdisc" in before:
        wanted["qdisc"] = '"fq"'
    want(len(wanted) >= 3, f"only {sorted(wanted)} here; there are {sorted(before)}")
    igbtune("set", NETIF, *(f"{knob}={value.strip(chr(34))}" for knob, value in wanted.items()))
    now = state()
    for knob, value in wanted.items():
        want(now[knob] == value or (knob == "qdisc" and now[knob].startswith('"fq')), f"{knob}: {now[knob]}")
    said = subprocess.run(["ethtool", "-x", NETIF], check=True, capture_output=True, text=True).stdout
    rows = [line.split(":")[1].split() for line in said.splitlines() if line.strip()[:1].isdigit() and ":" in line]
    want(set(sum(rows, [])) == {"0"}, f"ethtool sees another table: {said}")
    igbtune("rollback")
    want(state() == before, "not as before")
    # igb begins with a table that is not the core's default. Taken back it is one that somebody set, which the core
    # defends against fewer channels.
    if before["rss.table"] != '"default"':
        subprocess.run(["ethtool", "-X", NETIF, "default"], check=True)
        before = state()
    if "channels.combined" in before and before["channels.combined"] != "1":
        igbtune("set", NETIF, "channels.combined=1")
        want(state()["rss.table"] == '"default"', "with one queue there is one table")
        igbtune("rollback")
        want(state() == before, "not as before with one queue more")
    return ", ".join(sorted(wanted))


def profile_file(name):
    return f"{os.path.dirname(__file__)}/../../../tools/igbtune/profiles/{name}.toml"


def profiles():
    """Those that come with igbtune: each fits, and goes back."""
    before = state()
    counts = []
    for name in ("latency", "throughput", "many-core"):
        path = profile_file(name)
        igbtune("apply", path, NETIF)
        igbtune("check", path, NETIF)
        now = state()
        counts.append(f"{name} changes {sum(now[knob] != before.get(knob) for knob in now)}")
        igbtune("rollback")
        want(state() == before, f"not as before {name}")
    return ", ".join(counts)


def interrupts():
    """Of the port, all of its vectors together."""
    total = 0
    with open("/proc/interrupts", encoding="utf-8") as file:
        for line in file:
            if NETIF in line.split()[-1]:
                total += sum(int(word) for word in line.split()[1:] if word.isdigit())
    return total


def processed():
    """Packets that each CPU took."""
    with open("/proc/net/softnet_stat", encoding="utf-8") as file:
        return [int(line.split()[0], 16) for line in file]


BURSTS, BURST, SEGMENT, FLOWS = 64, 40, 100, 16
UDP_SEGMENT = 103


def bursts_from_peer():
    """Bursts of frames: the peer's stack gets one large datagram, and cuts it. Several flows."""
    with open("/proc/thread-self/ns/net", "rb") as own, open("/run/netns/peer", "rb") as peer:
        os.setns(peer.fileno(), os.CLONE_NEWNET)
        try:
            senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(FLOWS)]
        finally:
            os.setns(own.fileno(), os.CLONE_NEWNET)
    for sender in senders:
        sender.setsockopt(socket.SOL_UDP, UDP_SEGMENT, SEGMENT)
    for number in range(BURSTS):
        sender = senders[number % len(senders)]
        sender.sendto(b"x" * SEGMENT * BURST, (os.environ["LOCAL_V4"], 5000))
        time.sleep(0.02)
    time.sleep(1)
    for sender in senders:
        sender.close()


def effects():
    """What the profiles do to interrupts and CPUs, as their comments tell it: counts, no times."""
    told = {}
    # QEMU's igb would cut the datagram into IP fragments, which have no ports.
    subprocess.run(["ip", "netns", "exec", "peer", "ethtool", "-K", os.environ["PEERIF"], "tx-udp-segmentation", "off"],
                   check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("", 5000))
        for name in ("none", "latency", "throughput", "many-core"):
            if name != "none":
                igbtune("apply", profile_file(name), NETIF)
            time.sleep(2)  # the link has been down for a moment
            before, cpus_before = interrupts(), processed()
            bursts_from_peer()
            cpus = [now - then for now, then in zip(processed(), cpus_before)]
            told[name] = (round((interrupts() - before) * 1000 / (BURSTS * BURST)), cpus)
            if name != "none":
                igbtune("rollback")
    for name, (_, cpus) in told.items():
        want(sum(cpus) >= BURSTS * BURST * 9 // 10, f"{name}: the bursts did not come: {told}")
    # Interrupts per 1000 frames where each burst makes one. QEMU's igb makes another at the end of the time
    # between two that throughput sets, though nothing came in it.
    one = 1000 / BURST
    want(told["latency"][0] >= 0.9 * one, f"latency lets bursts wait: {told}")
    want(told["throughput"][0] <= 2.2 * one, f"throughput takes more interrupts than that: {told}")
    want(min(told["many-core"][1]) * 10 > sum(told["many-core"][1]), f"many-core leaves a CPU idle: {told}")
    return ", ".join(f"{name}: {rate} interrupts per 1000 frames, by CPUs {cpus}" for name, (rate, cpus) in told.items())


def rules():
    """Rules that lead flows to queues: as the kernel tells them, kept where they are wanted, and back."""
    before = state()
    if "ntuple" not in before or "feature.rx-ntuple-filter" not in before:
        raise Missing("the driver takes no rules here")

    def told():
        said = subprocess.run(["ethtool", "-n", NETIF], check=True, capture_output=True, text=True).stdout
        return [line.split()[1] for line in said.splitlines() if line.startswith("Filter:")]

    on = [] if before["feature.rx-ntuple-filter"] == "true" else ["feature.rx-ntuple-filter=on"]
    first = "ether proto 0x88b5 action 0; ether proto 0x88b6 action 0"
    igbtune("set", NETIF, *on, f"ntuple={first}")
    want(len(told()) == 2, f"ethtool sees {told()}")
    one = state()["ntuple"]
    igbtune("set", NETIF, "ntuple=ether proto 0x88b6 action 0")
    want(state()["ntuple"].count("ether") == 1, state()["ntuple"])
    igbtune("rollback")
    want(state()["ntuple"] == one, f"{state()['ntuple']}, not {one}")
    igbtune("set", NETIF, "ntuple=none")
    want(not told(), f"ethtool still sees {told()}")
    igbtune("rollback")
    # The feature takes the rules along, and the way back brings them.
    igbtune("set", NETIF, "feature.rx-ntuple-filter=off")
    igbtune("rollback")
    want(state()["ntuple"] == one, f"{state()['ntuple']} after the feature was off, not {one}")
    for wrong in ("nonsense", "ether proto 1", "udp4 dst-port 70000 action 0", "ether proto 0x88b5 action 0 loc x"):
        done = igbtune("set", NETIF, f"ntuple={wrong}", code=2)
        want(done.stderr.count("\n") == 1 and ("would be right" in done.stderr or "this is no" in done.stderr), done.stderr)
    done = igbtune("set", NETIF, "ntuple=ether proto 0x88b7 action 99", code=1)
    want("refuses ether proto 0x88b7 action 99" in done.stderr and done.stderr.endswith("everything is as it was\n"),
         done.stderr)
    want(state()["ntuple"] == one, "a refusal is not without consequence")
    igbtune("set", NETIF, "ntuple=none", *(["feature.rx-ntuple-filter=off"] if on else []))
    want(state() == before, "not as before")
    return one


def coalescing_of_a_queue():
    before = state()
    if "rx-0.coalesce-usecs" not in before:
        raise Missing("the driver has one coalescing for all queues")
    names = sorted(knob for knob in before if knob.startswith("rx-") and knob.endswith(".coalesce-usecs"))
    igbtune("set", NETIF, f"{names[-1]}=50", "tx-0.coalesce-usecs=20")
    now = state()
    want((now[names[-1]], now["tx-0.coalesce-usecs"]) == ("50", "20"), f"{now}")
    said = subprocess.run(["ethtool", "--per-queue", NETIF, "queue_mask", hex(1 << (len(names) - 1)),
                           "--show-coalesce"], check=True, capture_output=True, text=True).stdout
    want("rx-usecs:\t50" in said or "rx-usecs: 50" in said, f"ethtool sees another: {said}")
    igbtune("rollback")
    want(state() == before, "not as before")
    igbtune("set", NETIF, "coalesce.rx-usecs=40")
    want({state()[name] for name in names} == {"40"}, "all queues go along")
    igbtune("rollback")
    want(state() == before, "not as before for all")
    igbtune("set", NETIF, f"{names[0]}=banana", code=2)
    return f"{len(names)} queues"


class Port:
    """The port under test by its PCI function, which stays when the driver goes."""

    def __init__(self):
        self.function = os.path.realpath(f"/sys/class/net/{NETIF}/device")

    def bound(self):
        try:
            return os.path.basename(os.readlink(f"{self.function}/driver"))
        except FileNotFoundError:
            return ""  # between two drivers

    def state(self):
        """Driver, name, MTU, addresses and routes, and what else the port was told."""
        with open(f"{self.function}/driver_override", encoding="utf-8") as file:
            override = file.read().strip()
        devices = os.listdir(f"{self.function}/net") if os.path.isdir(f"{self.function}/net") else []
        shown = [self.bound(), override]
        for device in devices:
            link = " ".join(self.said("-o", "link", "show", "dev", device)).split()
            if not link:
                return []  # it went as we looked
            shown += [device, link[link.index("mtu") + 1], "LOWER_UP" in link[2]]
            shown += sorted(" ".join(line.split()[2:4]) for line in self.said("-o", "address", "show", "dev", device)
                            if " fe80:" not in line)
            for family in ("-4", "-6"):
                shown += sorted(line.strip() for line in self.said(family, "route", "show", "dev", device)
                                if not line.startswith("fe80:"))
        return shown

    @staticmethod
    def said(*arguments):
        return subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True).stdout.splitlines()


def other_driver(port):
    other = {"igb": "igbr", "igbr": "igb"}[port.bound()]
    subprocess.run(["modprobe", other], check=False, capture_output=True)
    if not os.path.isdir(f"/sys/bus/pci/drivers/{other}"):
        raise Missing(f"{other} is not here")
    return other


def driver():
    """The port goes to the other driver with its address, and back by itself."""
    port = Port()
    was, had = port.bound(), port.state()
    other = other_driver(port)
    expected = [other] + had[1:]
    igbtune("driver", NETIF, other, "--dry-run")
    want(port.state() == had, "it was no dry run")
    done = igbtune("driver", NETIF, other, "--confirm", "15")
    want(port.state() == expected, f"{port.state()}, not {expected}")
    want("/up/" not in done.stdout, done.stdout)
    until(lambda: port.state() == had, f"it did not go back: {port.state()}, not {had}")
    igbtune("confirm", code=1)
    igbtune("driver", NETIF, other, "--confirm", "60")
    igbtune("confirm")
    want(port.state() == expected, "it did not stay")
    igbtune("rollback")
    want(port.state() == had, f"not as before: {port.state()}, not {had}")
    igbtune("driver", NETIF, other)
    igbtune("driver", NETIF, was)
    want(port.state() == had, f"not as before there and back: {port.state()}, not {had}")
    want("nothing to change" in igbtune("driver", NETIF, was).stdout, "the same driver is no change")
    return f"{was}, {other} and back"


def driver_that_does_not_serve():
    """Unknown, or one that does not take the port: everything is as it was."""
    port = Port()
    had = port.state()
    for arguments, code in (((NETIF, "no-such-driver"), 3), ((NETIF, "../igb"), 2), ((NETIF, ""), 2),
                            (("lo", "igb"), 3), (("nothing0", "igb"), 1), ((NETIF,), 2), ((NETIF, "igb", "igbr"), 2)):
        done = igbtune("driver", *arguments, code=code)
        want(done.stderr.count("\n") == 1 and done.stdout == "", f"{arguments}: {done.stderr}")
        want(port.state() == had, f"{arguments}: {port.state()}, not {had}")
    other = other_driver(port)
    hops = " ".join(f"nexthop via 198.51.100.{number} dev {NETIF} onlink" for number in (1, 2))
    for kind, name, words in (("route", "203.0.113.0/24", hops), ("nexthop", "id 7", f"dev {NETIF}")):
        subprocess.run(["ip", kind, "add", *name.split(), *words.split()], check=True)
        done = igbtune("driver", NETIF, other, code=3)
        want("would not come back" in done.stderr and port.bound() != other, f"{kind}: {done.stderr}")
        subprocess.run(["ip", kind, "del", *name.split()], check=True)
    others = [name for name in ("virtio-pci", "pcieport") if os.path.isdir(f"/sys/bus/pci/drivers/{name}")]
    want(others, "there is no other PCI driver to try")
    done = igbtune("driver", NETIF, others[0], code=1)
    want(done.stderr.endswith("everything is as it was\n"), done.stderr)
    want(port.state() == had, f"{others[0]}: {port.state()}, not {had}")
    return others[0]


def driver_killed():
    """Killed in the middle, the next igbtune brings back driver and addresses."""
    port = Port()
    had = port.state()
    other = other_driver(port)
    begin = time.monotonic()
    igbtune("driver", NETIF, other)
    length = time.monotonic() - begin
    igbtune("rollback")
    ends = {"old": 0, "new": 0}
    for number in range(8):
        process = subprocess.Popen(["igbtune", "driver", NETIF, other], stdout=subprocess.DEVNULL)
        time.sleep(length * number / 8)
        process.send_signal(signal.SIGKILL)
        process.wait()
        igbtune("confirm", code=1)
        new = port.bound() == other
        ends["new" if new else "old"] += 1
        if new:
            igbtune("rollback")
        want(port.state() == had, f"kill {number}: {port.state()}, not {had}")
    return f"{ends['old']} old, {ends['new']} new"


CASES = (dry_run, wrong_input, failure_in_the_middle, profile_of_thirty, not_confirmed, confirmed, connection_lost,
         ssh_cut_off, service_ended, killed_before_the_deadline, killed, steering, rules, coalescing_of_a_queue, profiles,
         effects, driver, driver_that_does_not_serve, driver_killed)


def main():
    wanted = sys.argv[1:]
    cases = [case for case in CASES if not wanted or case.__name__ in wanted]
    print("TAP version 13")
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            said = case()
            print(f"ok {number} {case.__name__}" + (f" # {said}" if said else ""), flush=True)
        except Missing as missing:
            print(f"ok {number} {case.__name__} # SKIP {missing}", flush=True)
        except (Wrong, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print("# " + str(error).replace("\n", "\n# "))
            print(f"not ok {number} {case.__name__}", flush=True)
            subprocess.run(["igbtune", "rollback"], check=False, capture_output=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
