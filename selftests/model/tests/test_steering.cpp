// SPDX-License-Identifier: GPL-2.0-only
// Every kind of filter that chooses a queue, and who wins when several match.
#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

u16 wire16(u16 value) {
    return static_cast<u16>(value << 8U | value >> 8U);
}
u32 wire32(u32 value) {
    return u32{wire16(static_cast<u16>(value))} << 16U | wire16(static_cast<u16>(value >> 16U));
}

void enable_rss(Nic& nic, u32 queue) {
    nic.write(reg::MRQC, 0x00330002);
    nic.write(reg::RXCSUM, reg::RXCSUM_PCSD);
    for (u32 i = 0; i < 32; ++i) {
        nic.write(reg::RETA + (4 * i), queue * 0x01010101U);
    }
}

constexpr u32 bypass_all = 0xf0000000;
constexpr u32 extension_bypass = bit(12) | bit(19);

// 82576: exact IPv4 five-tuple of the frame that FrameSpec makes by default.
void set_five_tuple(Nic& nic, u32 slot, u32 queue, u32 bypass = 0, u32 priority = 0) {
    nic.write(reg::SAQF + (4 * slot), wire32(0xc0000201));
    nic.write(reg::DAQF + (4 * slot), wire32(0xc0000202));
    nic.write(reg::SPQF + (4 * slot), wire16(1000));
    nic.write(reg::IMIR + (4 * slot), wire16(2000) | priority << 29U);
    nic.write(reg::IMIREXT + (4 * slot), extension_bypass);
    nic.write(reg::FTQF + (4 * slot), 6U | bit(8) | bit(15) | queue << 16U | bypass);
}

void set_two_tuple(Nic& nic, u32 slot, u32 queue, u32 protocol, u16 port, u32 priority = 0) {
    nic.write(reg::IMIR + (4 * slot), wire16(port) | priority << 29U);
    nic.write(reg::IMIREXT + (4 * slot), extension_bypass);
    nic.write(reg::FTQF + (4 * slot), protocol | bit(8) | queue << 16U);
}

TEST(FiveTuple, MatchesEachFieldExactly) {
    Bench bench("82576");
    enable_rss(*bench.nic, 2);
    set_five_tuple(*bench.nic, 5, 13);
    EXPECT_EQ(bench.queue_of(make_frame({})), 13) << "all 16 queues can be named";
    FrameSpec other;
    other.source4 ^= 1;
    EXPECT_EQ(bench.queue_of(make_frame(other)), 2);
    other = {};
    other.destination4 ^= 1;
    EXPECT_EQ(bench.queue_of(make_frame(other)), 2);
    other = {};
    other.source_port ^= 1;
    EXPECT_EQ(bench.queue_of(make_frame(other)), 2);
    other = {};
    other.destination_port ^= 1;
    EXPECT_EQ(bench.queue_of(make_frame(other)), 2);
    other = {};
    other.protocol = 17;
    EXPECT_EQ(bench.queue_of(make_frame(other)), 2);
    bench.nic->write(reg::FTQF + 20, bypass_all);
    EXPECT_EQ(bench.queue_of(make_frame({})), 2) << "deleted";
}

TEST(FiveTuple, BypassBitsLeaveFieldsOut) {
    Bench bench("82576");
    FrameSpec other;
    other.source4 ^= 1;
    set_five_tuple(*bench.nic, 0, 4, bit(29));
    EXPECT_EQ(bench.queue_of(make_frame(other)), 4);
    other = {};
    other.destination4 ^= 1;
    set_five_tuple(*bench.nic, 0, 4, bit(30));
    EXPECT_EQ(bench.queue_of(make_frame(other)), 4);
    other = {};
    other.source_port ^= 1;
    set_five_tuple(*bench.nic, 0, 4, bit(31));
    EXPECT_EQ(bench.queue_of(make_frame(other)), 4);
    other = {};
    other.protocol = 17;
    set_five_tuple(*bench.nic, 0, 4, bit(28));
    EXPECT_EQ(bench.queue_of(make_frame(other)), 4);
    other = {};
    other.destination_port ^= 1;
    bench.nic->write(reg::FTQF, bypass_all);
    set_five_tuple(*bench.nic, 1, 5);
    EXPECT_EQ(bench.queue_of(make_frame(other)), 0);
    bench.nic->write(reg::IMIR + 4, bit(17));
    EXPECT_EQ(bench.queue_of(make_frame(other)), 5);
}

TEST(FiveTuple, IsForIpv4AndWholePacketsOnly) {
    Bench bench("82576");
    set_five_tuple(*bench.nic, 0, 4, bit(29) | bit(30) | bit(31));
    FrameSpec six;
    six.ipv6 = true;
    EXPECT_EQ(bench.queue_of(make_frame(six)), 0);
    Bytes fragment = make_frame({});
    fragment[20] = 0x20;
    EXPECT_EQ(bench.queue_of(fragment), 0);
    FrameSpec tagged;
    tagged.tci = 5;
    EXPECT_EQ(bench.queue_of(make_frame(tagged)), 4) << "a VLAN tag does not matter";
}

TEST(FiveTuple, PriorityThenLowestIndex) {
    Bench bench("82576");
    set_five_tuple(*bench.nic, 2, 2);
    set_five_tuple(*bench.nic, 6, 6);
    EXPECT_EQ(bench.queue_of(make_frame({})), 2);
    set_five_tuple(*bench.nic, 6, 6, 0, 1);
    EXPECT_EQ(bench.queue_of(make_frame({})), 6);
}

TEST(TwoTuple, ComparesProtocolAndDestinationPort) {
    for (const char* mac : {"82580", "i350", "i210"}) {
        Bench bench(mac);
        set_two_tuple(*bench.nic, 7, 3, 6, 2000);
        FrameSpec spec;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << mac;
        spec.source4 = 1;
        spec.source_port = 1;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "the source does not matter";
        spec.ipv6 = true;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "IPv6 too";
        spec.protocol = 17;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
        spec.protocol = 6;
        spec.destination_port = 2001;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
        bench.nic->write(reg::FTQF + 28, bypass_all | 0x8000);
        spec.destination_port = 2000;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 0) << "idle value";
    }
}

TEST(TwoTuple, The82575HasNone) {
    Bench bench("82575");
    set_two_tuple(*bench.nic, 0, 3, 6, 2000);
    EXPECT_EQ(bench.queue_of(make_frame({})), 0);
}

TEST(TupleExtension, SizeAndControlBits) {
    Bench bench("i350");
    set_two_tuple(*bench.nic, 0, 3, 6, 2000);
    bench.nic->write(reg::IMIREXT, bit(19) | 100U);
    FrameSpec spec;
    spec.payload = 10;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "shorter than the threshold";
    spec.payload = 200;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
    bench.nic->write(reg::IMIREXT, bit(12) | bit(17));
    spec.tcp_flags = 0x02;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "SYN asked for and there";
    spec.tcp_flags = 0x10;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
}

TEST(Syn, OnlyTcpWithSyn) {
    Bench bench("82576");
    bench.nic->write(reg::SYNQF, 1U | 6U << 1U);
    FrameSpec spec;
    spec.tcp_flags = 0x02;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 6);
    spec.ipv6 = true;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 6);
    spec.tcp_flags = 0x10;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
}

TEST(Syn, PriorityOverTuplesByRfctl) {
    Bench bench("82576");
    bench.nic->write(reg::SYNQF, 1U | 6U << 1U);
    set_five_tuple(*bench.nic, 0, 4);
    FrameSpec spec;
    spec.tcp_flags = 0x02;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 4);
    bench.nic->write(reg::RFCTL, reg::RFCTL_SYNQFP);
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 6);
}

TEST(Ethertype, BeatsTuplesAndRss) {
    Bench bench("82576");
    enable_rss(*bench.nic, 2);
    set_five_tuple(*bench.nic, 0, 4);
    bench.nic->write(reg::ETQF + 4, 0x0800U | bit(26) | bit(31) | 5U << 16U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 5);
    FrameSpec tagged;
    tagged.tci = 7;
    EXPECT_EQ(bench.queue_of(make_frame(tagged)), 5) << "the type behind the tag";
    bench.nic->write(reg::ETQF + 4, 0x0800U | bit(26) | 5U << 16U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 4) << "without queue enable it only marks";
    bench.nic->write(reg::ETQF + 4, 0x0800U | bit(31) | 5U << 16U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 4) << "not enabled at all";
}

void set_flex(Nic& nic, u32 filter, const Bytes& pattern, const std::vector<std::size_t>& compared,
              u32 length, u32 queue, u32 priority = 0) {
    const u32 table =
        filter < 4 ? reg::FHFT + (0x100 * filter) : reg::FHFT_EXT + (0x100 * (filter - 4));
    for (u32 i = 0; i < length; ++i) {
        const u32 at = table + (i / 8 * 16) + (i % 8 < 4 ? 0 : 4);
        const u32 shift = 8 * (i % 4);
        nic.write(at, (nic.read(at) & ~(0xffU << shift)) | u32{pattern[i]} << shift);
    }
    for (const std::size_t i : compared) {
        const auto at = static_cast<u32>(table + (i / 8 * 16) + 8);
        nic.write(at, nic.read(at) | 1U << (i % 8));
    }
    nic.write(table + 0xfc, length | queue << 8U | priority << 16U);
    nic.write(reg::WUFC, nic.read(reg::WUFC) | bit(14) | bit(16 + filter));
}

TEST(Flex, MatchesAnIpv6FiveTuple) {
    for (const u32 filter : {0U, 3U, 4U, 7U}) {
        Bench bench("i210");
        FrameSpec spec;
        spec.ipv6 = true;
        const Bytes frame = make_frame(spec);
        std::vector<std::size_t> compared{12, 13, 20};
        for (std::size_t i = 22; i < 58; ++i) {
            compared.push_back(i);
        }
        set_flex(*bench.nic, filter, frame, compared, 64, 2);
        EXPECT_EQ(bench.queue_of(frame), 2) << "filter " << filter;
        spec.source_port ^= 1;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
        spec.source_port ^= 1;
        spec.source6[15] ^= 1;
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
        bench.nic->write(reg::WUFC, 0);
        EXPECT_EQ(bench.queue_of(frame), 0) << "disabled";
    }
}

TEST(Flex, BeatsTwoTupleAndIsBeatenByEthertype) {
    Bench bench("i210");
    const Bytes frame = make_frame({});
    set_two_tuple(*bench.nic, 0, 1, 6, 2000);
    set_flex(*bench.nic, 1, frame, {12, 13}, 16, 2);
    EXPECT_EQ(bench.queue_of(frame), 2);
    set_flex(*bench.nic, 2, frame, {12, 13}, 16, 3, 5);
    EXPECT_EQ(bench.queue_of(frame), 3) << "priority among flex filters";
    bench.nic->write(reg::ETQF, 0x0800U | bit(26) | bit(31) | 1U << 16U);
    EXPECT_EQ(bench.queue_of(frame), 1);
}

TEST(Syn, ItsPlaceAmongTheFilters) {
    Bench bench("i350");
    Nic& nic = *bench.nic;
    FrameSpec spec;
    spec.tcp_flags = 0x02;
    spec.tci = 5 << 13 | 9;
    const Bytes frame = make_frame(spec);
    enable_rss(nic, 7);
    nic.write(reg::VLAPQF, (8U | 1U) << 20U);  // priority 5 to queue 1
    EXPECT_EQ(bench.queue_of(frame), 1);
    nic.write(reg::SYNQF, 1U | 2U << 1U);
    for (const u32 first : {0U, reg::RFCTL_SYNQFP}) {
        nic.write(reg::RFCTL, first);
        EXPECT_EQ(bench.queue_of(frame), 2) << "before VLAN priority, whatever RFCTL says";
    }
    nic.write(reg::RFCTL, 0);
    set_flex(nic, 1, frame, {12, 13}, 16, 3);
    EXPECT_EQ(bench.queue_of(frame), 3) << "flex first";
    nic.write(reg::RFCTL, reg::RFCTL_SYNQFP);
    EXPECT_EQ(bench.queue_of(frame), 2) << "SYN first";
    set_two_tuple(nic, 0, 4, 6, 2000);
    EXPECT_EQ(bench.queue_of(frame), 2);
    nic.write(reg::WUFC, 0);
    nic.write(reg::RFCTL, 0);
    EXPECT_EQ(bench.queue_of(frame), 4);
    nic.write(reg::ETQF, 0x0800U | bit(26) | bit(31) | 5U << 16U);
    for (const u32 first : {0U, reg::RFCTL_SYNQFP}) {
        nic.write(reg::RFCTL, first);
        EXPECT_EQ(bench.queue_of(frame), 5) << "behind the ethertype, whatever RFCTL says";
    }
}

TEST(Flex, AFrameShorterThanTheFilterDoesNotMatch) {
    Bench bench("i350");
    FrameSpec spec;
    spec.payload = 10;
    const Bytes frame = make_frame(spec);
    set_flex(*bench.nic, 0, Bytes(128, 0), {}, 128, 3);
    EXPECT_EQ(bench.queue_of(frame), 0);
    spec.payload = 100;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "nothing compared: everything matches";
}

TEST(VlanPriority, OnlyTaggedFramesAndOnlyWhereTheMacHasIt) {
    Bench bench("i350");
    enable_rss(*bench.nic, 1);
    bench.nic->write(reg::VLAPQF, (8U | 2U) << 20U);  // priority 5 to queue 2
    FrameSpec spec;
    spec.tci = 5 << 13 | 9;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 2);
    spec.tci = 4 << 13 | 9;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 1);
    spec.tci = -1;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 1);
    spec.tci = 5 << 13 | 9;
    set_two_tuple(*bench.nic, 0, 3, 6, 2000);
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << "tuples come first";
    Bench old("82576");
    old.nic->write(reg::VLAPQF, 0xffffffff);
    EXPECT_EQ(old.queue_of(make_frame(spec)), 0);
}

TEST(Address, I210SelectsByDestinationAndBySource) {
    Bench bench("i210");
    bench.nic->write(reg::ETQF, 0x0800U | bit(26) | bit(31) | 1U << 16U);
    // A second own address leads to queue 3 and beats the ethertype filter.
    bench.nic->write(reg::RA + 8, 0x00000002);
    bench.nic->write(reg::RA + 12, 0x5500U | reg::RAH_AV | reg::RAH_QSEL_ENABLE | 3U << 18U);
    FrameSpec spec;
    spec.destination = {2, 0, 0, 0, 0, 0x55};
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3);
    EXPECT_EQ(bench.queue_of(make_frame({})), 1);
    // Source address 02:00:00:00:00:99.
    bench.nic->write(reg::RA + 16, 0x00000002);
    bench.nic->write(reg::RA + 20,
                     0x9900U | reg::RAH_AV | reg::RAH_QSEL_ENABLE | bit(16) | 2U << 18U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 2);
}

TEST(Address, SoDoesThe82575) {
    Bench bench("82575");
    enable_rss(*bench.nic, 1U << 6U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 1);
    bench.nic->write(reg::RA + 8, 0x00000002);
    bench.nic->write(reg::RA + 12, 0x5500U | reg::RAH_AV | reg::RAH_QSEL_ENABLE | 3U << 18U);
    FrameSpec spec;
    spec.destination = {2, 0, 0, 0, 0, 0x55};
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 3);
}

TEST(Redirection, UsesTheHashAndTheTable) {
    for (const char* mac : {"82576", "i350", "i210", "82575"}) {
        Bench bench(mac);
        Nic& nic = *bench.nic;
        const Bytes key = from_hex(
            "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");
        for (u32 i = 0; i < key.size(); i += 4) {
            nic.write(reg::RSSRK + i, load_le<u32>(key.data() + i));
        }
        nic.write(reg::MRQC, 0x00330002);
        nic.write(reg::RXCSUM, reg::RXCSUM_PCSD);
        FrameSpec spec;
        spec.source4 = 0x420995bb;
        spec.destination4 = 0xa18e6450;
        spec.source_port = 2794;
        spec.destination_port = 1766;
        const u32 index = 0x51ccc178U & 127U;
        const u32 entry = std::string(mac) == "82575" ? 3U << 6U : 3U;
        nic.write(reg::RETA + (index & ~3U), entry << 8 * (index & 3U));
        EXPECT_EQ(bench.queue_of(make_frame(spec)), 3) << mac;
        EXPECT_EQ(load_le<u32>(bench.memory->at(bench.rx_descriptor(3, 0) + 4)), 0x51ccc178U)
            << mac;
        EXPECT_EQ(load_le<u16>(bench.memory->at(bench.rx_descriptor(3, 0))) & 0xf, 1) << mac;
        EXPECT_EQ(nic.receiver().counters(3).by_reason[static_cast<std::size_t>(Reason::rss)], 1U);
    }
}

TEST(DefaultQueue, ComesFromMrqc) {
    Bench bench("82576");
    bench.nic->write(reg::MRQC, 6U << 3U);
    EXPECT_EQ(bench.queue_of(make_frame({})), 6);
}

TEST(Accept, AddressesMulticastAndVlan) {
    Bench bench("82576");
    Nic& nic = *bench.nic;
    FrameSpec spec;
    spec.destination = {2, 0, 0, 0, 0, 2};
    EXPECT_EQ(bench.queue_of(make_frame(spec)), -1) << "another's address";
    nic.write(reg::RCTL, nic.read(reg::RCTL) | reg::RCTL_UPE);
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
    nic.write(reg::RCTL, nic.read(reg::RCTL) & ~(reg::RCTL_UPE | reg::RCTL_BAM));
    spec.destination = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    EXPECT_EQ(bench.queue_of(make_frame(spec)), -1);
    nic.write(reg::RCTL, nic.read(reg::RCTL) | reg::RCTL_BAM);
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
    spec.destination = {0x01, 0xaa, 0xbb, 0xcc, 0x34, 0x56};
    EXPECT_EQ(bench.queue_of(make_frame(spec)), -1);
    nic.write(reg::MTA + (4 * (0x563 >> 5U)), bit(0x563 & 31U));
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
    nic.write(reg::RCTL, nic.read(reg::RCTL) | reg::RCTL_VFE);
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0) << "untagged frames pass the VLAN filter";
    spec.tci = 77;
    EXPECT_EQ(bench.queue_of(make_frame(spec)), -1);
    nic.write(reg::VFTA + (4 * (77 >> 5U)), bit(77 & 31U));
    EXPECT_EQ(bench.queue_of(make_frame(spec)), 0);
}

TEST(Accept, MulticastHashOffsets) {
    const Bytes address = from_hex("01aabbcc3456");
    EXPECT_EQ(multicast_hash(address, 0), 0x563U);
    EXPECT_EQ(multicast_hash(address, 1), 0xac6U);
    EXPECT_EQ(multicast_hash(address, 2), 0x58dU);
    EXPECT_EQ(multicast_hash(address, 3), 0x634U);
}

}  // namespace
}  // namespace igbmodel::test
