// SPDX-License-Identifier: GPL-2.0-only
// Receive side scaling: the Toeplitz hash and the choice of what is hashed.
#pragma once

#include <array>

#include "datapath/frame.hpp"
#include "util/types.hpp"

namespace igbmodel {

constexpr std::size_t rss_key_size = 40;
using RssKey = std::array<u8, rss_key_size>;

[[nodiscard]] u32 toeplitz(const RssKey& key, ByteView input);

// As reported in the descriptor, 82576 datasheet table 7-15.
enum class RssType : u8 {
    none = 0,
    tcp4 = 1,
    ipv4 = 2,
    tcp6 = 3,
    ipv6_ex = 4,
    ipv6 = 5,
    tcp6_ex = 6,
    udp4 = 7,
    udp6 = 8,
    udp6_ex = 9,
};

// `mrqc` holds the enable bits 16 to 24.
[[nodiscard]] RssType rss_type(const FrameInfo& info, u32 mrqc);
[[nodiscard]] u32 rss_hash(ByteView frame, const FrameInfo& info, RssType type, const RssKey& key);

}  // namespace igbmodel
