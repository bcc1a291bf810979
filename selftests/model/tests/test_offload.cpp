// SPDX-License-Identifier: GPL-2.0-only
// Checksums and segmentation. The judge of a segment is the receive path's own verification.
#include <gtest/gtest.h>

#include <array>

#include "datapath/checksum.hpp"
#include "datapath/offload.hpp"
#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

constexpr u16 vlan_type = 0x8100;
constexpr ChecksumOptions all_checks{true, true, true};

TEST(Checksum, Rfc1071Example) {
    EXPECT_EQ(checksum_fold(checksum_add(0, from_hex("0001f203f4f5f6f7"))), 0xddf2);
    EXPECT_EQ(checksum_fold(checksum_add(0, from_hex("0001f203f4f5f6"))), 0xdcfb);
    EXPECT_EQ(checksum_fold(checksum_add(0xffff, from_hex("0001"))), 1);
}

TEST(Checksum, KnownIpHeader) {
    EXPECT_EQ(checksum_fold(checksum_add(0, from_hex("4500003c1c4640004006b1e6ac100a63ac100a0c"))),
              0xffff);
}

TEST(Checksum, Crc32cCheckValue) {
    const std::string digits = "123456789";
    EXPECT_EQ(crc32c(Bytes(digits.begin(), digits.end())), 0xe3069283);
}

// As a driver seeds it: the pseudo header's sum, with the length only when nothing is segmented.
void seed(Bytes& frame, const FrameInfo& info, bool with_length) {
    const std::size_t l4_length = frame.size() - info.l4;
    u32 sum = checksum_add(
        info.protocol,
        ByteView(frame).subspan(info.ipv4 ? info.l3 + 12 : info.l3 + 8, info.ipv4 ? 8 : 32));
    sum += with_length ? static_cast<u32>(l4_length) : 0;
    store_be16(frame.data() + info.l4 + (info.protocol == 6 ? 16 : 6), checksum_fold(sum));
}

struct Case {
    const char* name;
    bool ipv6;
    u8 protocol;
    int tag;
};

class Segmentation : public testing::TestWithParam<Case> {};

TEST_P(Segmentation, EverySegmentIsARightPacketAndNothingIsLost) {
    const Case& which = GetParam();
    FrameSpec spec;
    spec.ipv6 = which.ipv6;
    spec.protocol = which.protocol;
    spec.payload = 3001;
    spec.tcp_flags = 0x80 | 0x10 | 0x08 | 0x01;  // CWR ACK PSH FIN
    Bytes data = make_frame(spec);
    const FrameInfo info = parse_frame(data, vlan_type);
    const std::size_t l4_header = which.protocol == 6 ? 20 : 8;
    const Bytes payload(data.begin() + static_cast<std::ptrdiff_t>(info.payload), data.end());
    seed(data, info, false);
    if (!spec.ipv6) {
        store_be16(data.data() + info.l3 + 2, 0);
        store_be16(data.data() + info.l3 + 10, 0);
    }
    TxContext context;
    context.mac_length = 14;
    context.ip_length = spec.ipv6 ? 40 : 20;
    context.l4_length = static_cast<u32>(l4_header);
    context.mss = 1000;
    context.ipv4 = !spec.ipv6;
    context.l4 = which.protocol == 6 ? TxContext::Kind::tcp : TxContext::Kind::udp;
    context.vlan = static_cast<u16>(which.tag);
    TxRequest request{true, !spec.ipv6, true, which.tag >= 0, 3001};
    const auto frames = transmit_frames(data, context, request, vlan_type, TcpFlagMasks{});
    ASSERT_TRUE(frames.ok()) << frames.error().text;
    ASSERT_EQ(frames.value().size(), 4U);
    Bytes joined;
    for (std::size_t i = 0; i < 4; ++i) {
        const Bytes& frame = frames.value()[i];
        const FrameInfo part = parse_frame(frame, vlan_type);
        EXPECT_EQ(part.tagged, which.tag >= 0);
        EXPECT_EQ(part.l3_end, frame.size()) << "the IP length is the frame's";
        const ChecksumVerdict verdict = check_frame(frame, part, all_checks);
        EXPECT_FALSE(verdict.ip_bad);
        EXPECT_TRUE(verdict.l4_checked);
        EXPECT_FALSE(verdict.l4_bad) << "segment " << i;
        if (which.protocol == 6) {
            EXPECT_EQ(load_be32(frame.data() + part.l4 + 4), 1 + (1000 * i));
            constexpr std::array<u8, 4> flags{0x90, 0x10, 0x10, 0x19};
            EXPECT_EQ(part.tcp_flags, flags.at(i)) << "segment " << i;
        }
        if (!spec.ipv6) {
            EXPECT_EQ(load_be16(frame.data() + part.l3 + 4), 0x1234 + i);
        }
        joined.insert(joined.end(), frame.begin() + static_cast<std::ptrdiff_t>(part.payload),
                      frame.end());
    }
    EXPECT_EQ(joined, payload);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Segmentation,
                         testing::Values(Case{"tcp4", false, 6, -1}, Case{"tcp6", true, 6, -1},
                                         Case{"udp4", false, 17, -1}, Case{"udp6", true, 17, -1},
                                         Case{"tcp4vlan", false, 6, 0x2005}),
                         [](const auto& info) { return std::string(info.param.name); });

TxContext::Kind kind_of(u8 protocol) {
    if (protocol == protocol_sctp) {
        return TxContext::Kind::sctp;
    }
    return protocol == protocol_tcp ? TxContext::Kind::tcp : TxContext::Kind::udp;
}

TEST(TxChecksum, WholePackets) {
    for (const bool ipv6 : {false, true}) {
        for (const u8 protocol : {u8{6}, u8{17}, u8{132}}) {
            FrameSpec spec;
            spec.ipv6 = ipv6;
            spec.protocol = protocol;
            spec.payload = 333;
            Bytes data = make_frame(spec);
            const Bytes right = data;
            const FrameInfo info = parse_frame(data, vlan_type);
            if (!ipv6) {
                store_be16(data.data() + info.l3 + 10, 0);
            }
            if (protocol == 132) {
                store_le<u32>(data.data() + info.l4 + 8, 0);
            } else {
                seed(data, info, true);
            }
            TxContext context;
            context.mac_length = 14;
            context.ip_length = ipv6 ? 40 : 20;
            context.l4 = kind_of(protocol);
            const TxRequest request{false, !ipv6, true, false, static_cast<u32>(data.size())};
            const auto frames = transmit_frames(data, context, request, vlan_type, TcpFlagMasks{});
            ASSERT_TRUE(frames.ok()) << frames.error().text;
            EXPECT_EQ(frames.value().at(0), right) << int{protocol} << (ipv6 ? " v6" : " v4");
        }
    }
}

TEST(TxChecksum, WhatTheIpFieldHeldIsSummedWithTheHeader) {
    Bytes data = make_frame({});
    constexpr u16 held = 0x1234;
    store_be16(data.data() + 14 + 10, held);
    TxContext context;
    context.mac_length = 14;
    context.ip_length = 20;
    const TxRequest request{false, true, false, false, static_cast<u32>(data.size())};
    const auto frames = transmit_frames(data, context, request, vlan_type, TcpFlagMasks{});
    ASSERT_TRUE(frames.ok()) << frames.error().text;
    const ByteView ip = ByteView(frames.value().at(0)).subspan(14, 20);
    EXPECT_EQ(checksum_fold(checksum_add(held, ip)), 0xffff);
}

TEST(TxChecksum, AUdpSumOfZeroIsSentAsAllOnes) {
    FrameSpec spec;
    spec.protocol = 17;
    spec.payload = 2;
    Bytes data = make_frame(spec);
    const FrameInfo info = parse_frame(data, vlan_type);
    // Make the payload such that the sum becomes FFFFh, whose complement is zero.
    store_be16(data.data() + info.payload, 0);
    seed(data, info, true);
    const u16 rest = checksum_fold(checksum_add(0, ByteView(data).subspan(info.l4)));
    store_be16(data.data() + info.payload, static_cast<u16>(0xffff - rest));
    TxContext context;
    context.mac_length = 14;
    context.ip_length = 20;
    const TxRequest request{false, false, true, false, static_cast<u32>(data.size())};
    const auto frames = transmit_frames(data, context, request, vlan_type, TcpFlagMasks{});
    ASSERT_TRUE(frames.ok());
    EXPECT_EQ(load_be16(frames.value()[0].data() + info.l4 + 6), 0xffff);
}

TEST(TxChecks, ContradictionsAreReported) {
    const Bytes data(60, 0);
    TxContext context;
    context.mac_length = 14;
    context.ip_length = 20;
    context.l4 = TxContext::Kind::tcp;
    const auto fails = [&](const TxRequest& request) {
        return !transmit_frames(data, context, request, vlan_type, TcpFlagMasks{}).ok();
    };
    EXPECT_FALSE(fails({false, false, false, false, 60}));
    EXPECT_TRUE(fails({false, false, false, false, 61})) << "PAYLEN";
    EXPECT_TRUE(fails({true, true, true, false, 26})) << "no L4LEN";
    context.l4_length = 20;
    EXPECT_TRUE(fails({true, true, true, false, 6})) << "no MSS";
    context.mss = 1000;
    EXPECT_FALSE(fails({true, true, true, false, 6}));
    context.ip_length = 500;
    EXPECT_TRUE(fails({false, true, false, false, 60})) << "headers longer than the frame";
}

TEST(RxChecksum, FindsWhatIsWrong) {
    FrameSpec spec;
    Bytes frame = make_frame(spec);
    frame[frame.size() - 1] ^= 1;
    ChecksumVerdict verdict = check_frame(frame, parse_frame(frame, vlan_type), all_checks);
    EXPECT_TRUE(verdict.l4_bad);
    EXPECT_FALSE(verdict.ip_bad);
    frame = make_frame(spec);
    frame[22] ^= 1;  // time to live
    verdict = check_frame(frame, parse_frame(frame, vlan_type), all_checks);
    EXPECT_TRUE(verdict.ip_bad);
    spec.protocol = 17;
    frame = make_frame(spec);
    store_be16(frame.data() + 40, 0);
    verdict = check_frame(frame, parse_frame(frame, vlan_type), all_checks);
    EXPECT_FALSE(verdict.l4_checked) << "a UDP sender may leave the sum out";
    frame = make_frame(spec);
    frame[20] = 0x20;
    verdict = check_frame(frame, parse_frame(frame, vlan_type), all_checks);
    EXPECT_FALSE(verdict.l4_checked) << "a fragment's sum cannot be checked";
}

TEST(RxChecksum, PaddingBehindTheDatagramDoesNotCount) {
    FrameSpec spec;
    spec.payload = 1;
    Bytes frame = make_frame(spec);
    frame.resize(60, 0xee);
    const ChecksumVerdict verdict = check_frame(frame, parse_frame(frame, vlan_type), all_checks);
    EXPECT_TRUE(verdict.l4_checked);
    EXPECT_FALSE(verdict.l4_bad);
}

}  // namespace
}  // namespace igbmodel::test
