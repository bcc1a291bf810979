// SPDX-License-Identifier: GPL-2.0-only
// What stands beside the way of packets: devlink's reporters, igbr's filters, packet sockets,
// listening TCP sockets; and what the doctor makes of them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <igbr.h>
#include <linux/devlink.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <array>

#include "fake_netlink.hpp"
#include "model/collect.hpp"
#include "model/doctor.hpp"
#include "recorded_sources.hpp"
#include "source/devlink.hpp"
#include "source/igbr_family.hpp"
#include "source/packet_sockets.hpp"
#include "source/socket_diag.hpp"

namespace igbtune::model {
namespace {

using source::Bytes;
using source::ByteView;
using source::GenericNetlink;
using source::Message;
using test::FakeNetlink;
using test::generic_reply;

void put_u64(Message& message, std::uint16_t type, std::uint64_t value) {
    message.put(type, std::as_bytes(std::span(&value, 1)));
}

void put_u8(Message& message, std::uint16_t type, std::uint8_t value) {
    message.put(type, std::as_bytes(std::span(&value, 1)));
}

Bytes reporter(const std::string& device, const std::string& name, std::uint8_t state,
               std::uint64_t errors) {
    return generic_reply([&](Message& message) {
        message.put(DEVLINK_ATTR_BUS_NAME, "pci");
        message.put(DEVLINK_ATTR_DEV_NAME, device);
        message.nest(DEVLINK_ATTR_HEALTH_REPORTER, [&] {
            message.put(DEVLINK_ATTR_HEALTH_REPORTER_NAME, name);
            put_u8(message, DEVLINK_ATTR_HEALTH_REPORTER_STATE, state);
            put_u64(message, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, errors);
            put_u64(message, DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, errors / 2);
        });
    });
}

// A kernel with devlink and igbr.
FakeNetlink::Answer answer(int /*protocol*/, ByteView request) {
    constexpr std::uint16_t devlink = 60;
    constexpr std::uint16_t igbr = 61;
    const auto header = source::header_of<nlmsghdr>(request);
    if (header->nlmsg_type == GENL_ID_CTRL) {
        const std::string text(reinterpret_cast<const char*>(request.data()), request.size());
        const std::uint16_t id = text.find("igbr") == std::string::npos ? devlink : igbr;
        return std::vector<Bytes>{generic_reply([&](Message& message) {
            message.put(CTRL_ATTR_FAMILY_ID, std::as_bytes(std::span(&id, 1)));
        })};
    }
    if (header->nlmsg_type == devlink) {
        return std::vector<Bytes>{reporter("0000:01:00.0", "tx", 1, 4),
                                  reporter("0000:01:00.0", "rx", 0, 0),
                                  reporter("0000:02:00.0", "tx", 0, 99)};
    }
    if (test::command_of(request) == IGBR_CMD_ARFS_GET) {
        return std::vector<Bytes>{generic_reply([](Message& message) {
            put_u64(message, IGBR_A_ARFS_STEERED, 12);
            put_u64(message, IGBR_A_ARFS_REFUSED_FULL, 5);
        })};
    }
    const auto filter = [](std::uint32_t owner) {
        return generic_reply([&](Message& message) {
            message.put(IGBR_A_FILTER_KIND, std::uint32_t{IGBR_FILTER_KIND_TUPLE});
            message.put(IGBR_A_FILTER_QUEUE, std::uint32_t{1});
            message.put(IGBR_A_FILTER_OWNER, owner);
        });
    };
    return std::vector<Bytes>{filter(IGBR_FILTER_OWNER_RULE), filter(IGBR_FILTER_OWNER_FLOW),
                              filter(IGBR_FILTER_OWNER_FLOW), filter(IGBR_FILTER_OWNER_TC)};
}

TEST(Devlink, HasTheReportersOfOneDevice) {
    FakeNetlink kernel(answer);
    GenericNetlink netlink(kernel);
    const auto found = source::health_reporters(netlink, "pci", "0000:01:00.0");
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->at(0).name, "tx");
    EXPECT_FALSE(found->at(0).healthy);
    EXPECT_EQ(found->at(0).errors, 4U);
    EXPECT_EQ(found->at(0).recoveries, 2U);
    EXPECT_TRUE(found->at(1).healthy);
}

constexpr std::string_view packet_file =
    "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
    "000000006d8a4ff1 3      3    0003   2     1 4096   0      41\n"
    "000000006d8a4ff2 3      3    0003   0     1 0      0      42\n"
    "000000006d8a4ff3 3      3    0003   7     1 0      0      43\n"
    "000000006d8a4ff4 3      3    88cc   2     1 0      0      44\n"
    "000000006d8a4ff5 3      3    0003   2     0 0      0      45\n";

TEST(PacketSockets, AreRead) {
    const auto found = source::parse_packet_sockets(packet_file);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 5U);
    EXPECT_EQ(found->at(0).protocol, 3U);
    EXPECT_EQ(found->at(0).device, 2U);
    EXPECT_EQ(found->at(0).bytes, 4096U);
    EXPECT_EQ(found->at(0).inode, 41U);
    EXPECT_EQ(found->at(3).protocol, 0x88ccU);
    EXPECT_FALSE(found->at(4).running);
    EXPECT_FALSE(source::parse_packet_sockets("head\n1 2 3 zz 5 6 7 8 9\n").ok());
    EXPECT_FALSE(source::parse_packet_sockets("head\n1 2 3\n").ok());
}

class Tree : public source::Files {
public:
    util::Result<std::string> read(const std::string& path) const override {
        if (path == "/proc/net/packet") {
            return std::string(packet_file);
        }
        return util::error_from_errno(ENOENT, path);
    }
};

TEST(Others, AreInTheSnapshotAndFoundByTheDoctor) {
    Tree files;
    FakeNetlink kernel(answer);
    test::Recording recording("igb");
    source::Sources sources(files, kernel, recording.ethtool);
    LedgerReport report;
    Snapshot& snapshot = report.snapshot;
    snapshot.topology.device.name = "eth0";
    snapshot.topology.device.index = 2;
    snapshot.topology.device.driver = "igbr";
    snapshot.topology.device.bus = "pci";
    snapshot.topology.device.bus_address = "0000:01:00.0";
    snapshot.topology.device.admin_up = true;
    Gaps gaps;
    collect_others(sources, snapshot.topology, snapshot.groups, gaps);
    EXPECT_TRUE(gaps.all().empty());
    ASSERT_NE(snapshot.find("taps", ""), nullptr);
    EXPECT_EQ(snapshot.find("taps", "")->value("sockets"), 2U) << "its own, and one of all devices";
    ASSERT_NE(snapshot.find("filters", ""), nullptr);
    EXPECT_EQ(snapshot.find("filters", "")->value("rules"), 2U) << "of ethtool and of tc";
    EXPECT_EQ(snapshot.find("filters", "")->value("flows"), 2U);
    EXPECT_EQ(snapshot.find("health", "tx")->value("errors"), 4U);

    report.amounts = Amounts(snapshot.groups);
    const auto findings = examine(report, LedgerReport{}, {});
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].title, "the driver reported faults of 'tx'");
    EXPECT_EQ(findings[0].command, "devlink health dump show pci/0000:01:00.0 reporter tx");
    EXPECT_NE(findings[0].evidence.find("faulty now"), std::string::npos);
    EXPECT_EQ(findings[1].weight, 5) << "flows without a filter";
    EXPECT_NE(findings[2].title.find("looks at every packet"), std::string::npos);
}

Bytes listener(std::uint8_t family, std::uint32_t drops, bool memory) {
    Message message(SOCK_DIAG_BY_FAMILY, 0);
    inet_diag_msg header{};
    header.idiag_family = family;
    header.id.idiag_sport = htons(80);
    header.id.idiag_src[0] = family == AF_INET ? htonl(INADDR_LOOPBACK) : 0;
    header.idiag_uid = 33;
    header.idiag_inode = 4711;
    message.append(header);
    if (memory) {
        std::array<std::uint32_t, SK_MEMINFO_VARS> information{};
        information.at(SK_MEMINFO_DROPS) = drops;
        message.put(INET_DIAG_SKMEMINFO, std::as_bytes(std::span(information)));
    }
    return test::bytes_of(message);
}

TEST(SocketDiagnosis, TellsWhatListenersDropped) {
    const auto four = source::parse_listener(listener(AF_INET, 9, true));
    ASSERT_TRUE(four);
    EXPECT_EQ(four->protocol, "tcp");
    EXPECT_EQ(four->local, "127.0.0.1:80");
    EXPECT_EQ(four->remote, "0.0.0.0:0");
    EXPECT_EQ(four->drops, 9U);
    EXPECT_EQ(four->inode, 4711U);
    EXPECT_EQ(four->uid, 33U);
    EXPECT_EQ(four->rx_queue, 0U) << "connections are no bytes";
    EXPECT_EQ(source::parse_listener(listener(AF_INET6, 1, true))->local, "[::]:80");
    EXPECT_EQ(source::parse_listener(listener(AF_INET, 9, false))->drops, 0U);
    EXPECT_FALSE(source::parse_listener(listener(AF_UNIX, 9, true)).ok());
    const Bytes whole = listener(AF_INET, 9, true);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        (void)source::parse_listener(ByteView(whole).first(length)).ok();
    }
}

TEST(Doctor, NamesTheListenerThatDoesNotAccept) {
    LedgerReport report;
    report.snapshot.topology.device.name = "eth0";
    report.snapshot.topology.device.admin_up = true;
    report.sockets.push_back({.socket = *source::parse_listener(listener(AF_INET, 9, true)),
                              .drops = 9,
                              .process = "nginx (12)"});
    Surroundings surroundings;
    surroundings.settings = {{"net.core.somaxconn", 4096}};
    const auto findings = examine(report, LedgerReport{}, surroundings);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].title, "socket tcp 127.0.0.1:80 of nginx (12) does not keep up");
    EXPECT_EQ(findings[0].command, "igbtune set eth0 sysctl.net.core.somaxconn=8192");
}

}  // namespace
}  // namespace igbtune::model
