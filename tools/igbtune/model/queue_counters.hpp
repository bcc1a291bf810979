// SPDX-License-Identifier: GPL-2.0-only
// Counters of each queue, wherever the driver shows them: by the netdev family's qstats, or hidden
// in the names of `ethtool -S`.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/counters.hpp"
#include "source/named_value.hpp"
#include "source/netdev_netlink.hpp"
#include "source/sysfs_device.hpp"

namespace igbtune::model {

inline constexpr std::string_view queue_group_id = "queue";

struct QueueCounterName {
    source::Direction direction{};
    std::uint32_t queue{};
    std::string_view counter;

    bool operator==(const QueueCounterName&) const = default;
};

// "rx_queue_0_packets", "tx-3.bytes", "rx1_drops": whose counter a name of `ethtool -S` is.
[[nodiscard]] std::optional<QueueCounterName> parse_queue_counter(std::string_view name);

struct DriverCounters {
    std::vector<CounterGroup> queues;      // one for each queue and direction, ordered
    std::vector<source::NamedValue> rest;  // that belong to no queue
};

// Where both have a counter of the same name, qstats wins: its meaning is specified. A queue that
// the device does not have now is none: drivers keep names of queues that are switched off.
[[nodiscard]] DriverCounters driver_counters(
    std::span<const source::NamedValue> private_statistics,
    std::span<const source::NetdevQueueStatistics> queue_statistics, source::QueueCounts queues);

// How a queue's group is called, "rx 0".
[[nodiscard]] std::string queue_instance(source::Direction direction, std::uint32_t queue);

// What a queue lost for lack of room, under whichever name its driver counts it.
[[nodiscard]] std::optional<std::uint64_t> queue_drops(const CounterGroup& queue);

}  // namespace igbtune::model
