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

RssType rss_type(const FrameInfo& info, u32 mrqc, bool ipv6_ex_off) {
    const auto on = [mrqc](unsigned n) { return (mrqc & bit(n)) != 0; };
    const bool tcp = info.l4_kind == L4::tcp;
    const bool udp = info.l4_kind == L4::udp;
    if (info.ipv4) {
        if (tcp && on(enable_tcp4)) {
            return RssType::tcp4;
        }
        if (udp && on(enable_udp4)) {
            return RssType::udp4;
        }
        return on(enable_ipv4) ? RssType::ipv4 : RssType::none;
    }
    if (!info.ipv6) {
        return RssType::none;
    }
    const bool ex = !ipv6_ex_off && (info.home_address != 0 || info.route_target != 0);
    if (tcp && on(enable_tcp6_ex) && (ex || !on(enable_tcp6))) {
        return RssType::tcp6_ex;
    }
    if (tcp && on(enable_tcp6)) {
        return RssType::tcp6;
    }
    if (udp && on(enable_udp6_ex) && (ex || !on(enable_udp6))) {
        return RssType::udp6_ex;
    }
    if (udp && on(enable_udp6)) {
        return RssType::udp6;
    }
    if (on(enable_ipv6_ex) && (ex || !on(enable_ipv6))) {
        return RssType::ipv6_ex;
    }
    return on(enable_ipv6) ? RssType::ipv6 : RssType::none;
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
