// SPDX-License-Identifier: GPL-2.0-only
// What a device loses with its driver: its name and MTU, that it was up, its addresses, the routes
// through it. Kept as the kernel tells it and given back in the same words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct LinkState {
    std::string name;
    std::uint32_t mtu{};
    bool up{};
    bool carrier{};
    std::vector<Bytes> addresses;  // RTM_NEWADDR messages
    std::vector<Bytes> routes;     // RTM_NEWROUTE messages
};

util::Result<LinkState> link_state(Netlink& netlink, int device);

// What would not come back with the others: routes of several next hops, of which the device has
// one, and objects of ip nexthop. In words; empty if there is none.
util::Result<std::string> lost_with_device(Netlink& netlink, int device);

// To a device that may have another index now. What the kernel made by itself already is no error.
util::Status restore_link_state(Netlink& netlink, int device, const LinkState& state);

// Whether nothing of it is missing, but for routes.
bool has_link_state(const LinkState& now, const LinkState& wanted);

// As one word, for a journal.
std::string link_state_text(const LinkState& state);
std::optional<LinkState> parse_link_state(std::string_view text);

}  // namespace igbtune::source
