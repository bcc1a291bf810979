// SPDX-License-Identifier: GPL-2.0-only
// How long the interrupt of one queue waits. By the ioctl: netlink knows only the whole device.
#pragma once

#include <cstdint>
#include <string>

#include "source/ethtool_ioctl.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct QueueCoalescing {
    std::uint32_t rx_usecs{};
    std::uint32_t tx_usecs{};
    bool adaptive_rx{};

    bool operator==(const QueueCoalescing&) const = default;
};

// ErrorKind::not_supported where the driver has one setting for all queues.
util::Result<QueueCoalescing> queue_coalescing(EthtoolIoctl& ioctl, const std::string& device,
                                               std::uint32_t queue);

// What the driver has beside these stays.
util::Status set_queue_coalescing(EthtoolIoctl& ioctl, const std::string& device,
                                  std::uint32_t queue, const QueueCoalescing& wanted);

}  // namespace igbtune::source
