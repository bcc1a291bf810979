// SPDX-License-Identifier: GPL-2.0-only
// Links by rtnetlink: who a device is, in which state, and the kernel's own counters of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "source/named_value.hpp"
#include "source/netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct Link {
    int index{};
    std::string name;
    std::string kind;        // "veth", "ifb", ...: what made a virtual device; empty for hardware
    std::string parent_bus;  // "pci", "virtio"; empty without one
    std::string parent;      // its name on that bus
    std::vector<std::uint8_t> address;
    std::optional<std::uint32_t> mtu;
    bool loopback{};
    bool admin_up{};
    std::optional<bool> carrier;
    std::string state;  // RFC 2863: "up", "down", "lower layer down", ...
    std::string qdisc;
    std::vector<NamedValue> statistics;  // rtnl_link_stats64, by its members' names
    std::vector<NamedValue> xdp;         // "native", "generic", "offloaded": the program's id
};

// In the network namespace of this process. ErrorKind::not_found if there is none.
util::Result<Link> link_by_name(Netlink& netlink, const std::string& name);
util::Result<Link> link_by_index(Netlink& netlink, int index);
util::Result<std::vector<Link>> links(Netlink& netlink);
util::Result<std::vector<std::string>> link_names(Netlink& netlink);

// One RTM_NEWLINK message.
util::Result<Link> parse_link(ByteView message);

}  // namespace igbtune::source
