// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <string_view>

#include "model/collect.hpp"
#include "model/queue_counters.hpp"
#include "source/netdev_netlink.hpp"
#include "source/qdisc.hpp"
#include "source/sockstat.hpp"
#include "source/sysfs_device.hpp"

namespace igbtune::model {

using source::Direction;
using source::Sources;

namespace {

Counter level(std::string name, std::uint64_t value) {
    return {.name = std::move(name), .value = value, .gauge = true};
}

Counter count(std::string name, std::uint64_t value) {
    return {.name = std::move(name), .value = value, .gauge = false};
}

CounterGroup group_of(Layer layer, Scope scope, std::string id, std::string instance) {
    CounterGroup group;
    group.layer = layer;
    group.scope = scope;
    group.id = std::move(id);
    group.instance = std::move(instance);
    return group;
}

// The queue that a pool feeds is known by its NAPI instance.
std::string pool_instance(const Topology& topology, const source::PagePool& pool) {
    for (const Queue& queue : topology.queues) {
        if (queue.rx && pool.napi && queue.rx->napi == pool.napi && !pool.detached) {
            return queue_instance(Direction::rx, queue.id);
        }
    }
    return (pool.detached ? "detached " : "pool ") + std::to_string(pool.id);
}

void collect_page_pools(Sources& sources, const Topology& topology, Groups& groups) {
    auto pools = source::page_pools(sources.generic(), topology.device.index);
    if (!pools) {
        return;
    }
    // The kernel tells the newest first; the queues' come in their order.
    std::ranges::sort(*pools, {}, &source::PagePool::id);
    for (const source::PagePool& pool : *pools) {
        std::string instance = pool_instance(topology, pool);
        // One queue can have several.
        const bool taken = std::ranges::any_of(groups, [&](const CounterGroup& group) {
            return group.id == "page-pool" && group.instance == instance;
        });
        CounterGroup group =
            group_of(Layer::driver, Scope::device, "page-pool",
                     taken ? "pool " + std::to_string(pool.id) : std::move(instance));
        group.counters = {level("inflight", pool.pages), level("inflight_bytes", pool.bytes)};
        for (const source::NamedValue& counter : pool.counters) {
            group.counters.push_back(count(counter.name, counter.value));
        }
        groups.push_back(std::move(group));
    }
}

void collect_byte_queues(Sources& sources, const Topology& topology, Groups& groups) {
    const Device& device = topology.device;
    // sysfs may be of another network namespace.
    const auto index = source::sysfs_device_index(sources.files(), device.name);
    if (!index || *index != device.index) {
        return;
    }
    for (const Queue& queue : topology.queues) {
        const auto bytes =
            queue.tx ? source::byte_queue(sources.files(), device.name, queue.id) : util::Error{};
        // Without a limit nothing is counted there: the driver does not take part.
        if (!bytes || bytes->limit == 0) {
            continue;
        }
        CounterGroup group =
            group_of(Layer::driver, Scope::device, "bql", queue_instance(Direction::tx, queue.id));
        group.counters = {level("limit", bytes->limit), level("inflight", bytes->inflight)};
        if (bytes->stalls) {
            group.counters.push_back(count("stall_cnt", *bytes->stalls));
        }
        groups.push_back(std::move(group));
    }
}

void collect_qdiscs(Sources& sources, const Device& device, Groups& groups, Gaps& gaps) {
    const auto qdiscs = gaps.value_of(source::qdiscs(sources.netlink(), device.index), "qdiscs");
    for (const source::Qdisc& qdisc : qdiscs.value_or(std::vector<source::Qdisc>{})) {
        // The root's numbers hold those of the qdiscs below it.
        if (!qdisc.is_root() && !qdisc.is_ingress()) {
            continue;
        }
        CounterGroup group = group_of(Layer::softnet, Scope::device, "qdisc",
                                      (qdisc.is_root() ? "root " : "ingress ") + qdisc.kind);
        group.bits = 32;
        group.counters = {count("packets", qdisc.packets), count("drops", qdisc.drops),
                          count("requeues", qdisc.requeues), count("overlimits", qdisc.overlimits),
                          level("waiting", qdisc.waiting)};
        groups.push_back(std::move(group));
    }
}

Layer layer_of_sockets(std::string_view protocol) {
    if (protocol.starts_with("TCP")) {
        return Layer::tcp;
    }
    return protocol.starts_with("UDP") ? Layer::udp : Layer::ip;
}

void collect_socket_use(const source::Files& files, Groups& groups, Gaps& gaps) {
    const auto all = gaps.value_of(source::socket_use(files), "sockstat");
    for (const source::SocketUse& use : all.value_or(std::vector<source::SocketUse>{})) {
        CounterGroup group = group_of(layer_of_sockets(use.protocol), Scope::network_namespace,
                                      "sockstat", use.protocol);
        for (const source::NamedValue& value : use.levels) {
            group.counters.push_back(level(value.name, value.value));
        }
        groups.push_back(std::move(group));
    }
}

}  // namespace

void collect_levels(Sources& sources, const Topology& topology, Groups& groups, Gaps& gaps) {
    collect_page_pools(sources, topology, groups);
    collect_byte_queues(sources, topology, groups);
    collect_qdiscs(sources, topology.device, groups, gaps);
    collect_socket_use(sources.files(), groups, gaps);
    std::ranges::stable_sort(groups, {}, &CounterGroup::layer);
}

}  // namespace igbtune::model
