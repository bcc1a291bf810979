// SPDX-License-Identifier: GPL-2.0-only
// igbr's own netlink family as igbtune steer shows it, and what changes there mean in settings.
#include <gtest/gtest.h>
#include <igbr.h>

#include <array>

#include "fake_netlink.hpp"
#include "model/steering.hpp"
#include "source/igbr_family.hpp"
#include "view/steer_text.hpp"

namespace igbtune {
namespace {

using source::Bytes;
using source::ByteView;
using source::HardwareFilter;
using source::Message;
using test::command_of;
using test::FakeNetlink;
using test::generic_reply;

// Of 192.0.2.1 a client's connection to port 5001 is led to queue 3, as tc's TCP SYN to queue 0.
class Driver {
public:
    FakeNetlink::Answer answer(ByteView request) const {
        if (source::header_of<nlmsghdr>(request)->nlmsg_type == GENL_ID_CTRL) {
            return std::vector<Bytes>{
                generic_reply([](Message& reply) { reply.put(CTRL_ATTR_FAMILY_ID, 33U); })};
        }
        switch (command_of(request)) {
            case IGBR_CMD_FILTER_GET:
                return std::vector<Bytes>{generic_reply(tuple), generic_reply(syn),
                                          generic_reply([](Message&) {})};
            case IGBR_CMD_FLOW_GET:
                return std::vector<Bytes>{generic_reply(asked)};
            default:
                return std::vector<Bytes>{generic_reply([](Message& reply) {
                    reply.put(IGBR_A_ARFS_IFINDEX, 2U);
                    reply.put(IGBR_A_ARFS_STEERED, 7U);
                    reply.put(IGBR_A_ARFS_REFUSED_SHARED, 0U);
                })};
        }
    }

private:
    template <std::size_t Count>
    static void put(Message& message, std::uint16_t type,
                    const std::array<std::uint8_t, Count>& bytes) {
        message.put(type, std::as_bytes(std::span(bytes)));
    }

    static void flow(Message& message) {
        put<2>(message, IGBR_A_FILTER_ETHERTYPE, {0x08, 0x00});
        put<1>(message, IGBR_A_FILTER_PROTOCOL, {6});
        put<4>(message, IGBR_A_FILTER_SOURCE_IP, {192, 0, 2, 2});
        put<4>(message, IGBR_A_FILTER_DEST_IP, {192, 0, 2, 1});
        put<2>(message, IGBR_A_FILTER_DEST_PORT, {0x13, 0x89});
        message.put(IGBR_A_FILTER_QUEUE, 3U);
    }

    static void tuple(Message& message) {
        message.put(IGBR_A_FILTER_KIND, std::uint32_t{IGBR_FILTER_KIND_TUPLE});
        message.put(IGBR_A_FILTER_SLOT, 4U);
        message.put(IGBR_A_FILTER_OWNER, std::uint32_t{IGBR_FILTER_OWNER_RULE});
        message.put(IGBR_A_FILTER_LOCATION, 9U);
        message.put(IGBR_A_FILTER_AGE, 1500U);
        flow(message);
    }

    static void syn(Message& message) {
        message.put(IGBR_A_FILTER_KIND, std::uint32_t{IGBR_FILTER_KIND_SYN});
        message.put(IGBR_A_FILTER_OWNER, std::uint32_t{IGBR_FILTER_OWNER_TC});
        message.put(IGBR_A_FILTER_TC_PRIO, 5U);
        message.put(IGBR_A_FILTER_QUEUE, 0U);
        put<2>(message, IGBR_A_FILTER_ETHERTYPE, {0x08, 0x00});
        put<1>(message, IGBR_A_FILTER_PROTOCOL, {6});
        message.put_flag(IGBR_A_FILTER_TCP_SYN);
    }

    static void asked(Message& message) {
        flow(message);
        message.put(IGBR_A_FILTER_FROM_QUEUE, 1U);
        message.put(IGBR_A_FILTER_ASKS, 12345U);
    }
};

class Steer : public testing::Test {
protected:
    Steer()
        : netlink_([this](int, ByteView request) { return driver_.answer(request); }),
          family(netlink_) {}

private:
    Driver driver_;
    FakeNetlink netlink_;

protected:
    source::GenericNetlink family;
};

TEST_F(Steer, FiltersAreReadWithTheirOwners) {
    const auto filters = source::hardware_filters(family, 2);
    ASSERT_TRUE(filters.ok());
    ASSERT_EQ(filters->size(), 2U) << "what has no queue is none";
    const HardwareFilter& tuple = filters->front();
    EXPECT_EQ(tuple.kind, "tuple");
    EXPECT_EQ(tuple.owner, HardwareFilter::Owner::rule);
    EXPECT_EQ(tuple.place, 9U);
    EXPECT_EQ(tuple.queue, 3U);
    EXPECT_EQ(tuple.age_ms, 1500U);
    EXPECT_EQ(tuple.match.destination_port, 5001);
    EXPECT_EQ(tuple.match.source_port, std::nullopt);
    EXPECT_EQ(filters->back().owner, HardwareFilter::Owner::tc);
    EXPECT_EQ(filters->back().place, 5U);
    EXPECT_TRUE(filters->back().match.tcp_syn);
}

TEST_F(Steer, IsShownInEthtoolsWords) {
    const model::Steering steering{.device = "eth0",
                                   .filters = *source::hardware_filters(family, 2),
                                   .flows = *source::asked_flows(family, 2),
                                   .counters = *source::flow_counters(family, 2)};
    const std::string text = view::steer_text(steering, {});
    for (const char* const line :
         {"tcp4 src-ip 192.0.2.2 dst-ip 192.0.2.1 dst-port 5001", "ethtool, loc 9", "tcp4 syn",
          "tc, prio 5", "1.5 s", "12,345", "flows: steered 7\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
    }
    const std::string none =
        view::steer_text({.device = "eth0", .filters = {}, .flows = {}, .counters = {}}, {});
    EXPECT_NE(none.find("none is in use"), std::string::npos) << none;
}

TEST(RuleChanges, AreAddedAndDeletedByLocation) {
    const std::string present =
        "udp4 dst-port 5000 action 1 loc 0; tcp4 dst-port 80 action 0 loc 4";
    EXPECT_EQ(*model::edited_rules(present, {"udp4 dst-port 6 action 1"}, {4}),
              "udp4 dst-port 5000 action 1 loc 0; udp4 dst-port 6 action 1");
    EXPECT_EQ(*model::edited_rules("none", {"udp4 dst-port 6 action 1 loc 3"}, {}),
              "udp4 dst-port 6 action 1 loc 3");
    EXPECT_EQ(*model::edited_rules(present, {}, {0, 4}), "none");
}

TEST(RuleChanges, ThatAreNotThereAreNotDeleted) {
    const auto result = model::edited_rules("udp4 dst-port 5000 action 1 loc 0", {}, {7});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().message, "there is no rule at location 7");
    EXPECT_FALSE(model::edited_rules("none", {"udp4 dst-port"}, {}).ok());
}

}  // namespace
}  // namespace igbtune
