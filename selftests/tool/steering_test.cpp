// SPDX-License-Identifier: GPL-2.0-only
// The knobs that choose a queue, with a driver of the test's own.
#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "fake_netlink.hpp"
#include "model/knobs_steering.hpp"
#include "model/plan.hpp"
#include "recorded_sources.hpp"
#include "source/ethtool_steering.hpp"
#include "source/qdisc.hpp"

namespace igbtune::model {
namespace {

using test::FakeEthtool;
using test::FakeNetlink;
using util::Status;

// A driver with a table of 8 entries, a key of 4 bytes and hash fields of TCP and UDP.
class Driver {
public:
    std::uint32_t queues{4};
    std::vector<std::uint32_t> table{0, 1, 2, 3, 0, 1, 2, 3};
    std::vector<std::uint8_t> key{0x6d, 0x5a, 0x00, 0xff};
    std::uint64_t tcp{RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3};
    std::uint64_t udp{RXH_IP_SRC | RXH_IP_DST};

    Status call(std::span<std::byte> command) {
        std::uint32_t number{};
        std::memcpy(&number, command.data(), sizeof(number));
        if (number == ETHTOOL_GRSSH || number == ETHTOOL_SRSSH) {
            return hash(command, number == ETHTOOL_SRSSH);
        }
        if (number == ETHTOOL_GRXFH || number == ETHTOOL_SRXFH || number == ETHTOOL_GRXRINGS) {
            return fields(command, number);
        }
        return util::error_from_errno(EOPNOTSUPP, "");
    }

private:
    Status hash(std::span<std::byte> command, bool set) {
        ethtool_rxfh head{};
        std::memcpy(&head, command.data(), sizeof(head));
        std::byte* const content = command.data() + sizeof(head);
        if (!set) {
            if (head.indir_size != 0) {
                std::memcpy(content, table.data(), table.size() * 4);
                std::memcpy(content + (table.size() * 4), key.data(), key.size());
            }
            head.indir_size = static_cast<std::uint32_t>(table.size());
            head.key_size = static_cast<std::uint32_t>(key.size());
            std::memcpy(command.data(), &head, sizeof(head));
            return util::Done{};
        }
        if (head.indir_size == 0) {
            for (std::size_t place = 0; place < table.size(); ++place) {
                table[place] = static_cast<std::uint32_t>(place % queues);
            }
        } else if (head.indir_size == table.size()) {
            std::memcpy(table.data(), content, table.size() * 4);
        }
        if (head.key_size == key.size()) {
            std::memcpy(key.data(), content, key.size());
        }
        return util::Done{};
    }

    Status fields(std::span<std::byte> command, std::uint32_t number) {
        ethtool_rxnfc request{};
        std::memcpy(&request, command.data(), sizeof(request));
        std::uint64_t* kind = request.flow_type == TCP_V4_FLOW ? &tcp : nullptr;
        if (request.flow_type == UDP_V4_FLOW) {
            kind = &udp;
        }
        if (number == ETHTOOL_GRXRINGS) {
            request.data = queues;
        } else if (kind == nullptr) {
            return util::error_from_errno(EINVAL, "");
        } else if (number == ETHTOOL_SRXFH) {
            *kind = request.data;
        } else {
            request.data = *kind;
        }
        std::memcpy(command.data(), &request, sizeof(request));
        return util::Done{};
    }
};

class Steering : public testing::Test {
protected:
    Steering()
        : ethtool_([this](std::span<std::byte> command) { return driver.call(command); }),
          sources(recording_.files, recording_.netlink, ethtool_) {}

    [[nodiscard]] Knob knob(const std::string& name) {
        for (Knob& one : steering_knobs(sources, 2, "eth0")) {
            if (one.name == name) {
                return one;
            }
        }
        ADD_FAILURE() << "no knob " << name;
        return {};
    }

    Driver driver;

private:
    test::Recording recording_{"igb"};
    FakeEthtool ethtool_;

protected:
    source::Sources sources;
};

TEST_F(Steering, AreTheKnobsThatTheDriverHas) {
    std::vector<std::string> names;
    for (const Knob& one : steering_knobs(sources, 2, "eth0")) {
        names.push_back(one.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"rss.table", "rss.key", "rss.fields.tcp4",
                                               "rss.fields.udp4"}));
}

TEST_F(Steering, TheTableIsReadAndWritten) {
    const Knob table = knob("rss.table");
    EXPECT_EQ(*table.get(), "default");
    EXPECT_TRUE(table.put("0*2,1*6").ok());
    EXPECT_EQ(driver.table, (std::vector<std::uint32_t>{0, 0, 1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(*table.get(), "0*2,1*6");
    EXPECT_TRUE(table.put("equal 2").ok());
    EXPECT_EQ(*table.get(), "equal 2");
    // The driver's own goes with the number of queues.
    EXPECT_TRUE(table.put("default").ok());
    EXPECT_EQ(*table.get(), "default");
    driver.queues = 3;
    EXPECT_EQ(*table.get(), "equal 4") << "what is there now is no longer over all queues";
    EXPECT_TRUE(table.put("equal 3").ok());
    EXPECT_EQ(*table.get(), "default");
    EXPECT_TRUE(table.has("default", "equal 3"));
    EXPECT_FALSE(table.has("default", "equal 2"));
}

TEST_F(Steering, TheKeyAndTheFieldsAreReadAndWritten) {
    const Knob key = knob("rss.key");
    EXPECT_EQ(*key.get(), "6d:5a:00:ff");
    EXPECT_TRUE(key.put("00:01:02:03").ok());
    EXPECT_EQ(driver.key, (std::vector<std::uint8_t>{0, 1, 2, 3}));
    EXPECT_EQ(driver.table.back(), 3U) << "the table stays";
    const Knob udp = knob("rss.fields.udp4");
    EXPECT_EQ(*udp.get(), "sd");
    EXPECT_TRUE(udp.put("sdfn").ok());
    EXPECT_EQ(driver.udp, driver.tcp);
}

TEST(SteeringTexts, HaveOneForm) {
    EXPECT_EQ(table_text({0, 1, 0, 1}), "equal 2");
    EXPECT_EQ(table_text({0, 0, 0, 0}), "equal 1");
    EXPECT_EQ(table_text({3, 3, 1, 2}), "3*2,1,2");
    EXPECT_EQ(table_text({}), "");
    EXPECT_EQ(*parse_table("equal 3", 4), (std::vector<std::uint32_t>{0, 1, 2, 0}));
    EXPECT_EQ(*parse_table("3*2,1,2", 4), (std::vector<std::uint32_t>{3, 3, 1, 2}));
    for (const char* const wrong :
         {"", "equal 0", "equal 5", "equal x", "0*3", "0*5", "0,1,2", "0,,1,2", "0*", "-1*4",
          "70000*4", "0*18446744073709551615,1"}) {
        const auto table = parse_table(wrong, 4);
        ASSERT_FALSE(table.ok()) << wrong;
        EXPECT_NE(table.error().message.find("would be right"), std::string::npos);
    }
    EXPECT_FALSE(parse_key("6d:5a", 3).ok());
    EXPECT_FALSE(parse_key("6d:5", 2).ok());
    EXPECT_FALSE(parse_key("", 1).ok());
    EXPECT_EQ(fields_text(*parse_fields("nfds")), "sdfn");
    EXPECT_EQ(fields_text(*parse_fields("none")), "none");
    EXPECT_FALSE(parse_fields("sdx").ok());
    EXPECT_FALSE(parse_fields("").ok());
}

// A root qdisc as rtnetlink would tell and take it.
class QdiscOfKernel {
public:
    std::string kind{"mq"};
    std::uint32_t handle{};
    source::Bytes options;

    FakeNetlink::Answer ask(source::ByteView request) {
        const auto header = *source::header_of<nlmsghdr>(request);
        const source::ByteView payload = source::after(request, sizeof(nlmsghdr));
        const source::Attributes attributes(source::after(payload, sizeof(tcmsg)));
        if (header.nlmsg_type == RTM_NEWQDISC) {
            kind = attributes.text(TCA_KIND).value_or("");
            handle = 0x80010000;
            options = {std::byte{7}};  // what the kernel fills in
            if (const auto* const given = attributes.find(TCA_OPTIONS)) {
                options = source::Bytes(given->payload().begin(), given->payload().end());
            }
            return std::vector<source::Bytes>{};
        }
        if (header.nlmsg_type == RTM_DELQDISC) {
            *this = {};
            return std::vector<source::Bytes>{};
        }
        source::Message message(RTM_NEWQDISC, 0);
        tcmsg about{};
        about.tcm_ifindex = 2;
        about.tcm_parent = TC_H_ROOT;
        about.tcm_handle = handle;
        message.append(about);
        message.put(TCA_KIND, std::string_view(kind));
        message.put(TCA_OPTIONS, source::ByteView(options));
        return std::vector<source::Bytes>{test::bytes_of(message)};
    }
};

TEST(QdiscKnob, ComesBackWithItsParameters) {
    QdiscOfKernel kernel;
    FakeNetlink netlink([&](int, source::ByteView request) { return kernel.ask(request); });
    test::Recording recording("igb");
    FakeEthtool ethtool(
        [](std::span<std::byte>) -> Status { return util::error_from_errno(EOPNOTSUPP, ""); });
    source::Sources sources(recording.files, netlink, ethtool);
    const auto knobs = steering_knobs(sources, 2, "eth0");
    ASSERT_EQ(knobs.size(), 1U);
    const Knob& qdisc = knobs.front();
    EXPECT_EQ(*qdisc.get(), "default");
    ASSERT_TRUE(qdisc.put("fq").ok());
    EXPECT_EQ(*qdisc.get(), "fq/07");
    EXPECT_TRUE(qdisc.has("fq/07", "fq"));
    EXPECT_FALSE(qdisc.has("fq_codel/07", "fq"));
    EXPECT_FALSE(qdisc.has("fq/07", "fq/08"));
    ASSERT_TRUE(qdisc.put("fq/0a0b").ok());
    EXPECT_EQ(*qdisc.get(), "fq/0a0b");
    ASSERT_TRUE(qdisc.put("default").ok());
    EXPECT_EQ(*qdisc.get(), "default");
    for (const char* const wrong : {"", "htb", "fq/0", "fq/xy", "FQ"}) {
        EXPECT_FALSE(qdisc.canonical(wrong).ok()) << wrong;
    }
    // A tree that somebody built is left alone.
    kernel.kind = "htb";
    kernel.handle = 0x00010000;
    EXPECT_TRUE(steering_knobs(sources, 2, "eth0").empty());
}

}  // namespace
}  // namespace igbtune::model
