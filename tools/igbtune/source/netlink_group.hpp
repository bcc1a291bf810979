// SPDX-License-Identifier: GPL-2.0-only
// What the kernel sends unasked to the members of a multicast group.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "source/message.hpp"
#include "util/result.hpp"

namespace igbtune::source {

class NetlinkGroup {
public:
    NetlinkGroup() = default;
    NetlinkGroup(const NetlinkGroup&) = delete;
    NetlinkGroup& operator=(const NetlinkGroup&) = delete;
    NetlinkGroup(NetlinkGroup&&) = delete;
    NetlinkGroup& operator=(NetlinkGroup&&) = delete;
    virtual ~NetlinkGroup() = default;

    // The messages that are there, without waiting, each with its nlmsghdr.
    virtual util::Result<std::vector<Bytes>> take() = 0;

    // How often the kernel had to leave messages out because nobody took those before.
    [[nodiscard]] virtual std::uint64_t overruns() const = 0;

    // Has something to read when a message is there; -1: ask take().
    [[nodiscard]] virtual int descriptor() const = 0;
};

// A socket of its own in the kernel's group.
util::Result<std::unique_ptr<NetlinkGroup>> join_netlink_group(int protocol, std::uint32_t group);

// The messages in one datagram, up to the first that is damaged.
[[nodiscard]] std::vector<Bytes> messages_in(ByteView datagram);

}  // namespace igbtune::source
