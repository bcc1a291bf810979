# SPDX-License-Identifier: GPL-2.0-only
"""Flows follow their readers: accelerated receive flow steering."""

import collections
import contextlib
import itertools
import os
import pathlib
import re
import socket
import time

from flows import Flows, child, connect_often, end, serve_often
from guest import Lacking, expect, run, wait_for
from steering_bench import (
    AT_ONCE, FULL, FULL_LENGTH, PRIORITY, QUEUES, SLOW, WITH_VLAN, add, delete_all, family, frame, ifindex, mac, queues,
    register, send,
)

FLOWS = 8
ENTRIES = 4096
# So many seconds a flow that asked is in view.
VIEW = 30
SHORT_FLOWS = {True: 10000, False: 1000}


def slots_in_use(bench):
    """[(destination port, queue)] of the tuple filters in use, by their registers."""
    found = []
    for slot in range(FLOWS):
        filter_register = register(bench, 0x59e0 + 4 * slot)
        if filter_register & 0x100:
            port = register(bench, 0x5a80 + 4 * slot) & 0xffff
            found.append((port >> 8 | (port & 0xff) << 8, filter_register >> 16 & 15))
    return found


def tuple_slots(bench):
    """{destination port: queue}"""
    return dict(slots_in_use(bench))


def queue_interrupts(bench, count):
    lines = {match[2]: match[1]
             for match in re.finditer(r"^ *(\d+):.* (\S+)$", pathlib.Path("/proc/interrupts").read_text(), re.MULTILINE)}
    return [lines[f"{bench.name}-TxRx-{queue}"] for queue in range(count)]


def queue_cpus(bench, count, which="effective_affinity_list"):
    """The CPU of each queue's interrupt."""
    return [int(pathlib.Path(f"/proc/irq/{number}/{which}").read_text()) for number in queue_interrupts(bench, count)]


def place_interrupts(bench, cpus):
    """Each queue's interrupt on a CPU. It moves when it next signals: RSS, which is to use all queues, sees to that."""
    for number, cpu in zip(queue_interrupts(bench, len(cpus)), cpus):
        pathlib.Path(f"/proc/irq/{number}/smp_affinity_list").write_text(f"{cpu}\n")
    bench.wait_link()

    def there():
        send(bench, frame("tcp4"), AT_ONCE, flows=AT_ONCE)
        return queue_cpus(bench, len(cpus)) == cpus
    wait_for(there, lambda: f"interrupts on {queue_cpus(bench, len(cpus))}, not {cpus}: "
                            + run("grep -h TxRx /proc/interrupts"))


@contextlib.contextmanager
def other_interrupts(bench, count):
    """Each queue's interrupt on the CPU of the one before it."""
    numbers, cpus = queue_interrupts(bench, count), queue_cpus(bench, count)

    def move(places):
        for number, cpu in zip(numbers, places):
            pathlib.Path(f"/proc/irq/{number}/smp_affinity_list").write_text(f"{cpu}\n")
        # An interrupt moves when it next signals, and the stack's map a little later.
        wait_for(lambda: queue_cpus(bench, count) == places, lambda: f"{queue_cpus(bench, count)}, not {places}")
        time.sleep(1)
    move(cpus[-1:] + cpus[:-1])
    try:
        yield
    finally:
        move(cpus)


@contextlib.contextmanager
def flow_steering(bench, places=ENTRIES):
    """What a user sets for it, with as many places in the stack's tables; the number of queues."""
    folder = f"/sys/class/net/{bench.name}/queues"
    count = os.cpu_count()
    if count < QUEUES or len(queues(bench)) < count:
        raise Lacking(f"{count} CPUs and {len(queues(bench))} queues")
    run(f"ethtool -X {bench.name} default; ethtool -L {bench.name} combined {count}; ethtool -K {bench.name} ntuple on")
    place_interrupts(bench, list(range(count)))
    lead_to_first(bench)

    def entries(flows):
        run(f"echo {flows} >/proc/sys/net/core/rps_sock_flow_entries")
        for queue in range(count):
            run(f"echo {flows // count} >{folder}/rx-{queue}/rps_flow_cnt")
    entries(places)
    try:
        yield count
    finally:
        entries(0)
        run(f"ethtool -X {bench.name} default")


def lead_to_first(bench):
    """RSS leads all to the first queue: so it is known which flows need a filter."""
    run(f"ethtool -X {bench.name} equal 1")
    bench.wait_link()


def follow(bench, count, flows, unless=None):
    """Every flow, but those to readers on a CPU, has a filter that leads to its reader's queue; after how many seconds."""
    def right():
        slots, cpus = tuple_slots(bench), queue_cpus(bench, count)
        return all(port in slots and cpus[slots[port]] == cpu for port, cpu in flows.cpus.items() if cpu != unless)
    began = time.monotonic()
    wait_for(right, lambda: f"readers on {flows.cpus}, filters {tuple_slots(bench)}, queues on {queue_cpus(bench, count)}")
    return time.monotonic() - began


def turn(bench, count, flows):
    """Each reader moves, and its flow after it, in how many seconds."""
    for port, cpu in list(flows.cpus.items()):
        flows.pin(port, (cpu + 1) % count)
    return follow(bench, count, flows)


def stir(bench, count, flows):
    """As turn(), from the beginning: flows that RSS leads to their reader need no filter until that moves."""
    follow(bench, count, flows, unless=queue_cpus(bench, count)[0])
    return turn(bench, count, flows)


def elsewhere(bench, count):
    """A CPU for each flow's reader, none of them that to which RSS leads all."""
    first = queue_cpus(bench, count)[0]
    return list(itertools.islice(itertools.cycle(cpu for cpu in range(count) if cpu != first), FLOWS))


def by_readers(bench, count, flows):
    """The share of the readers' frames that came to a queue whose interrupt is on the reader's CPU, and their number."""
    def seen():
        return [sum(one.values()) for one in queues(bench)], flows.received()

    def now():
        # What is still on its way would be in one of the two only.
        last = []

        def at_rest():
            last.append(seen())
            return last[-2:-1] == last[-1:]
        with flows.paused():
            wait_for(at_rest, "all has arrived")
        return last[-1]
    came_before, read_before = now()
    time.sleep(3)
    came_after, read_after = now()
    came, read = collections.Counter(), collections.Counter()
    for cpu, then, later in zip(queue_cpus(bench, count), came_before, came_after):
        came[cpu] += later - then
    for port, cpu in flows.cpus.items():
        read[cpu] += read_after[port] - read_before[port]
    expect(read.total() > 100, f"{read.total()} frames in three seconds")
    return sum(min(came[cpu], frames) for cpu, frames in read.items()) / read.total(), read.total()


def short_flows(bench, flows):
    """Many short flows do not drive the long ones out."""
    count = SHORT_FLOWS[FULL_LENGTH or mac(bench) in FULL]
    listener = socket.create_server(("192.0.2.1", 9000), backlog=128)
    server = child(lambda: serve_often(listener))
    listener.close()
    heard, told = os.pipe()
    client = child(lambda: connect_often("192.0.2.1", 9000, count, told))
    os.close(told)
    samples = held = 0
    before, began = written(bench), time.monotonic()
    while os.waitpid(client, os.WNOHANG) == (0, 0):
        samples += FLOWS
        held += len(set(tuple_slots(bench)) & set(flows.cpus))
        time.sleep(0.2)
    end(server)
    made = int(os.read(heard, 20) or 0)
    os.close(heard)
    rate = (written(bench) - before) / (time.monotonic() - began)
    expect(made >= 0.99 * count, f"{made} of {count} short flows")
    expect(held >= 0.9 * samples, f"{held} of {samples} samples of a slot had a long flow")
    expect(rate < 50, f"{rate:.0f} slots written in a second")
    print(f"# {made} short flows: {held} of {samples} samples of a slot had a long flow, {rate:.1f} slots written "
          "in a second", flush=True)


def counts(bench):
    """What was done with flows."""
    return family().do("arfs-get", {"ifindex": ifindex(bench)})


def written(bench):
    """Slots written for flows."""
    return sum(counts(bench)[name] for name in ("steered", "moved", "expired", "evicted", "yielded", "refused-shared"))


def moved_readers(bench, count):
    """Flows whose readers are elsewhere than RSS leads them, each with its filter."""
    flows = Flows("192.0.2.1", [number % count for number in range(FLOWS)])
    try:
        stir(bench, count, flows)
    except BaseException:
        flows.close()
        raise
    return flows


def rules_before_flows(bench):
    """A rule has the frames that it is about, even where the device would ask a flow's filter first."""
    with flow_steering(bench) as count:
        flows = moved_readers(bench, count)
        try:
            port = min(flows.cpus)
            before = counts(bench)["evicted"]
            add(bench, f"flow-type tcp4 dst-port {port} action 0")
            wait_for(lambda: counts(bench)["evicted"] > before, "the flow's filter is taken")
            before = counts(bench)["refused-rule"]
            for reader in range(count):
                flows.pin(port, reader)
                time.sleep(1)
            ours = [queue for its, queue in slots_in_use(bench) if its == port]
            expect(ours == [0], f"a flow's filter beside the rule: port {port} goes to {ours}")
            wait_for(lambda: counts(bench)["refused-rule"] > before, "a flow under a rule was refused")
            delete_all(bench)
            stir(bench, count, flows)
            if mac(bench) in WITH_VLAN:
                # The device asks for a VLAN tag's priority only behind the tuple filters.
                add(bench, f"flow-type ether vlan {PRIORITY << 13:#x} m 0x1fff action 1")
                expect(not tuple_slots(bench), f"flows before a rule: {tuple_slots(bench)}")
                time.sleep(3)
                expect(not tuple_slots(bench), f"flows before a rule: {tuple_slots(bench)}")
                delete_all(bench)
                stir(bench, count, flows)
        finally:
            flows.close()
            delete_all(bench)


def more_flows_than_filters(bench):
    """All filters are in use, and none for ever while others wait."""
    with flow_steering(bench) as count:
        before = counts(bench)
        flows = Flows("192.0.2.1", [number % count for number in range(2 * FLOWS)])
        try:
            time.sleep(2)
            for port, cpu in list(flows.cpus.items()):
                flows.pin(port, (cpu + 1) % count)
            wait_for(lambda: len(slots_in_use(bench)) == FLOWS and counts(bench)["refused-full"] > before["refused-full"],
                     lambda: f"{slots_in_use(bench)}, {counts(bench)}")
            first = set(tuple_slots(bench))
            wait_for(lambda: counts(bench)["yielded"] > before["yielded"] and set(tuple_slots(bench)) - first,
                     lambda: f"still {sorted(first)}: {counts(bench)}", 180)
            expect(len(slots_in_use(bench)) >= FLOWS - 1, f"{slots_in_use(bench)}")
        finally:
            flows.close()


def shared_ports(bench):
    """Where only the local port can be compared, a flow that has it alone is steered, and others are not."""
    if mac(bench) in FULL:
        raise Lacking(f"{mac(bench)} compares all of a flow")
    with flow_steering(bench) as count:
        flows = moved_readers(bench, count)
        try:
            before = counts(bench)["refused-shared"]
            port = min(flows.cpus)
            flows.share(port, (flows.cpus[port] + 1) % count)
            wait_for(lambda: port not in tuple_slots(bench), lambda: f"two flows, one filter: {tuple_slots(bench)}")
            wait_for(lambda: counts(bench)["refused-shared"] > before, "it is counted")
            expect(len(tuple_slots(bench)) >= FLOWS - 1, f"the others keep theirs: {tuple_slots(bench)}")
            for _ in range(10):
                time.sleep(0.5)
                expect(port not in tuple_slots(bench), "the filter is back while two flows have the port")
        finally:
            flows.close()


def expect_by_readers(bench, count, flows, when):
    share, total = by_readers(bench, count, flows)
    print(f"# {when}: {share:.2%} of {total} frames came to their reader's CPU", flush=True)
    expect(share >= 0.99, f"{when}: {share:.2%} of {total} frames came to their reader's CPU")


def flows_are_told(bench, flows):
    """Filters and flows by netlink; all of a flow even if its filter compares less, and though it has long ceased to ask."""
    ask, port = family(), {"ifindex": ifindex(bench)}
    told = {one["dest-port"] for one in ask.dump("filter-get", port) if one["owner"] == "flow"}
    expect(told == set(flows.cpus), f"{told}")
    time.sleep(VIEW + 1)
    told = {one["dest-port"]: one for one in ask.dump("flow-get", port)}
    expect(told.keys() >= flows.cpus.keys(), f"flows {sorted(told)}, not {sorted(flows.cpus)}")
    expect(all({"source-ip", "dest-ip", "source-port"} <= told[one].keys() for one in flows.cpus), f"{told}")
    print(f"# {ask.do('arfs-get', port)}, flows: {len(told)}", flush=True)


def flows_follow_readers(bench):
    """Busy flows come to the queue of the CPU that reads them, follow it, and give their filters back."""
    with flow_steering(bench) as count:
        flows = Flows("192.0.2.1", elsewhere(bench, count))
        try:
            time.sleep(max(0, flows.began + SLOW - time.monotonic()))
            expect_by_readers(bench, count, flows, "after the first second")
            # From now on some on each CPU.
            for number, port in enumerate(sorted(flows.cpus)):
                flows.pin(port, number % count)
            seconds = stir(bench, count, flows)
            print(f"# {seconds:.1f} s after the readers moved, their flows did", flush=True)
            expect(seconds < 2 * SLOW, f"{seconds:.1f} s on a machine that is {SLOW} times as slow as others")
            expect_by_readers(bench, count, flows, "after the readers moved")
            flows_are_told(bench, flows)
            short_flows(bench, flows)
            with other_interrupts(bench, count):
                turn(bench, count, flows)
            turn(bench, count, flows)
            # A rule takes the slot of a flow.
            add(bench, "flow-type udp4 dst-port 5000 action 1")
            expect(tuple_slots(bench).get(5000) == 1, f"{tuple_slots(bench)}")
            delete_all(bench)
            stir(bench, count, flows)
        finally:
            flows.close()
            delete_all(bench)
        began = time.monotonic()
        wait_for(lambda: not tuple_slots(bench), lambda: f"filters: {tuple_slots(bench)}")
        seconds = time.monotonic() - began
        print(f"# {seconds:.1f} s after the flows ended, the filters were free", flush=True)
        expect(seconds < 10 * SLOW, f"{seconds:.1f} s on a machine that is {SLOW} times as slow as others")


def one_flow_ends(bench):
    """Its filter is free soon, though others go on on its queue, and these keep theirs."""
    # The stack alone would find the flow idle only after ten times as many frames.
    with flow_steering(bench, 8 * ENTRIES) as count:
        flows = moved_readers(bench, count)
        try:
            time.sleep(6)
            before, port = counts(bench)["expired"], min(flows.cpus)
            flows.end(port)
            began = time.monotonic()
            wait_for(lambda: port not in tuple_slots(bench), lambda: f"port {port}: filters {tuple_slots(bench)}")
            seconds = time.monotonic() - began
            print(f"# {seconds:.1f} s after one flow of {FLOWS} ended, its filter was free", flush=True)
            expect(seconds < 10 * SLOW, f"{seconds:.1f} s on a machine that is {SLOW} times as slow as others")
            time.sleep(10)
            lost, expired = set(flows.cpus) - set(tuple_slots(bench)), counts(bench)["expired"] - before
            expect(not lost and expired == 1, f"{expired} filters expired, and {sorted(lost)} have none")
        finally:
            flows.close()


def igbtune_arfs(bench):
    """The whole recipe by one command, which shows in what flows do, and one undo."""
    count = os.cpu_count()
    if count < QUEUES or len(queues(bench)) < count:
        raise Lacking(f"{count} CPUs and {len(queues(bench))} queues")
    name = bench.name
    run(f"ethtool -X {name} default; ethtool -L {name} combined {count}; ethtool -K {name} ntuple off")
    place_interrupts(bench, [0] * count)
    lead_to_first(bench)
    folder = f"/sys/class/net/{name}/queues"

    def state():
        # An interrupt moves when it next signals: here is where it is to be.
        return (run("cat /proc/sys/net/core/rps_sock_flow_entries").strip(), run(f"cat {folder}/rx-*/rps_flow_cnt").split(),
                "ntuple-filters: on" in run(f"ethtool -k {name}"),
                queue_cpus(bench, count, "smp_affinity_list"))

    before = state()
    run(f"igbtune steer {name} --arfs on")
    try:
        entries, tables, feature, cpus = state()
        expect(entries == "32768" and tables == ["4096"] * count and feature and cpus == list(range(count)), f"{state()}")
        flows = moved_readers(bench, count)
        try:
            said = run(f"igbtune steer {name}")
            expect(len(re.findall(r" flow +tuple .*dst-port 70\d\d", said)) == FLOWS, said)
        finally:
            flows.close()
        run("igbtune rollback")
        expect(state() == before, f"after rollback {state()}, not {before}")
        run(f"igbtune steer {name} --arfs on")
        run(f"igbtune steer {name} --arfs off")
        expect(state()[1] == ["0"] * count, f"off: {state()}")
    finally:
        run(f"echo 0 >/proc/sys/net/core/rps_sock_flow_entries; ethtool -K {name} ntuple on; ethtool -X {name} default; "
            f"for file in {folder}/rx-*/rps_flow_cnt; do echo 0 >$file; done")
