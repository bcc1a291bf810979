// SPDX-License-Identifier: GPL-2.0-only
// Readers of netlink and ethtool, against answers that are built here: normal ones and impossible
// ones.
#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstring>

#include "fake_netlink.hpp"
#include "source/ethtool_ioctl.hpp"
#include "source/ethtool_netlink.hpp"
#include "source/netdev_family.hpp"
#include "source/netdev_netlink.hpp"
#include "source/rtnetlink.hpp"

namespace igbtune::source {
namespace {

using test::command_of;
using test::FakeEthtool;
using test::FakeNetlink;
using test::generic_reply;
using util::ErrorKind;

// A generic netlink family that gives the same replies to every request.
class Family {
public:
    explicit Family(const std::vector<Bytes>& replies)
        : netlink_([replies](int, ByteView request) -> FakeNetlink::Answer {
              if (command_of(request) == CTRL_CMD_GETFAMILY &&
                  header_of<nlmsghdr>(request)->nlmsg_type == GENL_ID_CTRL) {
                  return std::vector<Bytes>{
                      generic_reply([](Message& reply) { reply.put(CTRL_ATTR_FAMILY_ID, 33U); })};
              }
              return replies;
          }),
          generic_(netlink_) {}

    GenericNetlink& operator()() { return generic_; }

private:
    FakeNetlink netlink_;
    GenericNetlink generic_;
};

Message link_message(int index) {
    Message message(RTM_NEWLINK, 0);
    ifinfomsg header{};
    header.ifi_index = index;
    message.append(header);
    return message;
}

template <typename Number, std::size_t Count>
void put_numbers(Message& message, std::uint16_t type, const std::array<Number, Count>& numbers,
                 std::size_t bytes = Count * sizeof(Number)) {
    message.put(type, std::as_bytes(std::span(numbers)).first(bytes));
}

TEST(Link, IsReadWithItsCounters) {
    Message message = link_message(4);
    message.put(IFLA_IFNAME, std::string_view("eth0"));
    message.put(IFLA_MTU, 9216U);
    message.put(IFLA_ADDRESS, std::as_bytes(std::span("\x52\x54", 2)));
    put_numbers(message, IFLA_STATS64, std::array<std::uint64_t, 2>{1, 2});
    const auto link = parse_link(message.bytes());
    ASSERT_TRUE(link.ok());
    EXPECT_EQ(link->index, 4);
    EXPECT_EQ(link->name, "eth0");
    EXPECT_EQ(link->mtu, 9216U);
    EXPECT_EQ(link->address, (std::vector<std::uint8_t>{0x52, 0x54}));
    EXPECT_EQ(link->carrier, std::nullopt);
    EXPECT_EQ(link->statistics, (std::vector<NamedValue>{{"rx_packets", 1}, {"tx_packets", 2}}));
}

TEST(Link, TellsWhereAnXdpProgramRuns) {
    Message message = link_message(4);
    message.put(IFLA_IFNAME, std::string_view("eth0"));
    message.nest(IFLA_XDP, [&] {
        message.put(IFLA_XDP_PROG_ID, 12U);
        message.put(IFLA_XDP_SKB_PROG_ID, 12U);
        message.put(IFLA_XDP_DRV_PROG_ID, 9U);
    });
    EXPECT_EQ(parse_link(message.bytes())->xdp,
              (std::vector<NamedValue>{{"native", 9}, {"generic", 12}}));
}

TEST(Link, ACounterThatIsCutOffIsLeftOut) {
    Message message = link_message(4);
    message.put(IFLA_IFNAME, std::string_view("eth0"));
    put_numbers(message, IFLA_STATS64, std::array<std::uint64_t, 2>{1, 2}, 12);
    EXPECT_EQ(parse_link(message.bytes())->statistics,
              (std::vector<NamedValue>{{"rx_packets", 1}}));
}

TEST(Link, OfALaterKernelMayHaveMoreCountersThanAreKnown) {
    Message message = link_message(4);
    message.put(IFLA_IFNAME, std::string_view("eth0"));
    put_numbers(message, IFLA_STATS64, std::array<std::uint64_t, 40>{1});
    EXPECT_EQ(parse_link(message.bytes())->statistics.back().name, "rx_otherhost_dropped");
}

TEST(Link, WithoutNameOrIndexIsNone) {
    EXPECT_FALSE(parse_link({}).ok());
    EXPECT_FALSE(parse_link(link_message(4).bytes()).ok());
    Message message = link_message(0);
    message.put(IFLA_IFNAME, std::string_view("eth0"));
    EXPECT_FALSE(parse_link(message.bytes()).ok());
}

TEST(Link, OfAnImpossibleNameIsNotAskedFor) {
    FakeNetlink netlink([](int, ByteView) -> FakeNetlink::Answer { return std::vector<Bytes>{}; });
    for (const std::string& name : {std::string(), std::string(128, 'x')}) {
        EXPECT_EQ(link_by_name(netlink, name).error().kind, ErrorKind::not_found);
    }
    EXPECT_EQ(netlink.asked, 0);
    EXPECT_EQ(link_by_name(netlink, "eth0").error().kind, ErrorKind::failure) << "no answer";
}

TEST(EthtoolNetlink, SpeedAndDuplexCanBeUnknown) {
    Family known({generic_reply([](Message& reply) {
        reply.put(ETHTOOL_A_LINKMODES_SPEED, 1000U);
        reply.put(ETHTOOL_A_LINKMODES_DUPLEX, 1U);
    })});
    EXPECT_EQ(link_modes(known(), 4)->speed, 1000U);
    EXPECT_EQ(link_modes(known(), 4)->duplex, Duplex::full);
    Family unknown({generic_reply([](Message& reply) {
        reply.put(ETHTOOL_A_LINKMODES_SPEED, 0xffffffffU);
        reply.put(ETHTOOL_A_LINKMODES_DUPLEX, 0xffU);
    })});
    EXPECT_EQ(link_modes(unknown(), 4)->speed, std::nullopt);
    EXPECT_EQ(link_modes(unknown(), 4)->duplex, std::nullopt);
    Family silent({});
    EXPECT_FALSE(link_modes(silent(), 4).ok());
}

TEST(EthtoolNetlink, TheIndirectionTableIsReadEntryByEntry) {
    Family family({generic_reply([](Message& reply) {
        put_numbers(reply, 4, std::array<std::uint32_t, 3>{1, 2, 3}, 11);  // the last is cut off
    })});
    EXPECT_EQ(*rss_table(family(), 4), (std::vector<std::uint32_t>{1, 2}));
    Family none({generic_reply([](Message&) {})});
    EXPECT_TRUE(rss_table(none(), 4)->empty());
}

TEST(EthtoolNetlink, StringSetsWithAbsurdIndicesDoNotTakeMemory) {
    Family family({generic_reply([](Message& reply) {
        reply.nest(ETHTOOL_A_STRSET_STRINGSETS, [&] {
            reply.nest(ETHTOOL_A_STRINGSETS_STRINGSET, [&] {
                reply.put(ETHTOOL_A_STRINGSET_ID, static_cast<std::uint32_t>(ETH_SS_STATS));
                reply.nest(ETHTOOL_A_STRINGSET_STRINGS, [&] {
                    const auto string = [&](std::uint32_t index, std::string_view value) {
                        reply.nest(ETHTOOL_A_STRINGS_STRING, [&] {
                            reply.put(ETHTOOL_A_STRING_INDEX, index);
                            reply.put(ETHTOOL_A_STRING_VALUE, value);
                        });
                    };
                    string(1, "tx_packets");
                    string(0, "rx_packets");
                    string(4294967295U, "absurd");
                });
            });
        });
    })});
    EXPECT_EQ(*driver_statistic_names(family(), 4),
              (std::vector<std::string>{"rx_packets", "tx_packets"}));
}

TEST(EthtoolNetlink, StandardStatisticsHaveNamesAndHistograms) {
    const StringSets names{{ETH_SS_STATS_STD, {"eth-phy", "eth-mac", "eth-ctrl", "rmon"}},
                           {ETH_SS_STATS_RMON, {"etherStatsUndersizePkts"}}};
    Family family({generic_reply([](Message& reply) {
        reply.nest(ETHTOOL_A_STATS_GRP, [&] {
            reply.put(ETHTOOL_A_STATS_GRP_ID, static_cast<std::uint32_t>(ETHTOOL_STATS_RMON));
            reply.put(ETHTOOL_A_STATS_GRP_SS_ID, static_cast<std::uint32_t>(ETH_SS_STATS_RMON));
            reply.nest(ETHTOOL_A_STATS_GRP_STAT, [&] { reply.put(0, 5U); });
            reply.nest(ETHTOOL_A_STATS_GRP_STAT, [&] { reply.put(1, 6U); });
            reply.nest(ETHTOOL_A_STATS_GRP_HIST_RX, [&] {
                reply.put(ETHTOOL_A_STATS_GRP_HIST_BKT_LOW, 64U);
                reply.put(ETHTOOL_A_STATS_GRP_HIST_BKT_HI, 127U);
                reply.put(ETHTOOL_A_STATS_GRP_HIST_VAL, 7U);
            });
            reply.nest(ETHTOOL_A_STATS_GRP_HIST_TX, [&] {
                reply.put(ETHTOOL_A_STATS_GRP_HIST_BKT_LOW, 1523U);
                reply.put(ETHTOOL_A_STATS_GRP_HIST_VAL, 8U);
            });
            reply.nest(ETHTOOL_A_STATS_GRP_HIST_TX,
                       [&] { reply.put(ETHTOOL_A_STATS_GRP_HIST_VAL, 9U); });
        });
    })});
    const auto groups = standard_statistics(family(), 4, names);
    ASSERT_TRUE(groups.ok());
    ASSERT_EQ(groups->size(), 1U);
    EXPECT_EQ(groups->front().name, "rmon");
    EXPECT_EQ(groups->front().counters, (std::vector<NamedValue>{{"etherStatsUndersizePkts", 5},
                                                                 {"counter 1", 6},
                                                                 {"rx_size_64_127", 7},
                                                                 {"tx_size_1523_max", 8}}));
}

TEST(NetdevNetlink, OtherDevicesAndUnknownTypesAreLeftOut) {
    const auto queue = [](std::uint32_t device, std::uint32_t type, std::uint32_t id) {
        return generic_reply([=](Message& reply) {
            reply.put(netdev_family::queue_ifindex, device);
            reply.put(netdev_family::queue_type, type);
            reply.put(netdev_family::queue_id, id);
            reply.put(netdev_family::queue_napi_id, 8193 + id);
        });
    };
    Family family({queue(4, 0, 0), queue(4, 1, 0), queue(4, 9, 0), queue(5, 0, 1), Bytes(3)});
    const auto queues = netdev_queues(family(), 4);
    ASSERT_TRUE(queues.ok());
    ASSERT_EQ(queues->size(), 2U);
    EXPECT_EQ((*queues)[0].direction, Direction::rx);
    EXPECT_EQ((*queues)[1].direction, Direction::tx);
    EXPECT_EQ((*queues)[1].napi, 8193U);
}

TEST(NetdevNetlink, QueueStatisticsHaveTheNamesOfTheSpecification) {
    Family family({generic_reply([](Message& reply) {
        reply.put(netdev_family::qstats_ifindex, 4U);
        reply.put(netdev_family::qstats_queue_type, 0U);
        reply.put(netdev_family::qstats_queue_id, 3U);
        reply.put(8, 1U);    // rx-packets
        reply.put(9, 2U);    // rx-bytes
        reply.put(13, 3U);   // rx-hw-drops
        reply.put(200, 4U);  // of a later kernel
    })});
    const auto queues = netdev_queue_statistics(family(), 4);
    ASSERT_TRUE(queues.ok());
    ASSERT_EQ(queues->size(), 1U);
    EXPECT_EQ(queues->front().id, 3U);
    EXPECT_EQ(queues->front().counters,
              (std::vector<NamedValue>{{"packets", 1}, {"bytes", 2}, {"hw_drops", 3}}));
}

template <typename Structure>
void write_to(std::span<std::byte> command, const Structure& structure) {
    ASSERT_GE(command.size(), sizeof(structure));
    std::memcpy(command.data(), &structure, sizeof(structure));
}

TEST(EthtoolIoctl, DriverNamesNeedNoEnd) {
    FakeEthtool ethtool([](std::span<std::byte> command) -> util::Status {
        ethtool_drvinfo info{};
        std::memset(&info, 'x', sizeof(info));
        write_to(command, info);
        return util::Done{};
    });
    const auto info = driver_info(ethtool, "eth0");
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->name, std::string(32, 'x'));
}

TEST(EthtoolIoctl, ValuesMustBeAsManyAsNames) {
    FakeEthtool ethtool([](std::span<std::byte> command) -> util::Status {
        ethtool_stats header{};
        header.n_stats = 1000;
        write_to(command, header);
        return util::Done{};
    });
    const auto values = driver_statistic_values(ethtool, "eth0", 2);
    ASSERT_FALSE(values.ok());
    EXPECT_EQ(values.error().message, "the driver has 1000 values for 2 names");
    EXPECT_EQ(driver_statistic_values(ethtool, "eth0", 1000)->size(), 1000U);
}

TEST(EthtoolIoctl, TheIndirectionTableIsAskedForInItsSize) {
    int calls = 0;
    FakeEthtool ethtool([&](std::span<std::byte> command) -> util::Status {
        ++calls;
        ethtool_rxfh_indir header{};
        header.size = 3;
        write_to(command, header);
        if (calls == 2) {
            const std::array<std::uint32_t, 3> table{0, 1, 2};
            std::memcpy(command.data() + sizeof(header), table.data(), sizeof(table));
        }
        return util::Done{};
    });
    EXPECT_EQ(*rss_table_by_ioctl(ethtool, "eth0"), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(EthtoolIoctl, AnAbsurdTableIsRefused) {
    FakeEthtool absurd([](std::span<std::byte> command) -> util::Status {
        ethtool_rxfh_indir header{};
        header.size = 0xffffffffU;
        write_to(command, header);
        return util::Done{};
    });
    EXPECT_FALSE(rss_table_by_ioctl(absurd, "eth0").ok());
    FakeEthtool refusing(
        [](std::span<std::byte>) -> util::Status { return util::error_from_errno(EPERM, ""); });
    EXPECT_EQ(rss_table_by_ioctl(refusing, "eth0").error().kind, ErrorKind::permission);
}

TEST(KernelEthtool, ADeviceThatIsNotThereIsNotFound) {
    KernelEthtoolIoctl ethtool;
    EXPECT_EQ(driver_info(ethtool, "no-such-dev").error().kind, ErrorKind::not_found);
    EXPECT_EQ(driver_info(ethtool, "a-name-of-more-than-15").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace igbtune::source
