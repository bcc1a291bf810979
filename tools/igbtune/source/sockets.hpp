// SPDX-License-Identifier: GPL-2.0-only
// Datagram sockets and what they dropped: /proc/net/udp, udp6, raw and raw6. (TCP's tables there
// count no drops.)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct Socket {
    std::string protocol;  // "udp", "udp6", "raw", "raw6"
    std::string local;     // "10.0.0.1:53", "[::]:53"; of a raw socket the port is the IP protocol
    std::string remote;
    std::uint64_t rx_queue{};  // bytes that wait for the process, with their overhead
    std::uint64_t tx_queue{};  // bytes that wait for the device
    std::uint32_t uid{};
    std::uint64_t inode{};  // 0: the process closed it
    std::uint64_t drops{};  // wraps at 32 bits

    bool operator==(const Socket&) const = default;
};

inline constexpr std::array<std::string_view, 4> socket_protocols{"udp", "udp6", "raw", "raw6"};

util::Result<std::vector<Socket>> sockets(const Files& files, std::string_view protocol);
util::Result<std::vector<Socket>> parse_sockets(std::string_view text, std::string_view protocol);

}  // namespace igbtune::source
