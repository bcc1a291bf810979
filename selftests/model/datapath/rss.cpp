// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/rss.hpp"

#include <algorithm>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {
// MRQC enable bits.
constexpr unsigned enable_tcp4 = 16;
constexpr unsigned enable_ipv4 = 17;
constexpr unsigned enable_tcp6_ex = 18;
constexpr unsigned enable_ipv6_ex = 19;
constexpr unsigned enable_ipv6 = 20;
constexpr unsigned enable_tcp6 = 21;
constexpr unsigned enable_udp4 = 22;
constexpr unsigned enable_udp6 = 23;
constexpr unsigned enable_udp6_ex = 24;
}  // namespace

u32 toeplitz(const RssKey& key, ByteView input) {
    u32 hash = 0;
    u64 window = u64{load_be32(key.data())} << 32U | load_be32(key.data() + 4);
    std::size_t next = 8;
    for (const u8 byte : input) {
        for (unsigned i = 8; i-- > 0;) {
            if ((byte >> i & 1U) != 0) {
                hash ^= static_cast<u32>(window >> 32U);
            }
            window <<= 1U;
        }
        window |= next < key.size() ? key[next] : 0U;
        ++next;
    }
    return hash;
}

namespace {

RssType rss_type4(bool tcp, bool udp, u32 mrqc) {
    const auto on = [mrqc](unsigned n) { return (mrqc & bit(n)) != 0; };
    if (tcp && on(enable_tcp4)) {
        return RssType::tcp4;
    }
    if (udp && on(enable_udp4)) {
        return RssType::udp4;
    }
    return on(enable_ipv4) ? RssType::ipv4 : RssType::none;
}

// `ex`: the frame has a header that the "Ex" types look into.
RssType rss_type6(bool tcp, bool udp, u32 mrqc, bool ex) {
    struct Choice {
        bool applies;
        unsigned plain;
        unsigned extended;
        RssType plain_type;
        RssType extended_type;
    };
    const std::array choices{
        Choice{tcp, enable_tcp6, enable_tcp6_ex, RssType::tcp6, RssType::tcp6_ex},
        Choice{udp, enable_udp6, enable_udp6_ex, RssType::udp6, RssType::udp6_ex},
        Choice{true, enable_ipv6, enable_ipv6_ex, RssType::ipv6, RssType::ipv6_ex}};
    for (const Choice& one : choices) {
        const bool plain = (mrqc & bit(one.plain)) != 0;
        const bool extended = (mrqc & bit(one.extended)) != 0;
        if (one.applies && extended && (ex || !plain)) {
            return one.extended_type;
        }
        if (one.applies && plain) {
            return one.plain_type;
        }
    }
    return RssType::none;
}

}  // namespace

RssType rss_type(const FrameInfo& info, u32 mrqc) {
    const bool tcp = info.l4_kind == L4::tcp;
    const bool udp = info.l4_kind == L4::udp;
    if (info.ipv4) {
        return rss_type4(tcp, udp, mrqc);
    }
    if (!info.ipv6) {
        return RssType::none;
    }
    const bool ex = info.home_address != 0 || info.route_target != 0;
    return rss_type6(tcp, udp, mrqc, ex);
}

u32 rss_hash(ByteView frame, const FrameInfo& info, RssType type, const RssKey& key) {
    if (type == RssType::none) {
        return 0;
    }
    std::array<u8, 36> input{};
    std::size_t size = 0;
    const auto add = [&](std::size_t from, std::size_t count) {
        std::copy_n(frame.data() + from, count, input.data() + size);
        size += count;
    };
    const bool ex =
        type == RssType::ipv6_ex || type == RssType::tcp6_ex || type == RssType::udp6_ex;
    if (info.ipv4) {
        add(info.l3 + 12, 8);
    } else {
        add(ex && info.home_address != 0 ? info.home_address : info.l3 + 8, 16);
        add(ex && info.route_target != 0 ? info.route_target : info.l3 + 24, 16);
    }
    const bool with_ports =
        type != RssType::ipv4 && type != RssType::ipv6 && type != RssType::ipv6_ex;
    if (with_ports) {
        add(info.l4, 4);
    }
    return toeplitz(key, ByteView(input).first(size));
}

}  // namespace igbmodel
