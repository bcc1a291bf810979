// SPDX-License-Identifier: GPL-2.0-only
// The numbers of the netdev generic netlink family that igbtune uses. They are the kernel's ABI;
// the headers of distributions that igbtune builds on are older than the queue, NAPI and qstats
// parts of it.
#pragma once

#include <cstdint>

namespace igbtune::source::netdev_family {

inline constexpr const char* name = "netdev";

enum Command : std::uint8_t {
    page_pool_get = 5,        // since Linux 6.7
    page_pool_stats_get = 9,  // since Linux 6.7, if the kernel was built with them
    queue_get = 10,           // since Linux 6.8
    napi_get = 11,            // since Linux 6.8
    qstats_get = 12,          // since Linux 6.9
};

enum QueueType : std::uint32_t { queue_type_rx = 0, queue_type_tx = 1 };

inline constexpr std::uint32_t qstats_scope_queue = 1;

enum QueueAttribute : std::uint16_t {
    queue_id = 1,
    queue_ifindex = 2,
    queue_type = 3,
    queue_napi_id = 4,
};

enum NapiAttribute : std::uint16_t {
    napi_ifindex = 1,
    napi_id = 2,
    napi_irq = 3,
};

enum QstatsAttribute : std::uint16_t {
    qstats_ifindex = 1,
    qstats_queue_type = 2,
    qstats_queue_id = 3,
    qstats_scope = 4,
    qstats_first_counter = 8,
};

enum PagePoolAttribute : std::uint16_t {
    page_pool_id = 1,
    page_pool_ifindex = 2,
    page_pool_napi_id = 3,
    page_pool_inflight = 4,
    page_pool_inflight_bytes = 5,
    page_pool_detach_time = 6,
};

enum PagePoolStatsAttribute : std::uint16_t {
    page_pool_stats_info = 1,  // the pool's own attributes, nested
    page_pool_stats_first_counter = 8,
};

}  // namespace igbtune::source::netdev_family
