// SPDX-License-Identifier: GPL-2.0-only
#include "source/drop_monitor.hpp"

#include <linux/genetlink.h>
#include <linux/net_dropmon.h>
#include <poll.h>

#include <array>
#include <string_view>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;
using Clock = std::chrono::system_clock;

namespace {

constexpr const char* family = "NET_DM";
constexpr const char* group_name = "events";

// Nothing is wanted of the packet itself.
constexpr std::uint32_t bytes_of_packet = 1;

// Of each CPU, until the kernel has told them.
constexpr std::uint32_t queue_length = 10000;

// "ip_rcv_finish_core.isra.0+0x1a5/0x520 [module]" without what follows the function.
std::string function_of(const std::string& symbol) {
    return symbol.substr(0, symbol.find_first_of("+ "));
}

}  // namespace

std::optional<DropEvent> parse_drop(ByteView message) {
    const auto header = header_of<genlmsghdr>(after(message, sizeof(nlmsghdr)));
    if (!header || header->cmd != NET_DM_CMD_PACKET_ALERT) {
        return std::nullopt;
    }
    const Attributes attributes(after(after(message, sizeof(nlmsghdr)), sizeof(genlmsghdr)));
    if (attributes.unsigned_number(NET_DM_ATTR_ORIGIN) != NET_DM_ORIGIN_SW) {
        return std::nullopt;
    }
    Drop drop;
    drop.reason = attributes.text(NET_DM_ATTR_REASON).value_or("NOT_SPECIFIED");
    if (drop.reason == "NOT_SPECIFIED") {
        if (const auto symbol = attributes.text(NET_DM_ATTR_SYMBOL)) {
            drop.reason += " at " + function_of(*symbol);
        }
    }
    drop.device = attributes.nested(NET_DM_ATTR_IN_PORT).u32(NET_DM_ATTR_PORT_NETDEV_IFINDEX);
    const std::chrono::nanoseconds time(
        attributes.unsigned_number(NET_DM_ATTR_TIMESTAMP).value_or(0));
    return DropEvent{.drop = std::move(drop),
                     .time = Clock::time_point(std::chrono::duration_cast<Clock::duration>(time))};
}

Result<std::unique_ptr<DropMonitor>> DropMonitor::start(GenericNetlink& netlink) {
    auto group = netlink.join(family, group_name);
    if (!group) {
        Error error = group.error();
        if (error.kind == ErrorKind::not_supported) {
            error.message +=
                ": the drop monitor is a module of the kernel (drop_monitor), for the "
                "first network namespace only";
        }
        return error;
    }
    std::unique_ptr<DropMonitor> monitor(new DropMonitor(netlink, std::move(*group)));
    if (const Status begun = monitor->begin(); !begun) {
        return begun.error();
    }
    monitor->lost_before_ = monitor->lost_by_kernel();
    return monitor;
}

Status DropMonitor::begin() {
    const auto configured = netlink_->get(family, NET_DM_CMD_CONFIG, [](Message& message) {
        constexpr std::array mode{std::byte{NET_DM_ALERT_MODE_PACKET}};
        message.put(NET_DM_ATTR_ALERT_MODE, ByteView(mode));
        message.put(NET_DM_ATTR_TRUNC_LEN, bytes_of_packet);
        message.put(NET_DM_ATTR_QUEUE_LEN, queue_length);
    });
    if (configured) {
        const auto started = netlink_->get(family, NET_DM_CMD_START, [](Message& message) {
            message.put_flag(NET_DM_ATTR_SW_DROPS);
        });
        started_ = started.ok();
        return started ? Status(util::Done{}) : Status(started.error());
    }
    if (configured.error().kind != ErrorKind::failure) {
        return configured.error();
    }
    // It is on: then its settings stand.
    const auto settings = netlink_->get(family, NET_DM_CMD_CONFIG_GET, [](Message&) {});
    for (const Bytes& reply : settings ? *settings : std::vector<Bytes>{}) {
        if (GenericNetlink::attributes_of(reply).unsigned_number(NET_DM_ATTR_ALERT_MODE) ==
            NET_DM_ALERT_MODE_PACKET) {
            return util::Done{};
        }
    }
    return configured.error();
}

DropMonitor::~DropMonitor() {
    if (started_) {
        (void)netlink_->get(family, NET_DM_CMD_STOP,
                            [](Message& message) { message.put_flag(NET_DM_ATTR_SW_DROPS); });
    }
}

void DropMonitor::count_the_later() {
    for (const auto& [drop, count] : later_) {
        counts_[drop] += count;
    }
    later_.clear();
}

Status DropMonitor::collect() {
    count_the_later();
    return collect(Clock::time_point::max());
}

Status DropMonitor::collect(Clock::time_point until) {
    const auto messages = group_->take();
    if (!messages) {
        return messages.error();
    }
    for (const Bytes& message : *messages) {
        if (auto event = parse_drop(message)) {
            ++(event->time > until ? later_ : counts_)[std::move(event->drop)];
        }
    }
    return util::Done{};
}

Status DropMonitor::settle(Clock::time_point until) {
    constexpr int quiet_ms = 25;
    constexpr int rounds = 20;
    count_the_later();
    for (int round = 0; round < rounds; ++round) {
        if (Status collected = collect(until); !collected) {
            return collected;
        }
        pollfd waiting{.fd = descriptor(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, quiet_ms) <= 0) {
            break;
        }
    }
    return collect(until);
}

std::uint64_t DropMonitor::lost_by_kernel() {
    const auto replies = netlink_->get(family, NET_DM_CMD_STATS_GET, [](Message&) {});
    for (const Bytes& reply : replies ? *replies : std::vector<Bytes>{}) {
        const auto lost = GenericNetlink::attributes_of(reply)
                              .nested(NET_DM_ATTR_STATS)
                              .unsigned_number(NET_DM_ATTR_STATS_DROPPED);
        if (lost) {
            return *lost;
        }
    }
    return 0;
}

std::uint64_t DropMonitor::missed() {
    // Less than before: it cannot be told any more.
    const std::uint64_t lost = lost_by_kernel();
    return (lost > lost_before_ ? lost - lost_before_ : 0) + group_->overruns();
}

}  // namespace igbtune::source
