// SPDX-License-Identifier: GPL-2.0-only
// Queueing disciplines by rtnetlink: what each sent and dropped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "source/netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct Qdisc {
    int device{};
    std::uint32_t handle{};
    std::uint32_t parent{};
    std::string kind;
    std::uint64_t packets{};  // sent, each segment of a large packet counted
    std::uint64_t bytes{};
    std::uint64_t drops{};       // wraps at 32 bits
    std::uint64_t requeues{};    // wraps at 32 bits
    std::uint64_t waiting{};     // packets, at this moment
    std::uint64_t overlimits{};  // wraps at 32 bits
    Bytes options;               // its parameters, in its own form

    [[nodiscard]] bool is_root() const;
    [[nodiscard]] bool is_ingress() const;  // ingress, or clsact, which serves both directions
};

// Of one device.
util::Result<std::vector<Qdisc>> qdiscs(Netlink& netlink, int device);

// In place of the root that is there, or of none.
util::Status set_root_qdisc(Netlink& netlink, int device, const std::string& kind,
                            const Bytes& options);

// The kernel attaches its default then.
util::Status remove_root_qdisc(Netlink& netlink, int device);

// One RTM_NEWQDISC message.
util::Result<Qdisc> parse_qdisc(ByteView message);

}  // namespace igbtune::source
