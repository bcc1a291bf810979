// SPDX-License-Identifier: GPL-2.0-only
// From the wire to the socket.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "model/drops.hpp"
#include "model/ledger.hpp"
#include "model/ledger_parts.hpp"
#include "model/queue_counters.hpp"

namespace igbtune::model {
namespace {

using Count = std::optional<std::int64_t>;

constexpr std::string_view rx = "rx";

struct Receive {
    Receive(const Amounts& from, const Snapshot& of)
        : amounts(from),
          read(from),
          device(of.topology.device),
          programs(of.find("xdp", "")),
          dialect(dialect_of(of.topology.device.driver)) {}

    const Amounts& amounts;
    Reading read;
    const Device& device;
    const CounterGroup* programs;  // of XDP; nullptr where there is none
    const Dialect& dialect;
    Ledger ledger;

    [[nodiscard]] bool has_program(std::string_view place) const {
        return programs != nullptr && programs->value(place).has_value();
    }

    std::int64_t fetched{};    // frames that the driver took from the queues undamaged
    std::int64_t frames{};     // of those, what it gave to the stack
    std::int64_t delivered{};  // IP's, to the protocols above
};

Count queue_sum(Receive& work, std::string_view counter) {
    return work.read.sum(queue_group_id, rx, counter);
}

LedgerStep& begin(Receive& work, std::string_view id, std::string_view title, Scope scope) {
    LedgerStep& step = work.ledger.steps.emplace_back();
    step.id = id;
    step.title = title;
    step.scope = scope;
    return step;
}

void drop(Receive& work, LedgerStep& step, std::string_view id, std::string_view title,
          Count count) {
    work.read.put(step.dropped, id, title, count);
}

// What the device lost between the wire and a queue, without what the driver dropped later.
struct Losses {
    Count missed;
    Count no_descriptor;
    Count driver_drops;
};

void add_damaged_frames(Receive& work, LedgerStep& mac) {
    drop(work, mac, "crc", "wrong CRC",
         work.read.first({"private.rx_crc_errors", "eth-mac.FrameCheckSequenceErrors",
                          "stats64.rx_crc_errors"}));
    drop(work, mac, "alignment", "broken last byte",
         work.read.first(
             {"private.rx_align_errors", "eth-mac.AlignmentErrors", "stats64.rx_frame_errors"}));
    Count length = work.read.all({"private.rx_short_length_errors", "private.rx_fragments"});
    if (!length) {
        length = work.read.all({"rmon.etherStatsUndersizePkts", "rmon.etherStatsFragments"});
    }
    drop(work, mac, "short", "too short", length);
    Count longer = work.read.all({"private.rx_long_length_errors", "private.rx_jabbers"});
    if (!longer) {
        longer = work.read.all({"rmon.etherStatsOversizePkts", "rmon.etherStatsJabbers"});
    }
    drop(work, mac, "oversize", "too long", longer);
    if (!length && !longer) {
        drop(work, mac, "length", "wrong length", work.read.first({"stats64.rx_length_errors"}));
    }
}

// The frames that the MAC passed to the packet buffer, if the device counts them. Whether those
// that the buffer had no room for are among them differs between devices: they are if that fits
// better to what the queues got.
Count frames_for_the_queues(const Receive& work, Count good, const Losses& losses) {
    if (!good) {
        return std::nullopt;
    }
    const std::int64_t missed = losses.missed.value_or(0);
    const std::int64_t gone =
        work.fetched + losses.driver_drops.value_or(0) + losses.no_descriptor.value_or(0);
    const std::int64_t more = *good - gone;
    return std::abs(more - missed) <= std::abs(more) ? *good - missed : *good;
}

Count add_mac(Receive& work, const Losses& losses) {
    LedgerStep& mac = begin(work, "mac", "wire and MAC", Scope::device);
    add_damaged_frames(work, mac);
    add(mac.dropped, "missed", "no room in the packet buffer", losses.missed,
        work.amounts.find("private.rx_missed_errors") ? "private.rx_missed_errors"
                                                      : "stats64.rx_missed_errors");
    const Count pause =
        work.read.all({"private.rx_flow_control_xon", "private.rx_flow_control_xoff"});
    work.read.put(mac.taken, "pause", "pause frames, for the MAC itself", pause);

    const Count good = work.read.first({work.dialect.good_frames});
    const std::string good_source = work.read.sources();
    const Count passed = frames_for_the_queues(work, good, losses);
    if (!passed) {
        work.ledger.steps.pop_back();
        return std::nullopt;
    }
    add(mac.out, "good", "to the receive queues", passed, good_source);
    const Count wire = work.read.first({"private.rx_frames_total"});
    if (!wire) {
        add_inferred(mac.in, "wire", "frames on the wire, as far as counted",
                     *passed + mac.total_dropped() + mac.total_taken(), "sum of what is below");
        mac.open =
            "the device does not count all frames on the wire: those that its filters "
            "refused cannot be told";
        return passed;
    }
    work.read.put(mac.in, "wire", "frames on the wire", wire);
    const std::int64_t rest = *wire - mac.total_dropped() - mac.total_taken() - *passed;
    add_inferred(mac.dropped, "filtered", "for others: refused by the address and VLAN filters",
                 std::max<std::int64_t>(0, rest), "what is left of the frames on the wire");
    return passed;
}

void add_queue_lines(Receive& work) {
    for (const std::string& queue : work.amounts.instances(queue_group_id, rx)) {
        const auto value = [&](std::string_view counter) {
            return counter.empty() ? std::nullopt
                                   : work.amounts.find(amount_name(queue_group_id, queue, counter));
        };
        const auto either = [&](std::string_view counter, std::string_view other) {
            const Count found = value(counter);
            return found ? found : value(other);
        };
        work.ledger.queues.push_back({.queue = queue,
                                      .packets = value("packets"),
                                      .no_descriptor = value(work.dialect.no_descriptor),
                                      .driver_drops = value(work.dialect.driver_drops),
                                      .no_memory = either("alloc_failed", "alloc_fail"),
                                      .xdp_drops = either("xdp_drop", "xdp_drops"),
                                      .in_flight = std::nullopt,
                                      .limit = std::nullopt});
    }
    // Queue 10 comes after queue 9.
    std::ranges::stable_sort(work.ledger.queues, [](const QueueLine& left, const QueueLine& right) {
        return std::pair(left.queue.size(), left.queue) <
               std::pair(right.queue.size(), right.queue);
    });
}

// The sum over all queues of the counters, as different drivers call them.
Count queue_sums(Receive& work, std::initializer_list<std::string_view> counters) {
    Count total;
    for (const std::string_view counter : counters) {
        if (const Count sum = queue_sum(work, counter)) {
            total = total.value_or(0) + *sum;
        }
    }
    return total;
}

// Only of drivers whose queues count a frame whatever a program makes of it.
void add_xdp(Receive& work) {
    LedgerStep step;
    step.id = "xdp";
    step.title = "XDP";
    step.scope = Scope::device;
    add(step.in, "packets", "frames from the driver", work.fetched, "as above");
    drop(work, step, "xdp", "by the program", queue_sums(work, {"xdp_drop", "xdp_drops"}));
    drop(work, step, "xdp-aborted", "by an error of the program", queue_sum(work, "xdp_aborted"));
    drop(work, step, "xdp-failed", "could not be sent back or redirected",
         queue_sum(work, "xdp_failed"));
    work.read.put(step.taken, "xdp-tx", "sent back", queue_sum(work, "xdp_tx"));
    work.read.put(step.taken, "xdp-redirect", "redirected",
                  queue_sums(work, {"xdp_redirect", "xdp_redirects"}));
    if (step.dropped.empty() && step.taken.empty()) {
        if (work.has_program("native")) {
            step.open = "the driver does not count what the XDP program drops or sends elsewhere";
            work.ledger.steps.push_back(std::move(step));
        }
        return;
    }
    work.frames -= step.total_dropped() + step.total_taken();
    add(step.out, "packets", "frames to the stack", work.frames, "what is left");
    work.ledger.steps.push_back(std::move(step));
}

// What the driver dropped; where it tells damaged frames from those that memory was short for,
// these are two.
void add_driver_drops(Receive& work, LedgerStep& ring, Count drops, const std::string& source) {
    const Count bad = queue_sum(work, work.dialect.bad_descriptors);
    const Count errors = queue_sum(work, work.dialect.errors);
    const std::string damaged_source = work.read.sources();
    if (!drops || !bad || !errors) {
        add(ring.dropped, "driver", "by the driver: no memory, damaged", drops, source);
        return;
    }
    const std::int64_t damaged = std::min(*drops, *bad + *errors);
    add(ring.dropped, "driver", "by the driver: no memory", *drops - damaged,
        source + " without " + damaged_source);
    add(ring.dropped, "damaged", "by the driver: damaged", damaged, damaged_source);
}

void add_device(Receive& work) {
    Count packets = queue_sum(work, "packets");
    if (!packets || work.dialect.packets_contain_drops) {
        (void)work.read.sources();
        packets = work.read.first({"stats64.rx_packets"});
    }
    const std::string packet_source = work.read.sources();
    Losses losses;
    losses.no_descriptor = queue_sum(work, work.dialect.no_descriptor);
    const std::string descriptor_source = work.read.sources();
    losses.driver_drops = queue_sum(work, work.dialect.driver_drops);
    const std::string drop_source = work.read.sources();
    losses.missed = work.read.first({"private.rx_missed_errors", "stats64.rx_missed_errors"});
    (void)work.read.sources();
    work.fetched = packets.value_or(0);
    if (work.dialect.packets_contain_drops) {
        work.fetched -= losses.driver_drops.value_or(0);
    }
    work.frames = work.fetched;

    const Count passed = add_mac(work, losses);
    LedgerStep& ring = begin(work, "ring", "receive queues and driver", Scope::device);
    add(ring.dropped, "no-descriptor", "no free descriptor", losses.no_descriptor,
        descriptor_source);
    add_driver_drops(work, ring, losses.driver_drops, drop_source);
    add(ring.out, "packets", "frames from the driver", work.fetched, packet_source);
    if (passed) {
        add(ring.in, "good", "from the MAC", passed, "as above");
    } else {
        add(ring.dropped, "missed", "no room in the device", losses.missed,
            "stats64.rx_missed_errors");
        add_inferred(ring.in, "arrived", "arrived, as far as counted",
                     work.fetched + ring.total_dropped(), "sum of what is below");
        ring.open = work.device.bus.empty()
                        ? "a virtual device counts only what it passes on"
                        : "the driver does not count what arrives: what the device lost before "
                          "it cannot be told";
    }
    add_queue_lines(work);
    add_xdp(work);
}

struct IpCounts {
    Count received;
    Count frames;  // each segment of a merged packet counted: by ECN bits
    std::string received_source;
};

IpCounts ip_counts(Receive& work) {
    IpCounts counts;
    counts.received = work.read.all({"ip.InReceives", "ip6.InReceives"});
    counts.received_source = work.read.sources();
    counts.frames = work.read.all({"ip-ext.InNoECTPkts", "ip-ext.InECT1Pkts", "ip-ext.InECT0Pkts",
                                   "ip-ext.InCEPkts", "ip6.InNoECTPkts", "ip6.InECT1Pkts",
                                   "ip6.InECT0Pkts", "ip6.InCEPkts"});
    (void)work.read.sources();
    return counts;
}

// A loss that devices count, at a step that the packets of all of them come to: each on its own,
// because a device can go, and a sum must not fall.
void add_device_losses(Receive& work, LedgerStep& step, const std::string& id,
                       const std::string& title, std::string_view counter) {
    work.read.put(step.dropped, id, title, work.read.first({amount_name("stats64", "", counter)}));
    for (const std::string& link : work.amounts.instances("link", "")) {
        const std::string name = amount_name("link", link, counter);
        const std::int64_t count = work.amounts.find(name).value_or(0);
        if (count != 0) {
            add(step.dropped, id + ":" + link, title + ", at " + link, count, name);
        }
    }
}

void add_core_drops(Receive& work, LedgerStep& core) {
    // rx_dropped holds what the driver dropped, what the backlog had no room for and what no
    // protocol wanted; softnet's dropped holds what the flow limit refused.
    const Count queue_drops = work.dialect.rx_dropped_contains_drops
                                  ? queue_sum(work, work.dialect.driver_drops)
                                  : std::nullopt;
    (void)work.read.sources();
    const Count own = without(work.amounts.find("stats64.rx_dropped"), queue_drops);
    const std::int64_t core_drops =
        own.value_or(0) + work.amounts.sum("link", "", "rx_dropped").value_or(0);
    const std::int64_t refused = work.amounts.sum("softnet", "", "dropped").value_or(0);
    const std::int64_t held_back = work.amounts.sum("softnet", "", "flow_limit").value_or(0);
    const std::int64_t backlog = std::min(core_drops, refused);
    const std::int64_t flow_limit = std::min(backlog, held_back);
    // What a device that went away counted is missing in the sum of all: where that is the limit,
    // the number can fall.
    add(core.dropped, "backlog", "a CPU's backlog was full", backlog - flow_limit,
        "softnet[*].dropped - softnet[*].flow_limit");
    core.dropped.back().inferred = backlog < refused;
    add(core.dropped, "flow-limit", "the flow limit held back a heavy flow", flow_limit,
        "softnet[*].flow_limit");
    core.dropped.back().inferred = flow_limit < held_back;
    const bool both = work.amounts.sum("qdisc", "ingress clsact", "drops").has_value();
    add(core.dropped, "tc", both ? "by a tc filter (clsact: both directions)" : "by a tc filter",
        work.amounts.sum("qdisc", "ingress", "drops"), "qdisc[ingress *].drops");
    add_device_losses(work, core, "other-host", "for another host: the device is promiscuous",
                      "rx_otherhost_dropped");
    add_inferred(core.dropped, "no-protocol", "no protocol of this machine took it",
                 core_drops - backlog,
                 "stats64.rx_dropped, without drops of the driver and the backlog");
    add_device_losses(work, core, "nohandler", "arrived on an inactive member of a bond or team",
                      "rx_nohandler");
    add(core.also, "processed", "packets that the CPUs took, of all devices",
        work.amounts.sum("softnet", "", "processed"), "softnet[*].processed");
    add(core.also, "handed-over", "interrupts between CPUs, to hand packets over",
        work.amounts.sum("softnet", "", "received_rps"), "softnet[*].received_rps");
    add(core.also, "squeezed", "polls that stopped with work left",
        work.amounts.sum("softnet", "", "time_squeeze"), "softnet[*].time_squeeze");
}

void add_gro_and_core(Receive& work) {
    const std::size_t gro = work.ledger.steps.size();
    begin(work, "gro", "GRO", Scope::device);
    LedgerStep& core =
        begin(work, "stack", "RPS, backlog and device layer", Scope::network_namespace);
    const IpCounts ip = ip_counts(work);
    add_core_drops(work, core);
    std::int64_t others = 0;
    for (const std::string& link : work.amounts.instances("link", "")) {
        const std::string counter = amount_name("link", link, "rx_to_stack");
        const std::int64_t count = work.amounts.find(counter).value_or(0);
        others += count;
        if (count != 0) {
            add(core.in, "other:" + link, "from " + link, count, counter);
        }
    }
    const std::int64_t own =
        work.frames + (counts_after_backlog(work.device.driver, work.device.loopback)
                           ? work.amounts.find("stats64.rx_dropped").value_or(0)
                           : 0);

    // Without a count of the driver's: what IP saw as segments of larger packets, as far as packets
    // are missing there.
    Count merged = queue_sum(work, "gro_merged");
    const std::string merged_source = work.read.sources();
    const bool counted = merged.has_value();
    if (!counted) {
        const std::int64_t possible =
            std::max<std::int64_t>(0, ip.frames.value_or(0) - ip.received.value_or(0));
        const std::int64_t missing = own + others - core.total_dropped() - ip.received.value_or(0);
        merged = std::clamp<std::int64_t>(missing, 0, std::min(possible, work.frames));
    }

    LedgerStep& step = work.ledger.steps[gro];
    add(step.in, "packets", "frames from the driver", own, "as above");
    if (counted) {
        add(step.taken, "merged", "merged into larger packets", merged, merged_source);
    } else {
        add_inferred(step.taken, "merged", "merged into larger packets", *merged,
                     "what IP's ECN counters see as segments of larger packets");
    }
    const Count consumed = queue_sum(work, "gro_consumed");
    work.read.put(step.taken, "consumed", "consumed by GRO itself", consumed);
    const std::int64_t left = own - *merged - consumed.value_or(0);
    add(step.out, "packets", "packets to the stack", left, "what is left");
    core.in.insert(core.in.begin(), {.id = "own",
                                     .title = "from " + work.device.name,
                                     .count = left,
                                     .counters = "as above",
                                     .inferred = false});
    add(core.out, "ip", "to IP", ip.received, ip.received_source);
    const LedgerStep* const xdp = work.ledger.find("xdp");
    if (!ip.received) {
        core.open = "the counters of IP are not to be had";
    } else if (shares_packets(work.device.driver)) {
        core.open = "what lies below " + work.device.name + " counted the same packets";
    } else if (work.has_program("generic")) {
        core.open = "an XDP program runs in front of the stack, and nobody counts what it drops";
    } else if (xdp != nullptr && !xdp->open.empty()) {
        core.open = "what the XDP program left is not counted";
    }
}

void add_ip(Receive& work) {
    LedgerStep& ip = begin(work, "ip", "IP", Scope::network_namespace);
    const Count received = work.read.all({"ip.InReceives", "ip6.InReceives"});
    work.read.put(ip.in, "received", "packets", received);
    const Count checksum = work.read.first({"ip-ext.InCsumErrors"});
    drop(work, ip, "checksum", "wrong header checksum", checksum);
    Count header = without(work.read.first({"ip.InHdrErrors"}), checksum);
    if (const Count header6 = work.read.first({"ip6.InHdrErrors"})) {
        header = header.value_or(0) + *header6;
    }
    drop(work, ip, "header", "bad header, or the TTL was used up", header);
    drop(work, ip, "truncated", "shorter than its header says",
         work.read.all({"ip-ext.InTruncatedPkts", "ip6.InTruncatedPkts"}));
    drop(work, ip, "no-route", "no route", work.read.all({"ip-ext.InNoRoutes", "ip6.InNoRoutes"}));
    drop(work, ip, "address", "not an address of this host, and it does not forward",
         work.read.all({"ip.InAddrErrors", "ip6.InAddrErrors"}));
    drop(work, ip, "reverse-path", "the source is not behind this device (rp_filter)",
         work.read.first({"tcp-ext.IPReversePathFilter"}));
    drop(work, ip, "protocol", "no such protocol above IP",
         work.read.all({"ip.InUnknownProtos", "ip6.InUnknownProtos"}));
    drop(work, ip, "discarded", "for lack of memory",
         work.read.all({"ip.InDiscards", "ip6.InDiscards"}));
    const Count failed = work.read.all({"ip.ReasmFails", "ip6.ReasmFails"});
    drop(work, ip, "reassembly", "fragments that were never put together", failed);
    const std::int64_t fragments = work.read.all({"ip.ReasmReqds", "ip6.ReasmReqds"}).value_or(0) -
                                   work.read.all({"ip.ReasmOKs", "ip6.ReasmOKs"}).value_or(0) -
                                   failed.value_or(0);
    const std::string fragment_source = work.read.sources();
    if (fragments > 0) {
        add(ip.taken, "fragments", "fragments put together, or waiting for the rest", fragments,
            fragment_source);
    }
    const Count forwarded = work.read.all({"ip.ForwDatagrams", "ip6.OutForwDatagrams"});
    work.read.put(ip.taken, "forwarded", "forwarded to others", forwarded);
    const Count delivered = work.read.all({"ip.InDelivers", "ip6.InDelivers"});
    work.delivered = delivered.value_or(0);
    work.read.put(ip.out, "delivered", "to the protocols above", delivered);
    if (!received || !delivered) {
        ip.open = "the counters of IP are not to be had";
    }
}

void add_udp(Receive& work, LedgerStep& step) {
    drop(work, step, "udp-no-port", "UDP: no socket at the port",
         work.read.all({"udp.NoPorts", "udp6.NoPorts"}));
    drop(work, step, "udp-ignored", "UDP: broadcast or multicast that no socket wanted",
         work.read.all({"udp.IgnoredMulti", "udp6.IgnoredMulti"}));
    // InErrors holds all the others.
    const Count checksum = work.read.all({"udp.InCsumErrors", "udp6.InCsumErrors"});
    drop(work, step, "udp-checksum", "UDP: wrong checksum", checksum);
    const Count full = work.read.all({"udp.RcvbufErrors", "udp6.RcvbufErrors"});
    drop(work, step, "udp-buffer", "UDP: the socket's buffer was full", full);
    const Count memory = work.read.all({"udp.MemErrors", "udp6.MemErrors"});
    drop(work, step, "udp-memory", "UDP: all of UDP's memory was used", memory);
    const std::int64_t named = checksum.value_or(0) + full.value_or(0) + memory.value_or(0);
    drop(work, step, "udp-other", "UDP: damaged otherwise, or refused by a filter or IPsec",
         without(work.read.all({"udp.InErrors", "udp6.InErrors"}), named));
    work.read.put(step.out, "udp", "UDP datagrams that were read",
                  work.read.all({"udp.InDatagrams", "udp6.InDatagrams"}));
}

void add_tcp(Receive& work, LedgerStep& step) {
    const std::size_t first = step.dropped.size();
    const Count checksum = work.read.first({"tcp.InCsumErrors"});
    drop(work, step, "tcp-checksum", "TCP: wrong checksum", checksum);
    drop(work, step, "tcp-header", "TCP: bad header",
         without(work.read.first({"tcp.InErrs"}), checksum));
    const Count overflow = work.read.first({"tcp-ext.ListenOverflows"});
    drop(work, step, "tcp-listen-overflow", "TCP: the queue of accept() was full", overflow);
    const Count queue_full = work.read.first({"tcp-ext.TCPReqQFullDrop"});
    drop(work, step, "tcp-request-queue", "TCP: the queue of half-open connections was full",
         queue_full);
    // Only of listening sockets, and without those two.
    drop(work, step, "tcp-listen", "TCP: a listening socket could not take it otherwise",
         without(work.read.first({"tcp-ext.ListenDrops"}),
                 overflow.value_or(0) + queue_full.value_or(0)));
    drop(work, step, "tcp-backlog", "TCP: a busy socket's backlog was full",
         work.read.first({"tcp-ext.TCPBacklogDrop"}));
    drop(work, step, "tcp-buffer", "TCP: the socket's buffer was full",
         work.read.all({"tcp-ext.TCPRcvQDrop", "tcp-ext.TCPZeroWindowDrop", "tcp-ext.TCPOFODrop"}));
    drop(work, step, "tcp-filter", "TCP: refused by memory reserve or minimal TTL",
         work.read.all({"tcp-ext.PFMemallocDrop", "tcp-ext.TCPMinTTLDrop"}));
    work.read.put(step.also, "tcp-pruned", "times that a TCP socket's queues were cleared for room",
                  work.read.all({"tcp-ext.RcvPruned", "tcp-ext.OfoPruned"}));
    std::int64_t lost = 0;
    for (std::size_t index = first; index < step.dropped.size(); ++index) {
        lost += step.dropped[index].count;
    }
    const Count segments = work.read.first({"tcp.InSegs"});
    if (segments) {
        add(step.out, "tcp", "TCP segments to sockets, or answered by a reset", *segments - lost,
            "tcp.InSegs without the drops above");
    }
    (void)work.read.sources();
}

// Datagrams that lie in sockets are counted nowhere; that they are there is seen by their bytes.
void add_waiting(LedgerStep& step, const Snapshot& snapshot) {
    // An sk_buff and its data are never smaller than this.
    constexpr std::uint64_t least_bytes = 512;
    const auto rest = step.unaccounted();
    if (snapshot.waiting_bytes == 0 || !rest || *rest <= 0) {
        return;
    }
    const auto most = static_cast<std::int64_t>(snapshot.waiting_bytes / least_bytes);
    add_inferred(step.taken, "waiting", "lie in sockets that were not read yet",
                 std::min(*rest, most), "what is left, as far as sockets hold bytes");
}

void add_transport(Receive& work, const Snapshot& snapshot) {
    LedgerStep& step = begin(work, "transport", "UDP, TCP, ICMP", Scope::network_namespace);
    add(step.in, "delivered", "from IP", work.delivered, "as above");
    add_udp(work, step);
    add_tcp(work, step);
    const Count errors = work.read.all({"icmp.InErrors", "icmp6.InErrors"});
    drop(work, step, "icmp", "ICMP: damaged", errors);
    if (const Count messages = work.read.all({"icmp.InMsgs", "icmp6.InMsgs"})) {
        work.read.put(step.out, "icmp", "ICMP messages", *messages - errors.value_or(0));
    }
    if (!work.ledger.find("ip")->open.empty()) {
        step.open = "the counters of IP are not to be had";
    }
    add_waiting(step, snapshot);
}

}  // namespace

Ledger receive_ledger(const Amounts& amounts, const Snapshot& snapshot) {
    Receive work(amounts, snapshot);
    add_device(work);
    add_gro_and_core(work);
    add_ip(work);
    add_transport(work, snapshot);
    // The device layer comes last: what it misses may as well be ARP.
    add_firewall(amounts, {drops_of_device, drops_of_others},
                 {work.ledger.find("ip"), work.ledger.find("stack")});
    return std::move(work.ledger);
}

}  // namespace igbtune::model
