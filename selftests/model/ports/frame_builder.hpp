// SPDX-License-Identifier: GPL-2.0-only
// Frames made to order, with right checksums: for the generator and for tests.
#pragma once

#include <array>

#include "util/types.hpp"

namespace igbmodel {

constexpr u8 protocol_tcp = 6;
constexpr u8 protocol_udp = 17;
constexpr u8 protocol_sctp = 132;

struct FrameSpec {
    bool ipv6 = false;
    u8 protocol = protocol_tcp;
    u32 source4 = 0xc0000201;       // 192.0.2.1
    u32 destination4 = 0xc0000202;  // 192.0.2.2
    std::array<u8, 16> source6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    std::array<u8, 16> destination6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    u16 source_port = 1000;
    u16 destination_port = 2000;
    u8 tcp_flags = 0x10;
    std::size_t payload = 100;
    int tci = -1;       // VLAN tag; below zero: none
    u16 ethertype = 0;  // not zero: no IP at all, the payload follows the type
    std::array<u8, 6> destination{0x02, 0, 0, 0, 0, 0x01};
    std::array<u8, 6> source{0x02, 0, 0, 0, 0, 0x99};
};

[[nodiscard]] Bytes make_frame(const FrameSpec& spec);

}  // namespace igbmodel
