// SPDX-License-Identifier: GPL-2.0-only
// Packet sockets (/proc/net/packet): who taps devices.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct PacketSocket {
    std::uint16_t protocol{};  // EtherType; 3: all
    std::uint32_t device{};    // index; 0: all devices
    bool running{};
    std::uint64_t bytes{};  // that wait to be read, with their overhead
    std::uint64_t inode{};
};

util::Result<std::vector<PacketSocket>> packet_sockets(const Files& files);
util::Result<std::vector<PacketSocket>> parse_packet_sockets(std::string_view text);

}  // namespace igbtune::source
