// SPDX-License-Identifier: GPL-2.0-only
// Which process holds a socket: the links in /proc/PID/fd.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "source/files.hpp"

namespace igbtune::source {

struct Process {
    std::uint32_t id{};
    std::string name;
};

// By the socket's inode; of several holders the one with the lowest number. Those of other users
// cannot be seen without privileges and are missing.
[[nodiscard]] std::map<std::uint64_t, Process> socket_owners(const Files& files,
                                                             const std::set<std::uint64_t>& inodes);

}  // namespace igbtune::source
