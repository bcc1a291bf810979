// SPDX-License-Identifier: GPL-2.0-only
// The kernel's drop monitor (generic netlink family NET_DM, module drop_monitor): each packet that
// some part of the network stack dropped, with the reason and the device that it came in by. It is
// one for the whole machine, and belongs to the first network namespace.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "source/generic_netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct Drop {
    // As the kernel names it; where it gives none, the function that dropped.
    std::string reason;

    // Nothing for a packet of this host, and before the device layer has seen it.
    std::optional<std::uint32_t> device;

    auto operator<=>(const Drop&) const = default;
};

struct DropEvent {
    Drop drop;
    std::chrono::system_clock::time_point time;
};

// One message of the monitor; nothing if it is no packet that software dropped.
[[nodiscard]] std::optional<DropEvent> parse_drop(ByteView message);

class DropMonitor {
public:
    // Where another program has it on already, this one only listens.
    static util::Result<std::unique_ptr<DropMonitor>> start(GenericNetlink& netlink);

    DropMonitor(const DropMonitor&) = delete;
    DropMonitor& operator=(const DropMonitor&) = delete;
    DropMonitor(DropMonitor&&) = delete;
    DropMonitor& operator=(DropMonitor&&) = delete;
    ~DropMonitor();

    // Counts what was told since. Must come often enough that the kernel need not leave out any.
    util::Status collect();

    // The same after what is under way, for the kernel tells each drop a moment later. What was
    // dropped after that time counts only the next time: who read other counters then knows no
    // more.
    util::Status settle(std::chrono::system_clock::time_point until);

    [[nodiscard]] int descriptor() const { return group_->descriptor(); }

    // Since the start.
    [[nodiscard]] const std::map<Drop, std::uint64_t>& counts() const { return counts_; }

    // Drops that the monitor lost itself, as far as it knows.
    [[nodiscard]] std::uint64_t missed();

private:
    DropMonitor(GenericNetlink& netlink, std::unique_ptr<NetlinkGroup> group)
        : netlink_(&netlink), group_(std::move(group)) {}

    util::Status begin();
    void count_the_later();
    util::Status collect(std::chrono::system_clock::time_point until);
    [[nodiscard]] std::uint64_t lost_by_kernel();

    GenericNetlink* netlink_;
    std::unique_ptr<NetlinkGroup> group_;
    bool started_{};  // by this one, so that it is this one's to stop
    std::uint64_t lost_before_{};
    std::map<Drop, std::uint64_t> counts_;
    std::map<Drop, std::uint64_t> later_;  // to be counted the next time
};

}  // namespace igbtune::source
