// SPDX-License-Identifier: GPL-2.0-only
// From IP to the wire.
#include <algorithm>
#include <utility>

#include "model/drops.hpp"
#include "model/ledger.hpp"
#include "model/ledger_parts.hpp"
#include "model/queue_counters.hpp"

namespace igbtune::model {
namespace {

using Count = std::optional<std::int64_t>;

constexpr std::string_view tx = "tx";

struct Transmit {
    Transmit(const Amounts& from, const Snapshot& of)
        : amounts(from),
          read(from),
          device(of.topology.device),
          dialect(dialect_of(of.topology.device.driver)) {}

    const Amounts& amounts;
    Reading read;
    const Device& device;
    const Dialect& dialect;
    Ledger ledger;
};

LedgerStep& begin(Transmit& work, std::string_view id, std::string_view title, Scope scope) {
    LedgerStep& step = work.ledger.steps.emplace_back();
    step.id = id;
    step.title = title;
    step.scope = scope;
    return step;
}

void add_sockets(Transmit& work) {
    LedgerStep& step = begin(work, "socket", "UDP sockets", Scope::network_namespace);
    work.read.put(step.dropped, "udp-buffer", "the socket's send buffer was full",
                  work.read.all({"udp.SndbufErrors", "udp6.SndbufErrors"}));
    work.read.put(step.out, "udp", "datagrams to IP",
                  work.read.all({"udp.OutDatagrams", "udp6.OutDatagrams"}));
    add_inferred(step.in, "udp", "datagrams sent", step.total_dropped() + step.total_out(),
                 "sum of what is below");
    step.open = "what programs tried to send is not counted";
}

void add_ip(Transmit& work) {
    LedgerStep& ip = begin(work, "ip", "IP", Scope::network_namespace);
    // A packet without a route, or without memory for it, is not among the requests.
    const Count no_route = work.read.all({"ip.OutNoRoutes", "ip6.OutNoRoutes"});
    const std::string no_route_source = work.read.sources();
    const Count discarded = work.read.all({"ip.OutDiscards", "ip6.OutDiscards"});
    const std::string discarded_source = work.read.sources();
    const Count requests = work.read.all({"ip.OutRequests", "ip6.OutRequests"});
    if (requests) {
        add(ip.in, "requests", "packets of this host",
            *requests + no_route.value_or(0) + discarded.value_or(0),
            work.read.sources() + " + " + no_route_source + " + " + discarded_source);
    }
    work.read.put(ip.in, "forwarded", "packets to forward",
                  work.read.all({"ip.ForwDatagrams", "ip6.OutForwDatagrams"}));
    const std::int64_t cut = work.read.all({"ip.FragCreates", "ip6.FragCreates"}).value_or(0) -
                             work.read.all({"ip.FragOKs", "ip6.FragOKs"}).value_or(0);
    const std::string cut_source = work.read.sources();
    if (cut > 0) {
        add(ip.in, "fragments", "more by cutting into fragments", cut, cut_source);
    }
    add(ip.dropped, "no-route", "no route", no_route, no_route_source);
    add(ip.dropped, "discarded", "for lack of memory or by a limit", discarded, discarded_source);
    work.read.put(ip.dropped, "fragmentation", "too large, and must not be cut",
                  work.read.all({"ip.FragFails", "ip6.FragFails"}));
    const Count sent = work.read.all({"ip.OutTransmits", "ip6.OutTransmits"});
    if (sent) {
        work.read.put(ip.out, "transmits", "to devices", sent);
    } else {
        ip.open = "this kernel does not count what IP gives to devices";
    }
}

// True if it counts what it sends: noqueue does not.
Count add_qdisc(Transmit& work) {
    LedgerStep& qdisc = begin(work, "qdisc", "qdisc " + work.device.qdisc, Scope::device);
    const Count sent = work.read.sum("qdisc", "root", "packets");
    const bool counts = sent && work.device.qdisc != "noqueue" && !work.device.qdisc.empty();
    if (!counts) {
        work.ledger.steps.pop_back();
        (void)work.read.sources();
        return std::nullopt;
    }
    work.read.put(qdisc.out, "sent", "to the driver, each segment counted", sent);
    work.read.put(qdisc.dropped, "qdisc", "by the qdisc: its queue was full",
                  work.read.sum("qdisc", "root", "drops"));
    add_inferred(qdisc.in, "offered", "offered", *sent + qdisc.total_dropped(),
                 "sum of what is below");
    qdisc.open =
        "what is offered to a qdisc is not counted; packets are counted as segments here "
        "and whole above";
    return sent;
}

void add_driver(Transmit& work, Count offered) {
    LedgerStep& ring = begin(work, "ring", "driver and transmit queues", Scope::device);
    const Count queue_drops = work.read.sum(queue_group_id, tx, "drops");
    const std::string drop_source = work.read.sources();
    Count packets = work.read.sum(queue_group_id, tx, "packets");
    if (!packets) {
        packets = work.read.first({"stats64.tx_packets"});
    }
    const std::string packet_source = work.read.sources();
    add(ring.dropped, "driver", "by the driver", queue_drops, drop_source);
    const Count device = without(work.amounts.find("stats64.tx_dropped"), queue_drops);
    add(ring.dropped, "device", "by the device layer or the driver", device,
        queue_drops ? "stats64.tx_dropped - " + drop_source : "stats64.tx_dropped");
    add(ring.out, "packets", "frames sent", packets, packet_source);
    if (offered) {
        add(ring.in, "offered", "from the qdisc", offered, "as above");
        // The device layer drops before a qdisc, or behind it: what is more than the qdisc gave has
        // not been in it.
        const std::int64_t more =
            std::min(device.value_or(0), ring.total_out() + ring.total_dropped() - *offered);
        if (more > 0) {
            add_inferred(ring.in, "past-qdisc", "not by way of the qdisc", more,
                         "stats64.tx_dropped");
        }
    } else {
        add_inferred(ring.in, "offered", "offered, as far as counted",
                     ring.total_out() + ring.total_dropped(), "sum of what is below");
        ring.open = "without a qdisc nothing counts what the driver is given";
    }
    const Count on_wire = work.read.first({work.dialect.sent_frames});
    const std::string wire_source = work.read.sources();
    if (!on_wire && work.device.bus.empty()) {
        return;
    }
    LedgerStep& mac = begin(work, "mac", "MAC and wire", Scope::device);
    add(mac.in, "packets", "from the transmit queues", packets, "as above");
    if (!on_wire) {
        mac.open =
            "the driver does not count what leaves: what the device lost after it cannot be told";
    }
    work.read.put(
        mac.dropped, "aborted", "given up after 16 collisions",
        work.read.first({"private.tx_aborted_errors", "eth-mac.FramesAbortedDueToXSColls"}));
    work.read.put(mac.dropped, "window", "late collision",
                  work.read.first({"private.tx_window_errors", "eth-mac.LateCollisions"}));
    work.read.put(mac.dropped, "carrier", "no carrier",
                  work.read.first({"private.tx_carrier_errors", "eth-mac.CarrierSenseErrors"}));
    add(mac.out, "wire", "frames on the wire", on_wire, wire_source);
}

void add_queue_lines(Transmit& work, const Snapshot& snapshot) {
    for (const std::string& queue : work.amounts.instances(queue_group_id, tx)) {
        const auto value = [&](std::string_view counter) {
            return work.amounts.find(amount_name(queue_group_id, queue, counter));
        };
        const CounterGroup* const bytes = snapshot.find("bql", queue);
        const auto level = [&](std::string_view name) {
            const auto found = bytes == nullptr ? std::nullopt : bytes->value(name);
            return found ? std::optional(static_cast<std::int64_t>(*found)) : std::nullopt;
        };
        work.ledger.queues.push_back({.queue = queue,
                                      .packets = value("packets"),
                                      .no_descriptor = std::nullopt,
                                      .driver_drops = value("drops"),
                                      .no_memory = std::nullopt,
                                      .xdp_drops = std::nullopt,
                                      .in_flight = level("inflight"),
                                      .limit = level("limit")});
    }
}

// The kernel stops a queue when its descriptors or BQL's limit are used up: then packets wait.
void add_stops(Transmit& work) {
    LedgerStep* const ring = work.ledger.find("ring");
    if (ring != nullptr) {
        work.read.put(ring->also, "stopped", "times that a queue was full and packets had to wait",
                      work.read.sum(queue_group_id, tx, "stop"));
    }
}

}  // namespace

Ledger transmit_ledger(const Amounts& amounts, const Snapshot& snapshot) {
    Transmit work(amounts, snapshot);
    add_sockets(work);
    add_ip(work);
    const Count offered = add_qdisc(work);
    add_driver(work, offered);
    add_queue_lines(work, snapshot);
    add_stops(work);
    add_firewall(amounts, {drops_of_none}, {work.ledger.find("ip")});
    return std::move(work.ledger);
}

}  // namespace igbtune::model
