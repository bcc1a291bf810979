// SPDX-License-Identifier: GPL-2.0-only
#include "source/netdev_netlink.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "source/netdev_family.hpp"

namespace igbtune::source {

using util::Result;

namespace {

// The counters of qstats by attribute, from qstats_first_counter on, as the family's specification
// names them. The direction is that of the queue, so the names leave it out.
constexpr std::array<std::string_view, 27> counter_names{
    "packets",
    "bytes",
    "packets",
    "bytes",
    "alloc_fail",
    "hw_drops",
    "hw_drop_overruns",
    "csum_complete",
    "csum_unnecessary",
    "csum_none",
    "csum_bad",
    "hw_gro_packets",
    "hw_gro_bytes",
    "hw_gro_wire_packets",
    "hw_gro_wire_bytes",
    "hw_drop_ratelimits",
    "hw_drops",
    "hw_drop_errors",
    "csum_none",
    "needs_csum",
    "hw_gso_packets",
    "hw_gso_bytes",
    "hw_gso_wire_packets",
    "hw_gso_wire_bytes",
    "hw_drop_ratelimits",
    "stop",
    "wake",
};

// The counters of a page pool, from page_pool_stats_first_counter on.
constexpr std::array<std::string_view, 11> pool_counter_names{
    "alloc_fast",   "alloc_slow",        "alloc_slow_high_order",   "alloc_empty",
    "alloc_refill", "alloc_waive",       "recycle_cached",          "recycle_cache_full",
    "recycle_ring", "recycle_ring_full", "recycle_released_refcnt",
};

std::optional<Direction> direction_of(const Attributes& attributes, std::uint16_t attribute) {
    const auto type = attributes.u32(attribute);
    if (type == netdev_family::queue_type_rx) {
        return Direction::rx;
    }
    if (type == netdev_family::queue_type_tx) {
        return Direction::tx;
    }
    return std::nullopt;
}

// A kernel that does not filter a dump by device gives all of them.
bool is_about(const Attributes& attributes, std::uint16_t attribute, int device) {
    return attributes.u32(attribute) == static_cast<std::uint32_t>(device);
}

// Completes the pools as far as the kernel counts.
void read_pool_counters(GenericNetlink& netlink, std::vector<PagePool>& pools) {
    const auto replies =
        netlink.dump(netdev_family::name, netdev_family::page_pool_stats_get, [](Message&) {});
    for (const Bytes& reply : replies ? *replies : std::vector<Bytes>{}) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto id =
            attributes.nested(netdev_family::page_pool_stats_info).u32(netdev_family::page_pool_id);
        const auto pool = std::ranges::find_if(
            pools, [&](const PagePool& candidate) { return candidate.id == id; });
        if (pool == pools.end()) {
            continue;
        }
        for (const Attribute& attribute : attributes) {
            const std::size_t index =
                attribute.type() - std::size_t{netdev_family::page_pool_stats_first_counter};
            const auto value = attribute.unsigned_number();
            if (index < pool_counter_names.size() && value) {
                pool->counters.push_back({std::string(pool_counter_names.at(index)), *value});
            }
        }
    }
}

}  // namespace

Result<std::vector<NetdevQueue>> netdev_queues(GenericNetlink& netlink, int device) {
    const auto replies =
        netlink.dump(netdev_family::name, netdev_family::queue_get, [&](Message& message) {
            message.put(netdev_family::queue_ifindex, static_cast<std::uint32_t>(device));
        });
    if (!replies) {
        return replies.error();
    }
    std::vector<NetdevQueue> queues;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto id = attributes.u32(netdev_family::queue_id);
        const auto direction = direction_of(attributes, netdev_family::queue_type);
        if (id && direction && is_about(attributes, netdev_family::queue_ifindex, device)) {
            queues.push_back({.direction = *direction,
                              .id = *id,
                              .napi = attributes.u32(netdev_family::queue_napi_id)});
        }
    }
    return queues;
}

Result<std::vector<NetdevNapi>> netdev_napis(GenericNetlink& netlink, int device) {
    const auto replies =
        netlink.dump(netdev_family::name, netdev_family::napi_get, [&](Message& message) {
            message.put(netdev_family::napi_ifindex, static_cast<std::uint32_t>(device));
        });
    if (!replies) {
        return replies.error();
    }
    std::vector<NetdevNapi> napis;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto id = attributes.u32(netdev_family::napi_id);
        if (id && is_about(attributes, netdev_family::napi_ifindex, device)) {
            napis.push_back({.id = *id, .irq = attributes.u32(netdev_family::napi_irq)});
        }
    }
    return napis;
}

Result<std::vector<NetdevQueueStatistics>> netdev_queue_statistics(GenericNetlink& netlink,
                                                                   int device) {
    const auto replies =
        netlink.dump(netdev_family::name, netdev_family::qstats_get, [&](Message& message) {
            message.put(netdev_family::qstats_ifindex, static_cast<std::uint32_t>(device));
            message.put(netdev_family::qstats_scope, netdev_family::qstats_scope_queue);
        });
    if (!replies) {
        return replies.error();
    }
    std::vector<NetdevQueueStatistics> queues;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto id = attributes.u32(netdev_family::qstats_queue_id);
        const auto direction = direction_of(attributes, netdev_family::qstats_queue_type);
        if (!id || !direction || !is_about(attributes, netdev_family::qstats_ifindex, device)) {
            continue;
        }
        NetdevQueueStatistics queue{.direction = *direction, .id = *id, .counters = {}};
        for (const Attribute& attribute : attributes) {
            const std::size_t index =
                attribute.type() - std::size_t{netdev_family::qstats_first_counter};
            const auto value = attribute.unsigned_number();
            if (index < counter_names.size() && value) {
                queue.counters.push_back({std::string(counter_names.at(index)), *value});
            }
        }
        queues.push_back(std::move(queue));
    }
    return queues;
}

Result<std::vector<PagePool>> page_pools(GenericNetlink& netlink, int device) {
    // The kernel dumps those of all devices.
    const auto replies =
        netlink.dump(netdev_family::name, netdev_family::page_pool_get, [](Message&) {});
    if (!replies) {
        return replies.error();
    }
    std::vector<PagePool> pools;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto id = attributes.u32(netdev_family::page_pool_id);
        if (!id || !is_about(attributes, netdev_family::page_pool_ifindex, device)) {
            continue;
        }
        const auto number = [&](std::uint16_t attribute) {
            return attributes.unsigned_number(attribute).value_or(0);
        };
        pools.push_back(
            {.id = *id,
             .napi = attributes.u32(netdev_family::page_pool_napi_id),
             .pages = number(netdev_family::page_pool_inflight),
             .bytes = number(netdev_family::page_pool_inflight_bytes),
             .detached = attributes.find(netdev_family::page_pool_detach_time) != nullptr,
             .counters = {}});
    }
    if (!pools.empty()) {
        read_pool_counters(netlink, pools);
    }
    return pools;
}

}  // namespace igbtune::source
