// SPDX-License-Identifier: GPL-2.0-only
#include "model/collect.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "model/ledger_parts.hpp"
#include "model/queue_counters.hpp"
#include "source/ethtool_ioctl.hpp"
#include "source/mib.hpp"
#include "source/netdev_netlink.hpp"
#include "source/rtnetlink.hpp"
#include "source/socket_diag.hpp"
#include "source/softnet.hpp"

namespace igbtune::model {

using source::NamedValue;
using source::Sources;

namespace {

CounterGroup group_from(Layer layer, Scope scope, std::string id,
                        std::vector<NamedValue> counters) {
    CounterGroup group;
    group.layer = layer;
    group.scope = scope;
    group.id = std::move(id);
    for (NamedValue& counter : counters) {
        group.counters.push_back(
            {.name = std::move(counter.name), .value = counter.value, .gauge = false});
    }
    return group;
}

void add_if_any(Groups& groups, CounterGroup group) {
    if (!group.counters.empty()) {
        groups.push_back(std::move(group));
    }
}

source::QueueCounts counts_of(const Topology& topology) {
    source::QueueCounts counts;
    for (const Queue& queue : topology.queues) {
        counts.rx += queue.rx ? 1U : 0U;
        counts.tx += queue.tx ? 1U : 0U;
    }
    return counts;
}

std::vector<NamedValue> private_statistics(Sources& sources, const Device& device,
                                           const Names& names, Gaps& gaps) {
    if (!names.driver || names.driver->empty()) {
        return {};
    }
    const auto values = gaps.value_of(
        source::driver_statistic_values(sources.ethtool(), device.name, names.driver->size()),
        "private statistics");
    std::vector<NamedValue> statistics;
    for (std::size_t index = 0; values && index < values->size(); ++index) {
        statistics.push_back({(*names.driver)[index], (*values)[index]});
    }
    return statistics;
}

// Whichever source has counters of queues; a gap only if none has.
DriverCounters read_driver_counters(Sources& sources, const Topology& topology, const Names& names,
                                    Gaps& gaps) {
    auto statistics = source::netdev_queue_statistics(sources.generic(), topology.device.index);
    const std::vector<NamedValue> others =
        private_statistics(sources, topology.device, names, gaps);
    DriverCounters counters = driver_counters(
        others, statistics ? *statistics : std::vector<source::NetdevQueueStatistics>{},
        counts_of(topology));
    if (counters.queues.empty()) {
        gaps.add("counters of the queues",
                 "the driver shows none, neither by qstats nor by ethtool -S");
    }
    return counters;
}

void collect_link(Sources& sources, const Device& device, Groups& groups, Gaps& gaps) {
    const auto link =
        gaps.value_of(source::link_by_index(sources.netlink(), device.index), "stats64");
    if (link) {
        add_if_any(groups, group_from(Layer::mac, Scope::device, "stats64", link->statistics));
        CounterGroup programs = group_from(Layer::driver, Scope::device, "xdp", link->xdp);
        for (Counter& program : programs.counters) {
            program.gauge = true;
        }
        add_if_any(groups, std::move(programs));
    }
}

void collect_standard(Sources& sources, const Device& device, const Names& names, Groups& groups,
                      Gaps& gaps) {
    constexpr std::string_view what = "standard statistics";
    if (names.standard == nullptr) {
        return;  // the reason is known since the names could not be read
    }
    auto standard =
        gaps.value_of(source::standard_statistics(sources.generic(), device.index, *names.standard),
                      std::string(what));
    bool any = false;
    for (source::StatisticsGroup& group :
         standard.value_or(std::vector<source::StatisticsGroup>{})) {
        any = any || !group.counters.empty();
        add_if_any(groups, group_from(Layer::mac, Scope::device, std::move(group.name),
                                      std::move(group.counters)));
    }
    if (standard && !any) {
        gaps.add(std::string(what), "the driver fills none of the groups");
    }
    if (auto pause = source::pause_statistics(sources.generic(), device.index)) {
        add_if_any(groups, group_from(Layer::mac, Scope::device, "pause", std::move(*pause)));
    }
}

void collect_interrupts(const source::Files& files, const Device& device, Groups& groups) {
    const auto now = source::interrupts(files);
    if (!now || device.interrupts.empty()) {
        return;
    }
    CounterGroup group = group_from(Layer::driver, Scope::device, "interrupts", {});
    for (const source::Interrupt& known : device.interrupts) {
        const auto current = std::ranges::find(*now, known.number, &source::Interrupt::number);
        if (current == now->end()) {
            continue;
        }
        const std::string action = current->actions.empty() ? "" : " " + current->actions.front();
        group.counters.push_back({.name = std::to_string(known.number) + action,
                                  .value = current->count,
                                  .gauge = false});
    }
    add_if_any(groups, std::move(group));
}

// The protocols' settings that /proc/net/snmp mixes with the counters.
bool is_setting(std::string_view protocol, std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> settings{{
        {"Ip", "Forwarding"},
        {"Ip", "DefaultTTL"},
        {"Tcp", "RtoAlgorithm"},
        {"Tcp", "RtoMin"},
        {"Tcp", "RtoMax"},
        {"Tcp", "MaxConn"},
    }};
    return std::ranges::find(settings, std::pair(protocol, name)) != settings.end();
}

bool is_gauge(std::string_view protocol, std::string_view name) {
    return protocol == "Tcp" && name == "CurrEstab";
}

struct Protocol {
    std::string_view name;  // in the kernel's files
    std::string_view id;    // in igbtune
    Layer layer;
};

constexpr std::array<Protocol, 6> ipv4_protocols{{
    {.name = "Ip", .id = "ip", .layer = Layer::ip},
    {.name = "IpExt", .id = "ip-ext", .layer = Layer::ip},
    {.name = "Icmp", .id = "icmp", .layer = Layer::ip},
    {.name = "Udp", .id = "udp", .layer = Layer::udp},
    {.name = "Tcp", .id = "tcp", .layer = Layer::tcp},
    {.name = "TcpExt", .id = "tcp-ext", .layer = Layer::tcp},
}};

constexpr std::array<Protocol, 3> ipv6_protocols{{
    {.name = "Ip6", .id = "ip6", .layer = Layer::ip},
    {.name = "Icmp6", .id = "icmp6", .layer = Layer::ip},
    {.name = "Udp6", .id = "udp6", .layer = Layer::udp},
}};

template <typename Protocols>
void add_protocols(const source::Mibs& mibs, const Protocols& protocols, Groups& groups) {
    for (const Protocol& protocol : protocols) {
        const auto mib = mibs.find(std::string(protocol.name));
        if (mib == mibs.end()) {
            continue;
        }
        CounterGroup group =
            group_from(protocol.layer, Scope::network_namespace, std::string(protocol.id), {});
        for (const NamedValue& counter : mib->second) {
            if (!is_setting(protocol.name, counter.name)) {
                group.counters.push_back({.name = counter.name,
                                          .value = counter.value,
                                          .gauge = is_gauge(protocol.name, counter.name)});
            }
        }
        add_if_any(groups, std::move(group));
    }
}

}  // namespace

void collect_queues(Sources& sources, const Topology& topology, const Names& names, Groups& groups,
                    Gaps& gaps) {
    DriverCounters driver = read_driver_counters(sources, topology, names, gaps);
    std::ranges::move(driver.queues, std::back_inserter(groups));
}

void collect_device(Sources& sources, const Topology& topology, const Names& names, Groups& groups,
                    Gaps& gaps) {
    const Device& device = topology.device;
    collect_link(sources, device, groups, gaps);
    collect_standard(sources, device, names, groups, gaps);
    DriverCounters driver = read_driver_counters(sources, topology, names, gaps);
    add_if_any(groups, group_from(Layer::mac, Scope::device, "private", std::move(driver.rest)));
    std::ranges::move(driver.queues, std::back_inserter(groups));
    collect_interrupts(sources.files(), device, groups);
}

void collect_softnet(const source::Files& files, Groups& groups, Gaps& gaps) {
    const auto cpus = gaps.value_of(source::softnet(files), "softnet");
    const auto softirqs = gaps.value_of(source::network_softirqs(files), "softirqs");
    for (const source::Softnet& cpu : cpus.value_or(std::vector<source::Softnet>{})) {
        CounterGroup group;
        group.layer = Layer::softnet;
        group.scope = Scope::machine;
        group.id = "softnet";
        group.instance = std::to_string(cpu.cpu);
        group.bits = 32;
        const auto add = [&](const char* name, std::uint64_t value, bool gauge) {
            group.counters.push_back({.name = name, .value = value, .gauge = gauge});
        };
        add("processed", cpu.processed, false);
        add("dropped", cpu.dropped, false);
        add("time_squeeze", cpu.time_squeeze, false);
        add("received_rps", cpu.received_rps, false);
        add("flow_limit", cpu.flow_limit, false);
        if (cpu.backlog_length) {
            add("backlog_length", *cpu.backlog_length, true);
        }
        if (softirqs && softirqs->contains(cpu.cpu)) {
            add("net_rx_softirqs", softirqs->at(cpu.cpu).receive, false);
            add("net_tx_softirqs", softirqs->at(cpu.cpu).transmit, false);
        }
        groups.push_back(std::move(group));
    }
}

void collect_protocols(const source::Files& files, Groups& groups, Gaps& gaps) {
    const auto ipv4 = gaps.value_of(source::ipv4_mibs(files), "IPv4, UDP and TCP");
    const auto ipv6 = gaps.value_of(source::ipv6_mibs(files), "IPv6");
    if (ipv4) {
        add_protocols(*ipv4, ipv4_protocols, groups);
    }
    if (ipv6) {
        add_protocols(*ipv6, ipv6_protocols, groups);
    }
    std::ranges::stable_sort(groups, {}, &CounterGroup::layer);
}

Sockets collect_sockets(Sources& sources, Gaps& gaps) {
    Sockets sockets;
    const auto take = [&](std::vector<source::Socket>& all) {
        for (source::Socket& socket : all) {
            sockets.waiting_bytes += socket.rx_queue;
            if (socket.drops > 0) {
                sockets.dropping.push_back(std::move(socket));
            }
        }
    };
    for (const std::string_view protocol : source::socket_protocols) {
        auto all = source::sockets(sources.files(), protocol);
        if (!all) {
            gaps.add("sockets", all.error());
            continue;
        }
        take(*all);
    }
    if (auto listeners =
            gaps.value_of(source::tcp_listeners(sources.netlink()), "listening TCP sockets")) {
        take(*listeners);
    }
    std::ranges::stable_sort(sockets.dropping, std::ranges::greater{}, &source::Socket::drops);
    return sockets;
}

namespace {

void collect_other_links(Sources& sources, const Device& device, Groups& groups, Gaps& gaps) {
    const auto links = gaps.value_of(source::links(sources.netlink()), "other devices");
    for (const source::Link& link : links.value_or(std::vector<source::Link>{})) {
        if (link.index == device.index || shares_packets(link.kind)) {
            continue;
        }
        const auto value = [&](std::string_view name) {
            const auto found = std::ranges::find(link.statistics, name, &NamedValue::name);
            return found == link.statistics.end() ? 0 : found->value;
        };
        const std::uint64_t packets = value("rx_packets");
        const std::uint64_t dropped = value("rx_dropped");
        const bool late = counts_after_backlog(link.kind, link.loopback);
        CounterGroup group = group_from(Layer::softnet, Scope::network_namespace, "link", {});
        group.instance = link.name;
        group.counters = {
            {.name = "rx_to_stack", .value = packets + (late ? dropped : 0), .gauge = false},
            {.name = "rx_dropped", .value = dropped, .gauge = false},
            {.name = "rx_nohandler", .value = value("rx_nohandler"), .gauge = false},
            {.name = "rx_otherhost_dropped",
             .value = value("rx_otherhost_dropped"),
             .gauge = false}};
        groups.push_back(std::move(group));
    }
}

}  // namespace

void collect_surroundings(Sources& sources, const Device& device, Groups& groups, Gaps& gaps) {
    collect_other_links(sources, device, groups, gaps);
    std::ranges::stable_sort(groups, {}, &CounterGroup::layer);
}

}  // namespace igbtune::model
