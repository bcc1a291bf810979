// SPDX-License-Identifier: GPL-2.0-only
// The rules that lead flows to queues (ethtool -n, -N; "ntuple"). ethtool's netlink family has
// nothing for them.
#pragma once

#include <linux/ethtool.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "source/ethtool_ioctl.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// All of them, by location.
util::Result<std::vector<ethtool_rx_flow_spec>> flow_rules(EthtoolIoctl& ioctl,
                                                           const std::string& device);

// Without a location the driver chooses one, or it is the lowest that is free.
util::Status insert_flow_rule(EthtoolIoctl& ioctl, const std::string& device,
                              ethtool_rx_flow_spec rule, std::optional<std::uint32_t> location);
util::Status delete_flow_rule(EthtoolIoctl& ioctl, const std::string& device,
                              std::uint32_t location);

}  // namespace igbtune::source
