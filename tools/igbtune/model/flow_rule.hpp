// SPDX-License-Identifier: GPL-2.0-only
// A rule that leads a flow to a queue, as text in ethtool's words:
// "udp4 dst-ip 192.0.2.1 dst-port 5000 action 1 loc 3". A VLAN tag's priority, a masked number
// there, is "vlan-prio 3". What these words cannot say is
// "raw HEX loc 3", the kernel's own structure, so that every rule comes back as it was.
#pragma once

#include <linux/ethtool.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.hpp"

namespace igbtune::model {

struct FlowRule {
    ethtool_rx_flow_spec spec{};            // its location is 0
    std::optional<std::uint32_t> location;  // nothing: any
};

[[nodiscard]] util::Result<FlowRule> parse_flow_rule(std::string_view text);

[[nodiscard]] std::string flow_rule_text(const FlowRule& rule);

// The same flow to the same queue, wherever they are.
[[nodiscard]] bool same_flow(const FlowRule& left, const FlowRule& right);

}  // namespace igbtune::model
