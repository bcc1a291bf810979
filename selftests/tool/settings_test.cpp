// SPDX-License-Identifier: GPL-2.0-only
// Settings by ethtool's netlink family, qdiscs by rtnetlink, owners of sockets by procfs: asked
// rightly, and answers taken apart without trust.
#include <gtest/gtest.h>
#include <linux/ethtool_netlink.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fake_netlink.hpp"
#include "source/ethtool_settings.hpp"
#include "source/processes.hpp"
#include "source/qdisc.hpp"

namespace igbtune::source {
namespace {

namespace fs = std::filesystem;
using test::FakeNetlink;

// A kernel that knows the family and answers its other commands.
FakeNetlink family_with(const std::function<FakeNetlink::Answer(ByteView)>& answer) {
    return FakeNetlink([answer](int, ByteView request) -> FakeNetlink::Answer {
        const auto header = header_of<nlmsghdr>(request);
        if (header && header->nlmsg_type == GENL_ID_CTRL) {
            return std::vector<Bytes>{test::generic_reply([](Message& message) {
                const std::uint16_t id = 30;
                message.put(CTRL_ATTR_FAMILY_ID, std::as_bytes(std::span(&id, 1)));
            })};
        }
        return answer(request);
    });
}

Attributes attributes_in(ByteView request) {
    return Attributes(after(after(request, sizeof(nlmsghdr)), sizeof(genlmsghdr)));
}

TEST(EthtoolParameter, IsReadWithItsLimit) {
    FakeNetlink netlink = family_with([](ByteView request) -> FakeNetlink::Answer {
        EXPECT_EQ(test::command_of(request), ETHTOOL_MSG_RINGS_GET);
        return std::vector<Bytes>{test::generic_reply([](Message& message) {
            message.put(ETHTOOL_A_RINGS_RX, std::uint32_t{256});
            message.put(ETHTOOL_A_RINGS_RX_MAX, std::uint32_t{4096});
        })};
    });
    GenericNetlink generic(netlink);
    const auto value = read_parameter(generic, 3, ethtool_parameter::rx_ring);
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->value, 256U);
    EXPECT_EQ(value->maximum, 4096U);
    const auto absent = read_parameter(generic, 3, ethtool_parameter::tx_ring);
    ASSERT_FALSE(absent.ok());
    EXPECT_EQ(absent.error().kind, util::ErrorKind::not_supported);
}

TEST(EthtoolParameter, IsWrittenAsWideAsItIs) {
    int asked = 0;
    FakeNetlink netlink = family_with([&](ByteView request) -> FakeNetlink::Answer {
        ++asked;
        const Attributes attributes = attributes_in(request);
        EXPECT_EQ(attributes.nested(1).u32(ETHTOOL_A_HEADER_DEV_INDEX), 3U);
        if (test::command_of(request) == ETHTOOL_MSG_RINGS_SET) {
            EXPECT_EQ(attributes.u32(ETHTOOL_A_RINGS_TX), 512U);
        } else {
            EXPECT_EQ(test::command_of(request), ETHTOOL_MSG_COALESCE_SET);
            const Attribute* const flag = attributes.find(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX);
            EXPECT_TRUE(flag != nullptr && flag->payload().size() == 1 &&
                        flag->unsigned_number() == 1U);
        }
        return std::vector<Bytes>{};
    });
    GenericNetlink generic(netlink);
    EXPECT_TRUE(write_parameter(generic, 3, ethtool_parameter::tx_ring, 512));
    EXPECT_TRUE(write_parameter(generic, 3, ethtool_parameter::adaptive_rx, 1));
    EXPECT_EQ(asked, 2);
}

void put_bit(Message& message, const char* name, bool set) {
    message.nest(ETHTOOL_A_BITSET_BITS_BIT, [&] {
        message.put(ETHTOOL_A_BITSET_BIT_NAME, std::string_view(name));
        if (set) {
            message.put_flag(ETHTOOL_A_BITSET_BIT_VALUE);
        }
    });
}

TEST(Features, AreThoseThatAreSetAndThoseThatCanBe) {
    FakeNetlink netlink = family_with([](ByteView) -> FakeNetlink::Answer {
        return std::vector<Bytes>{test::generic_reply([](Message& message) {
            message.nest(ETHTOOL_A_FEATURES_HW, [&] {
                message.nest(ETHTOOL_A_BITSET_BITS, [&] {
                    put_bit(message, "rx-gro", true);
                    put_bit(message, "tx-nocache-copy", true);
                    put_bit(message, "highdma", false);
                });
            });
            message.nest(ETHTOOL_A_FEATURES_ACTIVE, [&] {
                message.put_flag(ETHTOOL_A_BITSET_NOMASK);
                message.nest(ETHTOOL_A_BITSET_BITS, [&] { put_bit(message, "rx-gro", false); });
            });
        })};
    });
    GenericNetlink generic(netlink);
    const auto found = features(generic, 3);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->changeable, (std::set<std::string>{"rx-gro", "tx-nocache-copy"}));
    EXPECT_EQ(found->active, std::set<std::string>{"rx-gro"});
}

Bytes qdisc_message() {
    Message message(RTM_NEWQDISC, 0);
    tcmsg header{};
    header.tcm_ifindex = 3;
    header.tcm_parent = TC_H_ROOT;
    message.append(header);
    message.put(TCA_KIND, std::string_view("mq"));
    message.nest(TCA_STATS2, [&] {
        gnet_stats_basic basic{};
        basic.bytes = 1000;
        basic.packets = 10;
        message.put(TCA_STATS_BASIC, std::as_bytes(std::span(&basic, 1)));
        gnet_stats_queue queue{};
        queue.drops = 7;
        queue.qlen = 2;
        message.put(TCA_STATS_QUEUE, std::as_bytes(std::span(&queue, 1)));
    });
    return test::bytes_of(message);
}

TEST(Qdisc, IsReadWithItsCounters) {
    const auto qdisc = parse_qdisc(qdisc_message());
    ASSERT_TRUE(qdisc) << qdisc.error().message;
    EXPECT_EQ(qdisc->device, 3);
    EXPECT_EQ(qdisc->kind, "mq");
    EXPECT_TRUE(qdisc->is_root());
    EXPECT_FALSE(qdisc->is_ingress());
    EXPECT_EQ(qdisc->packets, 10U);
    EXPECT_EQ(qdisc->drops, 7U);
    EXPECT_EQ(qdisc->waiting, 2U);
}

TEST(Qdisc, ThatIsCutAnywhereIsAnErrorOrLacksWhatIsMissing) {
    const Bytes whole = qdisc_message();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto qdisc = parse_qdisc(ByteView(whole).first(size));
        if (qdisc) {
            EXPECT_TRUE(qdisc->drops == 0 || qdisc->drops == 7) << size;
        }
    }
}

TEST(SocketOwners, AreFoundByTheLinksOfTheirDescriptors) {
    const fs::path root =
        fs::temp_directory_path() / ("igbtune-owners-" + std::to_string(::getpid()));
    fs::create_directories(root / "proc/30/fd");
    fs::create_directories(root / "proc/4/fd");
    fs::create_directories(root / "proc/self/fd");
    std::ofstream(root / "proc/30/comm") << "later\n";
    std::ofstream(root / "proc/4/comm") << "named\n";
    fs::create_symlink("socket:[77]", root / "proc/30/fd/3");
    fs::create_symlink("socket:[77]", root / "proc/4/fd/3");
    fs::create_symlink("socket:[x]", root / "proc/4/fd/4");
    fs::create_symlink("/dev/null", root / "proc/4/fd/5");
    const Files files(root.string());
    const auto owners = socket_owners(files, {77, 78});
    ASSERT_EQ(owners.size(), 1U);
    EXPECT_EQ(owners.at(77).id, 4U);
    EXPECT_EQ(owners.at(77).name, "named");
    fs::remove_all(root);
}

}  // namespace
}  // namespace igbtune::source
