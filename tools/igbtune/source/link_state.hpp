// SPDX-License-Identifier: GPL-2.0-only
// What a device loses with its driver: that it was up, its addresses, the routes through it. Kept
// as the kernel tells it and given back in the same words.
#pragma once

#include <vector>

#include "source/netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct LinkState {
    bool up{};
    bool carrier{};
    std::vector<Bytes> addresses;  // RTM_NEWADDR messages
    std::vector<Bytes> routes;     // RTM_NEWROUTE messages
};

util::Result<LinkState> link_state(Netlink& netlink, int device);

// To a device that may have another index now. What the kernel made by itself already is no error.
util::Status restore_link_state(Netlink& netlink, int device, const LinkState& state);

}  // namespace igbtune::source
