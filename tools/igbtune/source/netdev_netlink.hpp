// SPDX-License-Identifier: GPL-2.0-only
// Queues, NAPI instances and per-queue statistics by the netdev netlink family.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "source/generic_netlink.hpp"
#include "source/named_value.hpp"
#include "util/result.hpp"

namespace igbtune::source {

enum class Direction { rx, tx };

struct NetdevQueue {
    Direction direction{};
    std::uint32_t id{};
    std::optional<std::uint32_t> napi;
};

struct NetdevNapi {
    std::uint32_t id{};
    std::optional<std::uint32_t> irq;
};

struct NetdevQueueStatistics {
    Direction direction{};
    std::uint32_t id{};
    std::vector<NamedValue> counters;  // by the specification's names: "packets", "hw-drops"
};

// Where a driver's receive buffers come from.
struct PagePool {
    std::uint32_t id{};
    std::optional<std::uint32_t> napi;
    std::uint64_t pages{};             // handed out and not back yet
    std::uint64_t bytes{};             // of these
    bool detached{};                   // its driver left, its pages did not all come back
    std::vector<NamedValue> counters;  // where the kernel was built with them: "alloc_fast", ...
};

// Each of one device. Only a device that is up has queues and NAPI instances here.
util::Result<std::vector<NetdevQueue>> netdev_queues(GenericNetlink& netlink, int device);
util::Result<std::vector<NetdevNapi>> netdev_napis(GenericNetlink& netlink, int device);
util::Result<std::vector<NetdevQueueStatistics>> netdev_queue_statistics(GenericNetlink& netlink,
                                                                         int device);
util::Result<std::vector<PagePool>> page_pools(GenericNetlink& netlink, int device);

}  // namespace igbtune::source
