// SPDX-License-Identifier: GPL-2.0-only
// Listening TCP sockets by the kernel's socket diagnosis: /proc/net/tcp does not tell what they
// dropped.
#pragma once

#include <vector>

#include "source/netlink.hpp"
#include "source/sockets.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// Of this network namespace, as "tcp" and "tcp6". What waits in a listening socket are connections,
// so its queues of bytes are empty.
util::Result<std::vector<Socket>> tcp_listeners(Netlink& netlink);

// One answer; a socket without memory information dropped 0.
util::Result<Socket> parse_listener(ByteView message);

}  // namespace igbtune::source
