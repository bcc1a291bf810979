// SPDX-License-Identifier: GPL-2.0-only
// igbr's own netlink family: the filters in use, the flows that the stack wants steered, and what
// was done with them. Described in Documentation/netlink/igbr.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "source/generic_netlink.hpp"
#include "source/named_value.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// What is absent is not compared. Addresses have as many bytes as they have.
struct FlowMatch {
    Bytes destination_mac;
    Bytes source_mac;
    std::optional<std::uint16_t> ethertype;
    std::optional<std::uint8_t> vlan_priority;
    std::optional<std::uint8_t> protocol;
    Bytes source_ip;
    Bytes destination_ip;
    std::optional<std::uint16_t> source_port;
    std::optional<std::uint16_t> destination_port;
    bool tcp_syn{};
};

struct HardwareFilter {
    enum class Owner { rule, flow, tc, unknown };

    FlowMatch match;
    std::string kind;  // "tuple"
    std::uint32_t slot{};
    Owner owner{Owner::unknown};
    std::optional<std::uint32_t> place;  // a rule's location, or tc's prio
    std::uint32_t queue{};
    std::uint64_t age_ms{};
};

// A flow that the stack asked for of late, or one that has a filter.
struct AskedFlow {
    FlowMatch match;
    std::uint32_t from_queue{};
    std::uint32_t queue{};
    std::uint64_t asks{};
    std::uint64_t age_ms{};
};

// A device of another driver, and a kernel without igbr, are Errors.
util::Result<std::vector<HardwareFilter>> hardware_filters(GenericNetlink& netlink, int device);
util::Result<std::vector<AskedFlow>> asked_flows(GenericNetlink& netlink, int device);
// "steered", "moved", ...
util::Result<std::vector<NamedValue>> flow_counters(GenericNetlink& netlink, int device);

}  // namespace igbtune::source
