// SPDX-License-Identifier: GPL-2.0-only
// The hash against the vectors that Microsoft publishes in "Verifying the RSS Hash Calculation".
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

RssKey verification_key() {
    const Bytes bytes = from_hex(
        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");
    RssKey key{};
    std::ranges::copy(bytes, key.begin());
    return key;
}

struct Vector {
    const char* source;
    u16 source_port;
    const char* destination;
    u16 destination_port;
    u32 with_ports;
    u32 without_ports;
};

class Rss : public testing::TestWithParam<Vector> {};

TEST_P(Rss, PublishedVector) {
    const Vector& vector = GetParam();
    FrameSpec spec;
    const Bytes source = from_hex(vector.source);
    const Bytes destination = from_hex(vector.destination);
    spec.ipv6 = source.size() == 16;
    if (spec.ipv6) {
        std::ranges::copy(source, spec.source6.begin());
        std::ranges::copy(destination, spec.destination6.begin());
    } else {
        spec.source4 = load_be32(source.data());
        spec.destination4 = load_be32(destination.data());
    }
    spec.source_port = vector.source_port;
    spec.destination_port = vector.destination_port;
    for (const int tci : {-1, 5}) {
        spec.tci = tci;
        const Bytes frame = make_frame(spec);
        const FrameInfo info = parse_frame(frame, 0x8100);
        const RssKey key = verification_key();
        EXPECT_EQ(rss_hash(frame, info, spec.ipv6 ? RssType::tcp6 : RssType::tcp4, key),
                  vector.with_ports);
        EXPECT_EQ(rss_hash(frame, info, spec.ipv6 ? RssType::ipv6 : RssType::ipv4, key),
                  vector.without_ports);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Microsoft, Rss,
    testing::Values(Vector{"420995bb", 2794, "a18e6450", 1766, 0x51ccc178, 0x323e8fc2},
                    Vector{"c75c6f02", 14230, "41458c53", 4739, 0xc626b0ea, 0xd718262a},
                    Vector{"1813c65f", 12898, "0c16cfb8", 38024, 0x5c2b394a, 0xd2d0a5de},
                    Vector{"261bcd1e", 48228, "d18ea306", 2217, 0xafc7327f, 0x82989176},
                    Vector{"9927a3bf", 44251, "cabc7f02", 1303, 0x10e828a2, 0x5d1809c5},
                    Vector{"3ffe250102001fff0000000000000007", 2794,
                           "3ffe2501020000030000000000000001", 1766, 0x40207d3d, 0x2cc18cd5},
                    Vector{"3ffe050100080000026097fffe40efab", 14230,
                           "ff020000000000000000000000000001", 4739, 0xdde51bbf, 0x0f0c461c},
                    Vector{"3ffe1900454500030200f8fffe2167cf", 44251,
                           "fe800000000000000200f8fffe2167cf", 38024, 0x02d1feef, 0x4b61e985}));

TEST(RssType, FollowsTheEnableBits) {
    FrameSpec spec;
    const auto type = [&spec](u32 mrqc) {
        return rss_type(parse_frame(make_frame(spec), 0x8100), mrqc);
    };
    EXPECT_EQ(type(0x00030000), RssType::tcp4);
    EXPECT_EQ(type(0x00020000), RssType::ipv4);
    EXPECT_EQ(type(0x00010000), RssType::tcp4);
    spec.protocol = 17;
    EXPECT_EQ(type(0x00030000), RssType::ipv4);
    EXPECT_EQ(type(0x00430000), RssType::udp4);
    EXPECT_EQ(type(0x00010000), RssType::none);
    spec.ipv6 = true;
    EXPECT_EQ(type(0x00900000), RssType::udp6);
    EXPECT_EQ(type(0x00100000), RssType::ipv6);
    spec.protocol = 6;
    EXPECT_EQ(type(0x00300000), RssType::tcp6);
    EXPECT_EQ(type(0x00140000), RssType::tcp6_ex);
    EXPECT_EQ(type(0x00020000), RssType::none);
}

// A published vector whose addresses are not in the IPv6 header: the source in a home address
// option, the destination in a type 2 routing header.
TEST(RssEx, HashesTheAddressesOfTheExtensionHeaders) {
    FrameSpec spec;
    spec.ipv6 = true;
    spec.source_port = 2794;
    spec.destination_port = 1766;
    const Bytes plain = make_frame(spec);
    const Bytes home = from_hex("3ffe250102001fff0000000000000007");
    const Bytes target = from_hex("3ffe2501020000030000000000000001");
    // PadN, then the option; next headers: 60 destination options, 43 routing, 6 TCP.
    const auto options = [&home](u8 next, u8 option, u8 size) {
        Bytes header{next, 2, 1, 2, 0, 0, option, size};
        header.insert(header.end(), home.begin(), home.end());
        return header;
    };
    const auto routing = [&target](u8 kind, u8 left) {
        Bytes header{6, 2, kind, left, 0, 0, 0, 0};
        header.insert(header.end(), target.begin(), target.end());
        return header;
    };
    const auto with = [&plain](const Bytes& first, const Bytes& second) {
        Bytes frame = plain;
        frame[20] = first.empty() ? 43 : 60;
        store_be16(frame.data() + 18,
                   static_cast<u16>(load_be16(frame.data() + 18) + first.size() + second.size()));
        frame.insert(frame.begin() + 54, second.begin(), second.end());
        frame.insert(frame.begin() + 54, first.begin(), first.end());
        return frame;
    };
    const auto seen = [](const Bytes& frame, u32 mrqc, u32 rfctl = 0) {
        RegisterFile regs(*find_mac("82576"));
        const RssKey key = verification_key();
        for (u32 i = 0; i < key.size(); i += 4) {
            regs[reg::RSSRK + i] = load_le<u32>(key.data() + i);
        }
        regs[reg::MRQC] = mrqc | 2U;
        regs[reg::RXCSUM] = reg::RXCSUM_PCSD;
        regs[reg::RFCTL] = rfctl;
        const QueueChoice choice =
            choose_queue(*find_mac("82576"), regs, frame, parse_frame(frame, 0x8100));
        return std::pair{choice.rss, choice.hash};
    };
    constexpr u32 ex = bit(18) | bit(19);
    constexpr u32 not_ex = bit(20) | bit(21);
    const u32 hash_plain = seen(plain, not_ex).second;
    const Bytes both = with(options(43, 0xc9, 16), routing(2, 1));
    EXPECT_EQ(seen(both, ex | not_ex), (std::pair{RssType::tcp6_ex, 0x40207d3dU}));
    EXPECT_EQ(seen(both, bit(19)), (std::pair{RssType::ipv6_ex, 0x2cc18cd5U}));
    EXPECT_EQ(seen(both, not_ex), (std::pair{RssType::tcp6, hash_plain})) << "only Ex looks there";
    // Each alone: the other address is the header's.
    spec.source6 = {};
    std::copy_n(home.begin(), 16, spec.source6.begin());
    EXPECT_EQ(seen(with(options(6, 0xc9, 16), {}), ex | not_ex),
              (std::pair{RssType::tcp6_ex, seen(make_frame(spec), not_ex).second}));
    spec = {};
    spec.ipv6 = true;
    spec.source_port = 2794;
    spec.destination_port = 1766;
    std::copy_n(target.begin(), 16, spec.destination6.begin());
    EXPECT_EQ(seen(with({}, routing(2, 1)), ex | not_ex),
              (std::pair{RssType::tcp6_ex, seen(make_frame(spec), not_ex).second}));
    // What only looks like it.
    for (const Bytes& other :
         {with(options(43, 0xca, 16), routing(0, 1)), with(options(43, 0xc9, 15), routing(2, 0))}) {
        EXPECT_EQ(seen(other, ex | not_ex), (std::pair{RssType::tcp6, hash_plain}));
    }
    // IPV6_EX_DIS: nothing is looked for.
    EXPECT_EQ(seen(both, ex | not_ex, reg::RFCTL_IPV6_EX_DIS),
              (std::pair{RssType::tcp6, hash_plain}));
    EXPECT_EQ(seen(both, ex, reg::RFCTL_IPV6_EX_DIS), (std::pair{RssType::tcp6_ex, hash_plain}));
}

TEST(RssType, FragmentsAreHashedByAddressOnly) {
    Bytes frame = make_frame(FrameSpec{});
    frame[20] = 0x20;  // more fragments
    EXPECT_EQ(rss_type(parse_frame(frame, 0x8100), 0x00030000), RssType::ipv4);
}

}  // namespace
}  // namespace igbmodel::test
