// SPDX-License-Identifier: GPL-2.0-only
// How many sockets there are, and what they hold: /proc/net/sockstat and sockstat6.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "source/named_value.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct SocketUse {
    std::string protocol;            // "TCP", "UDP6", "sockets"
    std::vector<NamedValue> levels;  // "inuse", "mem" (in pages)
};

// Of IPv4 and, where there is one, IPv6.
util::Result<std::vector<SocketUse>> socket_use(const Files& files);
util::Result<std::vector<SocketUse>> parse_sockstat(std::string_view text);

}  // namespace igbtune::source
