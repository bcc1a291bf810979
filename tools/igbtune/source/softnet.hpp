// SPDX-License-Identifier: GPL-2.0-only
// What each CPU did for the network: /proc/net/softnet_stat and the network's lines of
// /proc/softirqs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// One line of softnet_stat. The columns have no names there, and later kernels append some.
struct Softnet {
    unsigned cpu{};
    std::uint64_t processed{};
    std::uint64_t dropped{};       // the backlog was full
    std::uint64_t time_squeeze{};  // budget or time ran out while there was work left
    std::uint64_t received_rps{};  // inter-processor interrupts for receive packet steering
    std::uint64_t flow_limit{};    // dropped by the flow limit
    std::optional<std::uint64_t> backlog_length;  // at this moment
};

util::Result<std::vector<Softnet>> softnet(const Files& files);
util::Result<std::vector<Softnet>> parse_softnet(std::string_view text);

struct NetworkSoftirqs {
    std::uint64_t receive{};
    std::uint64_t transmit{};
};

// By CPU.
util::Result<std::map<unsigned, NetworkSoftirqs>> network_softirqs(const Files& files);
util::Result<std::map<unsigned, NetworkSoftirqs>> parse_network_softirqs(std::string_view text);

}  // namespace igbtune::source
