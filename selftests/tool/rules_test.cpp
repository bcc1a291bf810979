// SPDX-License-Identifier: GPL-2.0-only
// Rules that lead flows to queues, and the coalescing of one queue, with a driver of the test's
// own.
#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <map>

#include "fake_netlink.hpp"
#include "model/flow_rule.hpp"
#include "model/knobs_coalescing.hpp"
#include "model/knobs_rules.hpp"
#include "recorded_sources.hpp"
#include "source/ethtool_queue_coalescing.hpp"
#include "source/ethtool_rules.hpp"

namespace igbtune::model {
namespace {

using test::FakeEthtool;
using util::Status;

// Two queues, and room for eight rules that lead to them.
class Driver {
public:
    bool chooses{};
    std::map<std::uint32_t, ethtool_rx_flow_spec> rules;
    std::array<ethtool_coalesce, 2> coalescing{};
    int inserted{};

    Status call(std::span<std::byte> command) {
        std::uint32_t number{};
        std::memcpy(&number, command.data(), sizeof(number));
        if (number == ETHTOOL_PERQUEUE) {
            return queue(command);
        }
        ethtool_rxnfc request{};
        if (command.size() < sizeof(request)) {
            return util::error_from_errno(EOPNOTSUPP, "");
        }
        std::memcpy(&request, command.data(), sizeof(request));
        const Status done = rule(request, command);
        std::memcpy(command.data(), &request, offsetof(ethtool_rxnfc, rule_cnt) + 4);
        return done;
    }

private:
    Status rule(ethtool_rxnfc& request, std::span<std::byte> command) {
        constexpr std::uint32_t most = 8;
        const auto found = rules.find(request.fs.location);
        switch (request.cmd) {
            case ETHTOOL_GRXCLSRLCNT:
                request.rule_cnt = static_cast<std::uint32_t>(rules.size());
                request.data = most | (chooses ? RX_CLS_LOC_SPECIAL : 0);
                return util::Done{};
            case ETHTOOL_GRXCLSRLALL: {
                std::size_t place = offsetof(ethtool_rxnfc, rule_cnt) + 4;
                for (const auto& [location, one] : rules) {
                    std::memcpy(&command[place], &location, sizeof(location));
                    place += sizeof(location);
                }
                return util::Done{};
            }
            case ETHTOOL_GRXCLSRULE:
                request.fs = found == rules.end() ? request.fs : found->second;
                return found == rules.end() ? Status(util::error_from_errno(ENOENT, ""))
                                            : Status(util::Done{});
            case ETHTOOL_SRXCLSRLDEL:
                return rules.erase(request.fs.location) == 1
                           ? Status(util::Done{})
                           : Status(util::error_from_errno(ENOENT, ""));
            case ETHTOOL_SRXCLSRLINS: {
                const bool any = request.fs.location == RX_CLS_LOC_ANY;
                if (request.fs.ring_cookie > 1 || (any && !chooses)) {
                    return util::error_from_errno(EINVAL, "");
                }
                request.fs.location = any ? most - 1 : request.fs.location;
                rules[request.fs.location] = request.fs;
                ++inserted;
                return util::Done{};
            }
            default:
                return util::error_from_errno(EOPNOTSUPP, "");
        }
    }

    Status queue(std::span<std::byte> command) {
        std::uint32_t what{};
        std::uint32_t mask{};
        std::memcpy(&what, &command[4], sizeof(what));
        std::memcpy(&mask, &command[8], sizeof(mask));
        if (mask != 1 && mask != 2) {
            return util::error_from_errno(EINVAL, "");
        }
        ethtool_coalesce& one = coalescing.at(mask - 1);
        std::byte* const place = &command[sizeof(ethtool_per_queue_op)];
        if (what == ETHTOOL_SCOALESCE) {
            std::memcpy(&one, place, sizeof(one));
        } else {
            std::memcpy(place, &one, sizeof(one));
        }
        return util::Done{};
    }
};

class Rules : public testing::Test {
protected:
    Rules()
        : ethtool_([this](std::span<std::byte> command) { return driver.call(command); }),
          sources(recording_.files, recording_.netlink, ethtool_) {}

    Driver driver;

private:
    test::Recording recording_{"igb"};
    FakeEthtool ethtool_;

protected:
    source::Sources sources;
};

TEST_F(Rules, AreReadAndWritten) {
    const Knob knob = *rules_knob(sources, "eth0");
    EXPECT_EQ(*knob.get(), "none");
    ASSERT_TRUE(knob.put("udp4 dst-port 5000 action 1; tcp4 src-ip 192.0.2.1 action 0 loc 4"));
    EXPECT_EQ(*knob.get(),
              "udp4 dst-port 5000 action 1 loc 0; tcp4 src-ip 192.0.2.1 action 0 loc 4");
    EXPECT_EQ(driver.rules.at(0).h_u.udp_ip4_spec.pdst, htons(5000));
    EXPECT_EQ(driver.rules.at(0).m_u.udp_ip4_spec.pdst, 0xffff);
    EXPECT_EQ(driver.rules.at(0).m_u.udp_ip4_spec.psrc, 0);
    // What stays is not written again.
    driver.inserted = 0;
    ASSERT_TRUE(knob.put("udp4 dst-port 5000 action 1; udp4 dst-port 5001 action 1"));
    EXPECT_EQ(driver.inserted, 1);
    EXPECT_EQ(driver.rules.size(), 2U);
    ASSERT_TRUE(knob.put("none"));
    EXPECT_EQ(*knob.get(), "none");
}

TEST_F(Rules, WithoutALocationTheDriverMayChoose) {
    driver.chooses = true;
    const Knob knob = *rules_knob(sources, "eth0");
    ASSERT_TRUE(knob.put("ether proto 0x88f7 action 1"));
    EXPECT_EQ(*knob.get(), "ether proto 0x88f7 action 1 loc 7");
}

TEST_F(Rules, ThatTheDriverRefusesAreNamed) {
    const Knob knob = *rules_knob(sources, "eth0");
    const Status done = knob.put("udp4 dst-port 5000 action 7");
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().message.find("udp4 dst-port 5000 action 7"), std::string::npos);
}

TEST_F(Rules, AnyPlaceDoesWhereNoneIsNamed) {
    const Knob knob = *rules_knob(sources, "eth0");
    const std::string now = "udp4 dst-port 1 action 1 loc 3; udp4 dst-port 2 action 1 loc 5";
    for (const char* const same : {"udp4 dst-port 2 action 1; udp4 dst-port 1 action 1",
                                   "udp4 dst-port 1 action 1; udp4 dst-port 2 action 1 loc 5"}) {
        EXPECT_TRUE(knob.has(now, same)) << same;
    }
    for (const char* const other :
         {"none", "udp4 dst-port 1 action 1", "udp4 dst-port 1 action 1; udp4 dst-port 1 action 1",
          "udp4 dst-port 1 action 1; udp4 dst-port 2 action 0",
          "udp4 dst-port 1 action 1; udp4 dst-port 2 action 1 loc 4"}) {
        EXPECT_FALSE(knob.has(now, other)) << other;
    }
}

TEST(FlowRule, HasOneForm) {
    for (const auto& [text, form] : std::map<std::string, std::string>{
             {"udp4 action 1 dst-port 0x10", "udp4 dst-port 16 action 1"},
             {"ether proto 0x88F7 dst 02:00:00:00:00:0A action 2 loc 1",
              "ether dst 02:00:00:00:00:0a proto 0x88f7 action 2 loc 1"},
             {"tcp6 dst-ip 2001:DB8:0::1 action -1", "tcp6 dst-ip 2001:db8::1 action -1"},
             {"ip4 l4proto 17 action 0", "ip4 l4proto 17 action 0"},
             {"ip6 l4data 0xFA01388 l4proto 17 action 0",
              "ip6 l4proto 17 l4data 0x0fa01388 action 0"},
             {"ether vlan-prio 7 action 0", "ether vlan-prio 7 action 0"},
             {"tcp4 vlan-prio 0 dst-mac 02:00:00:00:00:0A dst-port 80 action 1",
              "tcp4 dst-port 80 dst-mac 02:00:00:00:00:0a vlan-prio 0 action 1"},
             {"udp4 src-port 0 action 0", "udp4 src-port 0 action 0"}}) {
        const auto rule = parse_flow_rule(text);
        ASSERT_TRUE(rule) << text << ": " << rule.error().message;
        EXPECT_EQ(flow_rule_text(*rule), form);
    }
}

TEST(FlowRule, OfAVlanTagOnlyThePriorityIsCompared) {
    const FlowRule rule = *parse_flow_rule("ether vlan-prio 3 action 1");
    EXPECT_EQ(rule.spec.flow_type, ETHER_FLOW | FLOW_EXT);
    EXPECT_EQ(rule.spec.h_ext.vlan_tci, htons(0x6000));
    EXPECT_EQ(rule.spec.m_ext.vlan_tci, htons(0xe000));
    EXPECT_EQ(parse_flow_rule("udp6 dst-mac 02:00:00:00:00:01 action 1")->spec.flow_type,
              UDP_V6_FLOW | FLOW_MAC_EXT);
}

TEST(FlowRule, ThatWordsCannotSayComesBackAsItWas) {
    FlowRule rule = *parse_flow_rule("udp4 dst-port 5000 action 1 loc 2");
    rule.spec.m_u.udp_ip4_spec.pdst = htons(0xff00);
    rule.spec.flow_type |= FLOW_EXT;
    rule.spec.m_ext.vlan_tci = htons(0xe000);
    const std::string text = flow_rule_text(rule);
    EXPECT_TRUE(text.starts_with("raw ")) << text;
    EXPECT_TRUE(text.ends_with(" loc 2")) << text;
    const auto again = parse_flow_rule(text);
    ASSERT_TRUE(again);
    EXPECT_TRUE(same_flow(*again, rule));
    EXPECT_EQ(again->location, rule.location);
    rule.spec.flow_type = 999;
    EXPECT_TRUE(flow_rule_text(rule).starts_with("raw "));
}

TEST(FlowRule, WrongOnesSayWhatWouldBeRight) {
    for (const char* const wrong : {"",
                                    "udp",
                                    "udp4",
                                    "udp4 dst-port 5000",
                                    "udp4 dst-port action 1",
                                    "udp4 dst-port 65536 action 1",
                                    "udp4 dst-port -1 action 1",
                                    "udp4 dst action 1",
                                    "udp4 src-ip 192.0.2 action 1",
                                    "udp6 src-ip 192.0.2.1 action 1",
                                    "ether src 02:00:00:00:00 action 1",
                                    "ether src 2:00:00:00:00:01 action 1",
                                    "ether vlan-prio 8 action 1",
                                    "ip4 l4data 4294967296 action 1",
                                    "tcp4 dst-mac 02:00 action 1",
                                    "udp4 action x",
                                    "udp4 action 1 loc",
                                    "udp4 action 1 loc 2147483648",
                                    "raw 00",
                                    "raw zz action 1",
                                    "raw",
                                    "action 1"}) {
        const auto rule = parse_flow_rule(wrong);
        ASSERT_FALSE(rule.ok()) << wrong;
        EXPECT_EQ(rule.error().kind, util::ErrorKind::invalid);
        EXPECT_FALSE(rule.error().message.empty());
    }
}

TEST_F(Rules, OneLocationIsForOneRule) {
    const Knob knob = *rules_knob(sources, "eth0");
    EXPECT_FALSE(knob.canonical("udp4 action 1 loc 1; tcp4 action 1 loc 1").ok());
    EXPECT_TRUE(knob.canonical("udp4 action 1 loc 1; tcp4 action 1 loc 2").ok());
}

TEST_F(Rules, TheCoalescingOfOneQueueIsItsOwn) {
    driver.coalescing[0].rx_coalesce_usecs = 3;
    driver.coalescing[1].rx_coalesce_usecs = 3;
    driver.coalescing[1].rx_max_coalesced_frames = 9;
    const auto knobs = queue_coalescing_knobs(sources, "eth0", 2, 1);
    std::vector<std::string> names;
    names.reserve(knobs.size());
    for (const Knob& knob : knobs) {
        names.push_back(knob.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"rx-0.coalesce-adaptive", "rx-0.coalesce-usecs",
                                               "rx-1.coalesce-adaptive", "rx-1.coalesce-usecs",
                                               "tx-0.coalesce-usecs"}));
    ASSERT_TRUE(knobs[3].put("50"));
    ASSERT_TRUE(knobs[2].put("on"));
    ASSERT_TRUE(knobs[4].put("7"));
    EXPECT_EQ(*knobs[3].get(), "50");
    EXPECT_EQ(*knobs[2].get(), "on");
    EXPECT_EQ(*knobs[1].get(), "3");
    EXPECT_EQ(driver.coalescing[1].rx_max_coalesced_frames, 9U) << "the rest stays";
    EXPECT_EQ(driver.coalescing[0].tx_coalesce_usecs, 7U);
    EXPECT_EQ(knobs[3].form, Form::number);
    EXPECT_EQ(knobs[2].form, Form::flag);
}

TEST(QueueCoalescing, IsNoKnobWhereTheDriverHasOneForAll) {
    test::Recording recording("igb");
    FakeEthtool refusing(
        [](std::span<std::byte>) -> Status { return util::error_from_errno(EOPNOTSUPP, ""); });
    source::Sources sources(recording.files, recording.netlink, refusing);
    EXPECT_TRUE(queue_coalescing_knobs(sources, "eth0", 4, 4).empty());
    EXPECT_FALSE(rules_knob(sources, "eth0").has_value());
}

}  // namespace
}  // namespace igbtune::model
