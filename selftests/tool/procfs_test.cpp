// SPDX-License-Identifier: GPL-2.0-only
// The parsers of /proc: what kernels write, and what damage looks like.
#include <gtest/gtest.h>

#include "source/interrupts.hpp"
#include "source/mib.hpp"
#include "source/sockets.hpp"
#include "source/softnet.hpp"

namespace igbtune::source {
namespace {

TEST(Interrupts, AreReadWithChipVectorAndActions) {
    const auto found = parse_interrupts(
        "           CPU0       CPU1       \n"
        " 10:          1          2  IO-APIC  10-fasteoi   virtio0, eth7\n"
        " 33:          0        386  PCI-MSIX-0000:01:00.0   1-edge      eth0-rx-0\n"
        " 34:          5          0  IR-PCI-MSI 524289-edge      eth1-TxRx-0\n"
        " 47:          0          9  ITS-PCI-MSI-0000:01:00.0   3 Edge      eth2-tx-1\n"
        " 50:          0          0  dummy\n"
        "NMI:          0          0   Non-maskable interrupts\n"
        "ERR:          0\n");
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 5U);
    EXPECT_EQ((*found)[0].number, 10U);
    EXPECT_EQ((*found)[0].count, 3U);
    EXPECT_EQ((*found)[0].chip, "IO-APIC");
    EXPECT_EQ((*found)[0].actions, (std::vector<std::string>{"virtio0", "eth7"}));
    EXPECT_EQ((*found)[1].count, 386U);
    EXPECT_EQ((*found)[1].chip, "PCI-MSIX-0000:01:00.0");
    EXPECT_EQ((*found)[1].hardware_number, 1U);
    EXPECT_EQ((*found)[1].actions, std::vector<std::string>{"eth0-rx-0"});
    EXPECT_EQ((*found)[2].hardware_number, 524289U);
    EXPECT_EQ((*found)[3].hardware_number, 3U);
    EXPECT_EQ((*found)[3].actions, std::vector<std::string>{"eth2-tx-1"});
    EXPECT_EQ((*found)[4].chip, "dummy");
    EXPECT_TRUE((*found)[4].actions.empty());
}

TEST(Interrupts, OfALineThatEndsEarlyWhatIsThereIsRead) {
    const auto found =
        parse_interrupts("  CPU0 CPU1 CPU2\n 33: 1 2\n 34:\n 35: 1 2 3 PCI\n 36: 1 x");
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 4U);
    EXPECT_EQ((*found)[0].count, 3U);
    EXPECT_EQ((*found)[1].count, 0U);
    EXPECT_EQ((*found)[2].chip, "PCI");
    EXPECT_EQ((*found)[3].chip, "x");
}

TEST(Interrupts, WithoutTheLineOfCpusAreRefused) {
    EXPECT_FALSE(parse_interrupts("").ok());
    EXPECT_FALSE(parse_interrupts("33: 1 2 PCI-MSI 1-edge eth0\n").ok());
}

TEST(Softnet, ColumnsAreThoseOfTheKernel) {
    const auto cpus = parse_softnet(
        "000000ff 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000004 "
        "00000005 00000006 00000007 00000001 00000005\n");
    ASSERT_TRUE(cpus.ok());
    ASSERT_EQ(cpus->size(), 1U);
    const Softnet& cpu = cpus->front();
    EXPECT_EQ(cpu.cpu, 7U);
    EXPECT_EQ(cpu.processed, 255U);
    EXPECT_EQ(cpu.dropped, 2U);
    EXPECT_EQ(cpu.time_squeeze, 3U);
    EXPECT_EQ(cpu.received_rps, 4U);
    EXPECT_EQ(cpu.flow_limit, 5U);
    EXPECT_EQ(cpu.backlog_length, 6U);
}

TEST(Softnet, OlderKernelsHaveFewerColumns) {
    const auto cpus = parse_softnet(
        "00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n"
        "00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n");
    ASSERT_TRUE(cpus.ok());
    ASSERT_EQ(cpus->size(), 2U);
    EXPECT_EQ((*cpus)[1].cpu, 1U);
    EXPECT_EQ((*cpus)[1].processed, 2U);
    EXPECT_EQ((*cpus)[1].backlog_length, std::nullopt);
}

TEST(Softnet, DamageIsAnErrorThatShowsTheLine) {
    EXPECT_FALSE(parse_softnet("").ok());
    EXPECT_FALSE(parse_softnet("00000001 00000002\n").ok());
    EXPECT_FALSE(parse_softnet("00000001 00000002 1ffffffff\n").ok());
    const auto damaged = parse_softnet("00000001 zzz 00000003\n");
    ASSERT_FALSE(damaged.ok());
    EXPECT_NE(damaged.error().message.find("zzz"), std::string::npos);
}

TEST(Softirqs, OfTheNetworkAreReadByCpu) {
    const auto cpus = parse_network_softirqs(
        "                    CPU0       CPU2       \n"
        "          HI:          1          2\n"
        "      NET_TX:          3          4\n"
        "      NET_RX:          5          6\n");
    ASSERT_TRUE(cpus.ok());
    EXPECT_EQ(cpus->size(), 2U);
    EXPECT_EQ(cpus->at(0).transmit, 3U);
    EXPECT_EQ(cpus->at(2).receive, 6U);
    EXPECT_FALSE(parse_network_softirqs("").ok());
    EXPECT_FALSE(parse_network_softirqs("CPU0 CPU1\nNET_RX: 1\n").ok());
    EXPECT_FALSE(parse_network_softirqs("CPU0 CPUx\nNET_RX: 1 2\n").ok());
    EXPECT_FALSE(parse_network_softirqs("CPU99999999\nNET_RX: 1\n").ok());
    EXPECT_FALSE(parse_network_softirqs("CPU0\nNET_RX: -1\n").ok());
}

TEST(Mibs, InPairsOfLinesKeepTheirOrderAndLeaveSettingsBelowZeroOut) {
    const auto mibs = parse_paired_mibs(
        "Tcp: RtoMin MaxConn ActiveOpens\nTcp: 200 -1 18446744073709551615\n"
        "Udp: InDatagrams NoPorts\nUdp: 5 6\n");
    ASSERT_TRUE(mibs.ok());
    EXPECT_EQ(mibs->at("Tcp"),
              (std::vector<NamedValue>{{"RtoMin", 200}, {"ActiveOpens", 18446744073709551615U}}));
    EXPECT_EQ(mibs->at("Udp"), (std::vector<NamedValue>{{"InDatagrams", 5}, {"NoPorts", 6}}));
}

TEST(Mibs, InPairsOfLinesMustFitTogether) {
    EXPECT_FALSE(parse_paired_mibs("Udp: A B\nUdp: 1\n").ok());
    EXPECT_FALSE(parse_paired_mibs("Udp: A\nTcp: 1\n").ok());
    EXPECT_FALSE(parse_paired_mibs("Udp: A\n").ok());
    EXPECT_FALSE(parse_paired_mibs("Udp A\nUdp 1\n").ok());
    EXPECT_FALSE(parse_paired_mibs("Udp: A\nUdp: x\n").ok());
    EXPECT_FALSE(parse_paired_mibs("Udp: A\nUdp: 18446744073709551616\n").ok());
    EXPECT_FALSE(parse_paired_mibs("\n\n").ok());
}

TEST(Mibs, InListsAreSplitAtTheProtocol) {
    const auto mibs = parse_listed_mibs(
        "Ip6InReceives                   \t4\nIcmp6InType1 5\nUdp6InErrors 6\nUdpLite6InErrors "
        "7\n");
    ASSERT_TRUE(mibs.ok());
    EXPECT_EQ(mibs->at("Ip6"), (std::vector<NamedValue>{{"InReceives", 4}}));
    EXPECT_EQ(mibs->at("Icmp6"), (std::vector<NamedValue>{{"InType1", 5}}));
    EXPECT_EQ(mibs->at("Udp6"), (std::vector<NamedValue>{{"InErrors", 6}}));
    EXPECT_EQ(mibs->at("UdpLite6"), (std::vector<NamedValue>{{"InErrors", 7}}));
    EXPECT_FALSE(parse_listed_mibs("Ip6InReceives\n").ok());
    EXPECT_FALSE(parse_listed_mibs("Ip6InReceives x\n").ok());
    EXPECT_FALSE(parse_listed_mibs("InReceives 1\n").ok());
}

constexpr const char* socket_header =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode ref pointer drops             \n";

TEST(Sockets, AreReadWithAddressesAndDrops) {
    const auto udp = parse_sockets(std::string(socket_header) +
                                       "  640: 0100007F:0035 0201000A:1F90 07 00000010:00000300 "
                                       "00:00000000 00000000   101      "
                                       "  0 25219 2 000000005a2dd24e 42            \n",
                                   "udp");
    ASSERT_TRUE(udp.ok());
    ASSERT_EQ(udp->size(), 1U);
    const Socket& socket = udp->front();
    EXPECT_EQ(socket.protocol, "udp");
    EXPECT_EQ(socket.local, "127.0.0.1:53");
    EXPECT_EQ(socket.remote, "10.0.1.2:8080");
    EXPECT_EQ(socket.tx_queue, 0x10U);
    EXPECT_EQ(socket.rx_queue, 0x300U);
    EXPECT_EQ(socket.uid, 101U);
    EXPECT_EQ(socket.inode, 25219U);
    EXPECT_EQ(socket.drops, 42U);
}

TEST(Sockets, OfIpv6AreShownInBrackets) {
    const auto udp6 = parse_sockets(
        std::string(socket_header) +
            " 1: 000080FE00000000FF565452EEF6FE02:0222 00000000000000000000000000000000:0000 07 "
            "00000000:00000000 00:00000000 00000000 0 0 9 2 0 4294967295\n",
        "udp6");
    ASSERT_TRUE(udp6.ok());
    EXPECT_EQ(udp6->front().local, "[fe80::5254:56ff:2fe:f6ee]:546");
    EXPECT_EQ(udp6->front().remote, "[::]:0");
    EXPECT_EQ(udp6->front().drops, 4294967295U);
}

TEST(Sockets, ADamagedLineIsAnError) {
    const std::string good =
        " 1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 9 2 0 0\n";
    ASSERT_TRUE(parse_sockets(socket_header + good, "udp").ok());
    EXPECT_TRUE(parse_sockets("", "udp")->empty());
    for (const std::size_t length : {good.size() - 3, good.size() / 2, std::size_t{3}}) {
        EXPECT_FALSE(parse_sockets(socket_header + good.substr(0, length), "udp").ok()) << length;
    }
    for (const char* const address : {"0100007F", "100007F:0035", "0100007F:10035", "01:02:03",
                                      "0100007F0100007F:0035", "zzzzzzzz:0035"}) {
        std::string line = good;
        line.replace(line.find("0100007F:0035"), 13, address);
        EXPECT_FALSE(parse_sockets(socket_header + line, "udp").ok()) << address;
    }
}

}  // namespace
}  // namespace igbtune::source
