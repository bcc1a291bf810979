// SPDX-License-Identifier: GPL-2.0-only
// The kernel's drop monitor: its messages, who starts and stops it, and what the ledger makes of
// it.
#include <gtest/gtest.h>
#include <linux/net_dropmon.h>

#include <array>
#include <chrono>
#include <deque>

#include "fake_netlink.hpp"
#include "model/drops.hpp"
#include "model/feed.hpp"
#include "model/ledger.hpp"
#include "model/ledger_report.hpp"
#include "recorded_sources.hpp"
#include "source/drop_monitor.hpp"
#include "view/ledger_json.hpp"
#include "view/ledger_text.hpp"

namespace igbtune::model {
namespace {

using source::Bytes;
using source::ByteView;
using source::Drop;
using source::DropMonitor;
using source::GenericNetlink;
using source::Message;
using Time = std::chrono::system_clock::time_point;

constexpr std::uint16_t family_id = 42;

void put_u16(Message& message, std::uint16_t type, std::uint16_t value) {
    message.put(type, std::as_bytes(std::span(&value, 1)));
}

struct Told {
    std::string reason{};    // empty: an old kernel
    std::uint32_t device{};  // 0: none
    std::string symbol{"kfree_some+0x1a/0x90 [module]"};
    std::uint16_t origin{NET_DM_ORIGIN_SW};
    std::uint8_t command{NET_DM_CMD_PACKET_ALERT};
    std::uint64_t nanoseconds{1};
};

Bytes alert(const Told& told) {
    Message message(family_id, 0);
    message.append(genlmsghdr{.cmd = told.command, .version = 2, .reserved = 0});
    put_u16(message, NET_DM_ATTR_ORIGIN, told.origin);
    if (!told.reason.empty()) {
        message.put(NET_DM_ATTR_REASON, told.reason);
    }
    message.put(NET_DM_ATTR_SYMBOL, told.symbol);
    message.put(NET_DM_ATTR_TIMESTAMP, std::as_bytes(std::span(&told.nanoseconds, 1)));
    message.nest(NET_DM_ATTR_IN_PORT, [&] {
        if (told.device != 0) {
            message.put(NET_DM_ATTR_PORT_NETDEV_IFINDEX, told.device);
        }
    });
    return test::bytes_of(message);
}

TEST(DropMessage, HasReasonAndDevice) {
    const auto drop = source::parse_drop(alert({.reason = "NO_SOCKET", .device = 3}));
    ASSERT_TRUE(drop.has_value());
    EXPECT_EQ(drop->drop.reason, "NO_SOCKET");
    EXPECT_EQ(drop->drop.device, 3U);
    EXPECT_EQ(source::parse_drop(alert({.reason = "CPU_BACKLOG"}))->drop.device, std::nullopt);
}

TEST(DropMessage, WithoutReasonHasTheFunction) {
    EXPECT_EQ(source::parse_drop(alert({.reason = "NOT_SPECIFIED"}))->drop.reason,
              "NOT_SPECIFIED at kfree_some");
    EXPECT_EQ(source::parse_drop(alert({.symbol = "arp_rcv"}))->drop.reason,
              "NOT_SPECIFIED at arp_rcv");
}

TEST(DropMessage, OfHardwareOrAnotherKindIsNone) {
    EXPECT_FALSE(source::parse_drop(alert({.reason = "X", .origin = NET_DM_ORIGIN_HW})));
    EXPECT_FALSE(source::parse_drop(alert({.reason = "X", .command = NET_DM_CMD_ALERT})));
    EXPECT_FALSE(source::parse_drop({}));
    const Bytes whole = alert({.reason = "NO_SOCKET", .device = 3});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        (void)source::parse_drop(ByteView(whole).first(length));
    }
}

TEST(NetlinkGroup, SeveralMessagesCanComeInOneDatagram) {
    const Bytes one = alert({.reason = "A"});
    Bytes both = one;
    both.insert(both.end(), one.begin(), one.end());
    EXPECT_EQ(source::messages_in(both).size(), 2U);
    both.pop_back();
    EXPECT_EQ(source::messages_in(both).size(), 1U) << "the second is cut off";
    EXPECT_TRUE(source::messages_in({}).empty());
}

using Waiting = std::deque<Bytes>;

class FakeGroup final : public source::NetlinkGroup {
public:
    explicit FakeGroup(Waiting& waiting) : waiting_(&waiting) {}

    util::Result<std::vector<Bytes>> take() override {
        std::vector<Bytes> messages(waiting_->begin(), waiting_->end());
        waiting_->clear();
        return messages;
    }
    [[nodiscard]] std::uint64_t overruns() const override { return 2; }
    [[nodiscard]] int descriptor() const override { return -1; }

private:
    Waiting* waiting_;
};

// A kernel that has the monitor.
class Kernel final : public source::Netlink {
public:
    util::Result<std::vector<Bytes>> ask(int /*protocol*/, ByteView request) override {
        const auto header = source::header_of<nlmsghdr>(request);
        const int command = test::command_of(request);
        if (header->nlmsg_type == GENL_ID_CTRL) {
            return std::vector<Bytes>{test::generic_reply([](Message& message) {
                put_u16(message, CTRL_ATTR_FAMILY_ID, family_id);
                message.nest(CTRL_ATTR_MCAST_GROUPS, [&] {
                    message.nest(1, [&] {
                        message.put(CTRL_ATTR_MCAST_GRP_NAME, "events");
                        message.put(CTRL_ATTR_MCAST_GRP_ID, 7U);
                    });
                });
            })};
        }
        commands.push_back(command);
        if (const auto refused = refusals.find(command); refused != refusals.end()) {
            return util::error_from_errno(refused->second, "");
        }
        if (command == NET_DM_CMD_CONFIG_GET) {
            return std::vector<Bytes>{test::generic_reply([&](Message& message) {
                const std::array mode{alert_mode};
                message.put(NET_DM_ATTR_ALERT_MODE, ByteView(mode));
            })};
        }
        if (command == NET_DM_CMD_STATS_GET) {
            return std::vector<Bytes>{test::generic_reply([&](Message& message) {
                message.nest(NET_DM_ATTR_STATS, [&] {
                    message.put(NET_DM_ATTR_STATS_DROPPED, std::as_bytes(std::span(&lost, 1)));
                });
            })};
        }
        return std::vector<Bytes>{};
    }

    util::Result<std::unique_ptr<source::NetlinkGroup>> join(int /*protocol*/,
                                                             std::uint32_t group) override {
        EXPECT_EQ(group, 7U);
        return std::unique_ptr<source::NetlinkGroup>(std::make_unique<FakeGroup>(waiting));
    }

    [[nodiscard]] bool was_asked(int command) const {
        return std::ranges::find(commands, command) != commands.end();
    }

    std::map<int, int> refusals;
    std::byte alert_mode{NET_DM_ALERT_MODE_PACKET};
    std::uint64_t lost{100};
    Waiting waiting;
    std::vector<int> commands;
};

TEST(Monitor, IsStartedAndStopped) {
    Kernel kernel;
    GenericNetlink netlink(kernel);
    {
        auto monitor = DropMonitor::start(netlink);
        ASSERT_TRUE(monitor) << monitor.error().message;
        EXPECT_TRUE(kernel.was_asked(NET_DM_CMD_START));
        kernel.waiting = {alert({.reason = "A", .device = 3}), alert({.reason = "A", .device = 3}),
                          alert({.reason = "A"})};
        ASSERT_TRUE((*monitor)->settle(Time::max()).ok());
        EXPECT_EQ((*monitor)->counts().at(Drop{.reason = "A", .device = 3}), 2U);
        EXPECT_EQ((*monitor)->counts().at(Drop{.reason = "A", .device = std::nullopt}), 1U);
        kernel.lost = 105;
        EXPECT_EQ((*monitor)->missed(), 5U + 2U) << "by the kernel since, and by the socket";
        kernel.refusals = {{NET_DM_CMD_STATS_GET, ENOMEM}};
        EXPECT_EQ((*monitor)->missed(), 2U) << "less than before is not almost endlessly much";
        EXPECT_FALSE(kernel.was_asked(NET_DM_CMD_STOP));
    }
    EXPECT_TRUE(kernel.was_asked(NET_DM_CMD_STOP));
}

TEST(Monitor, CountsWhatCameAfterTheOtherCountersTheNextTime) {
    Kernel kernel;
    GenericNetlink netlink(kernel);
    auto monitor = DropMonitor::start(netlink);
    ASSERT_TRUE(monitor);
    const Drop drop{.reason = "A", .device = 3};
    const auto told = [](std::uint64_t nanoseconds) {
        return alert({.reason = "A", .device = 3, .nanoseconds = nanoseconds});
    };
    const Time read{std::chrono::seconds(100)};
    constexpr std::uint64_t second = 1000000000;
    kernel.waiting = {told(100 * second), told((100 * second) + 1), told(101 * second)};
    ASSERT_TRUE((*monitor)->settle(read).ok());
    EXPECT_EQ((*monitor)->counts().at(drop), 1U);
    kernel.waiting = {told(102 * second)};
    ASSERT_TRUE((*monitor)->collect().ok());
    EXPECT_EQ((*monitor)->counts().at(drop), 4U);
}

TEST(Monitor, OfAnotherProgramIsListenedToAndLeftOn) {
    Kernel kernel;
    kernel.refusals = {{NET_DM_CMD_CONFIG, EBUSY}};
    GenericNetlink netlink(kernel);
    EXPECT_TRUE(DropMonitor::start(netlink).ok());
    EXPECT_FALSE(kernel.was_asked(NET_DM_CMD_START));
    EXPECT_FALSE(kernel.was_asked(NET_DM_CMD_STOP));
    kernel.alert_mode = std::byte{NET_DM_ALERT_MODE_SUMMARY};
    EXPECT_FALSE(DropMonitor::start(netlink).ok()) << "a summary names neither device nor reason";
}

TEST(Monitor, NeedsThePrivilegeAndTheModule) {
    Kernel kernel;
    kernel.refusals = {{NET_DM_CMD_CONFIG, EPERM}};
    GenericNetlink netlink(kernel);
    const auto refused = DropMonitor::start(netlink);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, util::ErrorKind::permission);
    EXPECT_FALSE(kernel.was_asked(NET_DM_CMD_CONFIG_GET));

    test::FakeNetlink nobody([](int, ByteView) -> test::FakeNetlink::Answer {
        return util::error_from_errno(ENOENT, "");
    });
    GenericNetlink without(nobody);
    const auto missing = DropMonitor::start(without);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, util::ErrorKind::not_supported);
    EXPECT_NE(missing.error().message.find("drop_monitor"), std::string::npos);
}

Snapshot machine() {
    Snapshot snapshot;
    snapshot.topology.device.name = "eth0";
    snapshot.topology.device.index = 3;
    snapshot.topology.device.driver = "igbr";
    return snapshot;
}

TEST(Drops, AreSeparatedByDevice) {
    Kernel kernel;
    GenericNetlink netlink(kernel);
    auto monitor = DropMonitor::start(netlink);
    ASSERT_TRUE(monitor);
    const Snapshot before = [&] {
        Snapshot snapshot = machine();
        kernel.waiting = {alert({.reason = "OLD", .device = 3})};
        (void)(*monitor)->settle(Time::max()).ok();
        add_drops(**monitor, snapshot);
        return snapshot;
    }();
    kernel.waiting = {alert({.reason = "A", .device = 3}), alert({.reason = "A", .device = 4}),
                      alert({.reason = "A"}), alert({.reason = "B", .device = 4}),
                      alert({.reason = "B", .device = 5})};
    (void)(*monitor)->settle(Time::max()).ok();
    Snapshot now = machine();
    add_drops(**monitor, now);
    const Baseline begin = baseline_of(before);
    const LedgerReport report = report_of(now, &begin, source::Direction::rx);
    ASSERT_TRUE(report.drops.has_value());
    ASSERT_EQ(report.drops->lines.size(), 2U) << "what was dropped before the interval is over";
    EXPECT_EQ(report.drops->lines[0].reason, "A");
    EXPECT_EQ(report.drops->lines[0].own, 1);
    EXPECT_EQ(report.drops->lines[0].others, 1);
    EXPECT_EQ(report.drops->lines[0].none, 1);
    EXPECT_EQ(report.drops->lines[1].others, 2);
    const std::string text = view::ledger_text(report, view::Zeros::hidden, {});
    EXPECT_NE(text.find("drop monitor"), std::string::npos) << text;
    EXPECT_EQ(text.find("OLD"), std::string::npos) << text;
    const std::string json = view::ledger_json(report, view::JsonLayout::one_line);
    EXPECT_NE(json.find(R"({"reason":"A","device":1,"others":1,"none":1})"), std::string::npos)
        << json;
    const LedgerReport without = report_of(machine(), nullptr, source::Direction::rx);
    EXPECT_FALSE(without.drops.has_value());
    EXPECT_NE(view::ledger_json(without, view::JsonLayout::one_line).find(R"("drop_monitor":null)"),
              std::string::npos);
}

Amounts firewall(std::uint64_t own, std::uint64_t on_the_way_out, std::uint64_t at_stack) {
    Amounts amounts;
    const auto set = [&](const std::string& name, std::uint64_t value) {
        amounts.set(name, {.value = value, .bits = 64});
    };
    set("queue[rx 0].packets", 100 + at_stack);
    set("queue[rx 0].gro_merged", 0);
    set("ip.InReceives", 100);
    set("ip.InDelivers", 60);
    set("udp.InDatagrams", 60);
    set("ip.OutRequests", 50);
    set("ip.OutTransmits", 45);
    set("drop-monitor.missed", 0);
    set("drop-monitor[this device].NETFILTER_DROP", own);
    set("drop-monitor[no device].NETFILTER_DROP", on_the_way_out);
    return amounts;
}

std::int64_t dropped_by_firewall(const Ledger& ledger, std::string_view step) {
    for (const Flow& flow : ledger.find(step)->dropped) {
        if (flow.id == "firewall") {
            return flow.count;
        }
    }
    return 0;
}

TEST(Ledger, OwesWhatAFirewallDropsToTheDropMonitor) {
    const Amounts amounts = firewall(40, 5, 0);
    const Ledger receive = receive_ledger(amounts, machine());
    EXPECT_EQ(dropped_by_firewall(receive, "ip"), 40);
    EXPECT_EQ(receive.find("ip")->unaccounted(), 0);
    const Ledger transmit = transmit_ledger(amounts, machine());
    EXPECT_EQ(dropped_by_firewall(transmit, "ip"), 5);
    EXPECT_EQ(transmit.find("ip")->unaccounted(), 0);
}

TEST(Ledger, DoesNotBelieveTheDropMonitorMoreThanItMisses) {
    // 30 of 70 before IP, at the ingress hook; another namespace's 1000 are not this one's.
    const Ledger early = receive_ledger(firewall(70, 0, 30), machine());
    EXPECT_EQ(dropped_by_firewall(early, "ip"), 40);
    EXPECT_EQ(dropped_by_firewall(early, "stack"), 30);
    EXPECT_EQ(early.unaccounted(), 0);
    const Ledger others = receive_ledger(firewall(1000, 1000, 0), machine());
    EXPECT_EQ(dropped_by_firewall(others, "ip"), 40);
    EXPECT_EQ(others.find("ip")->unaccounted(), 0);
    EXPECT_EQ(receive_ledger(firewall(10, 0, 0), machine()).find("ip")->unaccounted(), 30);
}

TEST(LiveFeedWithMonitor, CountsWhileItWaitsAndEndsWhenAsked) {
    test::Recording recording("loopback");
    Kernel kernel;
    GenericNetlink netlink(kernel);
    auto observer = Observer::of(recording.sources, "lo");
    ASSERT_TRUE(observer);
    auto monitor = DropMonitor::start(netlink);
    ASSERT_TRUE(monitor);
    int waits = 0;
    LiveFeed feed(recording.sources, std::move(*observer), std::move(*monitor),
                  [&](std::chrono::steady_clock::time_point, int) {
                      kernel.waiting.push_back(alert({.reason = "A", .device = 1}));
                      return ++waits > 3;
                  });
    const auto first = feed.take(Extent::ledger);
    ASSERT_TRUE(first);
    ASSERT_NE(first->find("drop-monitor", ""), nullptr);
    const auto more = feed.next(std::chrono::hours(1));
    ASSERT_TRUE(more);
    EXPECT_FALSE(*more) << "somebody wanted to end";
    const auto last = feed.take(Extent::ledger);
    ASSERT_TRUE(last);
    const CounterGroup* const own = last->find("drop-monitor", "this device");
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->value("A"), 4U);
}

}  // namespace
}  // namespace igbtune::model
