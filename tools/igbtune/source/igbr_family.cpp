// SPDX-License-Identifier: GPL-2.0-only
#include "source/igbr_family.hpp"

#include <igbr.h>

#include <array>
#include <string_view>
#include <utility>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 5> kinds{{
    {IGBR_FILTER_KIND_ETHERTYPE, "ethertype"},
    {IGBR_FILTER_KIND_FLEX, "flex"},
    {IGBR_FILTER_KIND_TUPLE, "tuple"},
    {IGBR_FILTER_KIND_VLAN_PRIORITY, "vlan-priority"},
    {IGBR_FILTER_KIND_SYN, "syn"},
}};

constexpr std::array<std::pair<std::uint16_t, std::string_view>, 10> counters{{
    {IGBR_A_ARFS_STEERED, "steered"},
    {IGBR_A_ARFS_MOVED, "moved"},
    {IGBR_A_ARFS_EXPIRED, "expired"},
    {IGBR_A_ARFS_EVICTED, "evicted"},
    {IGBR_A_ARFS_YIELDED, "yielded"},
    {IGBR_A_ARFS_REFUSED_FULL, "refused_full"},
    {IGBR_A_ARFS_REFUSED_KIND, "refused_kind"},
    {IGBR_A_ARFS_REFUSED_MAC, "refused_mac"},
    {IGBR_A_ARFS_REFUSED_SHARED, "refused_shared"},
    {IGBR_A_ARFS_REFUSED_RULE, "refused_rule"},
}};

std::string kind_name(std::uint32_t kind) {
    for (const auto& [number, name] : kinds) {
        if (number == kind) {
            return std::string(name);
        }
    }
    return std::to_string(kind);
}

Bytes bytes_of(const Attributes& attributes, std::uint16_t type) {
    const Attribute* const found = attributes.find(type);
    return found != nullptr ? Bytes(found->payload().begin(), found->payload().end()) : Bytes{};
}

// In the order of the wire.
std::optional<std::uint16_t> wire_number(const Attributes& attributes, std::uint16_t type) {
    const Bytes bytes = bytes_of(attributes, type);
    if (bytes.size() != 2) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[0]) << 8U |
                                      std::to_integer<unsigned>(bytes[1]));
}

std::optional<std::uint8_t> byte_of(const Attributes& attributes, std::uint16_t type) {
    const Bytes bytes = bytes_of(attributes, type);
    return bytes.size() == 1 ? std::optional(std::to_integer<std::uint8_t>(bytes[0]))
                             : std::nullopt;
}

FlowMatch match_of(const Attributes& attributes) {
    return {.destination_mac = bytes_of(attributes, IGBR_A_FILTER_DEST_MAC),
            .source_mac = bytes_of(attributes, IGBR_A_FILTER_SOURCE_MAC),
            .ethertype = wire_number(attributes, IGBR_A_FILTER_ETHERTYPE),
            .vlan_priority = byte_of(attributes, IGBR_A_FILTER_VLAN_PRIORITY),
            .protocol = byte_of(attributes, IGBR_A_FILTER_PROTOCOL),
            .source_ip = bytes_of(attributes, IGBR_A_FILTER_SOURCE_IP),
            .destination_ip = bytes_of(attributes, IGBR_A_FILTER_DEST_IP),
            .source_port = wire_number(attributes, IGBR_A_FILTER_SOURCE_PORT),
            .destination_port = wire_number(attributes, IGBR_A_FILTER_DEST_PORT),
            .tcp_syn = attributes.find(IGBR_A_FILTER_TCP_SYN) != nullptr};
}

HardwareFilter::Owner owner_of(std::optional<std::uint32_t> owner) {
    using Owner = HardwareFilter::Owner;
    if (owner == IGBR_FILTER_OWNER_RULE) {
        return Owner::rule;
    }
    if (owner == IGBR_FILTER_OWNER_FLOW) {
        return Owner::flow;
    }
    return owner == IGBR_FILTER_OWNER_TC ? Owner::tc : Owner::unknown;
}

Result<std::vector<Bytes>> dump(GenericNetlink& netlink, std::uint8_t command, int device) {
    return netlink.dump(IGBR_FAMILY_NAME, command, [&](Message& message) {
        message.put(IGBR_A_FILTER_IFINDEX, static_cast<std::uint32_t>(device));
    });
}

}  // namespace

Result<std::vector<HardwareFilter>> hardware_filters(GenericNetlink& netlink, int device) {
    const auto replies = dump(netlink, IGBR_CMD_FILTER_GET, device);
    if (!replies) {
        return replies.error();
    }
    std::vector<HardwareFilter> filters;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto kind = attributes.u32(IGBR_A_FILTER_KIND);
        const auto queue = attributes.u32(IGBR_A_FILTER_QUEUE);
        if (!kind || !queue) {
            continue;
        }
        const auto location = attributes.u32(IGBR_A_FILTER_LOCATION);
        filters.push_back({.match = match_of(attributes),
                           .kind = kind_name(*kind),
                           .slot = attributes.u32(IGBR_A_FILTER_SLOT).value_or(0),
                           .owner = owner_of(attributes.u32(IGBR_A_FILTER_OWNER)),
                           .place = location ? location : attributes.u32(IGBR_A_FILTER_TC_PRIO),
                           .queue = *queue,
                           .age_ms = attributes.unsigned_number(IGBR_A_FILTER_AGE).value_or(0)});
    }
    return filters;
}

Result<std::vector<AskedFlow>> asked_flows(GenericNetlink& netlink, int device) {
    const auto replies = dump(netlink, IGBR_CMD_FLOW_GET, device);
    if (!replies) {
        return replies.error();
    }
    std::vector<AskedFlow> flows;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const auto queue = attributes.u32(IGBR_A_FILTER_QUEUE);
        if (!queue) {
            continue;
        }
        flows.push_back({.match = match_of(attributes),
                         .from_queue = attributes.u32(IGBR_A_FILTER_FROM_QUEUE).value_or(0),
                         .queue = *queue,
                         .asks = attributes.unsigned_number(IGBR_A_FILTER_ASKS).value_or(0),
                         .age_ms = attributes.unsigned_number(IGBR_A_FILTER_AGE).value_or(0)});
    }
    return flows;
}

Result<std::vector<NamedValue>> flow_counters(GenericNetlink& netlink, int device) {
    const auto replies = netlink.get(IGBR_FAMILY_NAME, IGBR_CMD_ARFS_GET, [&](Message& message) {
        message.put(IGBR_A_ARFS_IFINDEX, static_cast<std::uint32_t>(device));
    });
    if (!replies) {
        return replies.error();
    }
    std::vector<NamedValue> found;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        for (const auto& [type, name] : counters) {
            if (const auto value = attributes.unsigned_number(type)) {
                found.push_back({std::string(name), *value});
            }
        }
    }
    return found;
}

}  // namespace igbtune::source
