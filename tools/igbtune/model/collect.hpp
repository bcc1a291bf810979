// SPDX-License-Identifier: GPL-2.0-only
// Turns what the sources say into groups of counters, one layer at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/counters.hpp"
#include "model/topology.hpp"
#include "model/unavailable.hpp"
#include "source/ethtool_netlink.hpp"
#include "source/sockets.hpp"
#include "source/sources.hpp"

namespace igbtune::model {

using Groups = std::vector<CounterGroup>;

// The names that belong to values which are read later: not part of the instant.
struct Names {
    std::optional<std::vector<std::string>> driver;  // of `ethtool -S`
    const source::StringSets* standard{};
};

// stats64, the standard groups, pause frames, and the driver's private statistics with those of its
// queues.
void collect_device(source::Sources& sources, const Topology& topology, const Names& names,
                    Groups& groups, Gaps& gaps);

// Only the driver's counters of each queue.
void collect_queues(source::Sources& sources, const Topology& topology, const Names& names,
                    Groups& groups, Gaps& gaps);

void collect_softnet(const source::Files& files, Groups& groups, Gaps& gaps);

// IP, ICMP, UDP and TCP.
void collect_protocols(const source::Files& files, Groups& groups, Gaps& gaps);

struct Sockets {
    std::vector<source::Socket> dropping;  // that dropped something, the worst first
    std::uint64_t waiting_bytes{};         // in all of them, with their overhead
};

[[nodiscard]] Sockets collect_sockets(source::Sources& sources, Gaps& gaps);

// What waits where at this moment: in page pools, below byte queue limits, in qdiscs, in sockets.
void collect_levels(source::Sources& sources, const Topology& topology, Groups& groups, Gaps& gaps);

// What has a hand in the way of packets beside it: devlink's reporters of faults, igbr's filters
// and the flows that it steers, packet sockets that tap the device.
void collect_others(source::Sources& sources, const Topology& topology, Groups& groups, Gaps& gaps);

// What the other devices of this network namespace gave to the stack: for the ledger.
void collect_surroundings(source::Sources& sources, const Device& device, Groups& groups,
                          Gaps& gaps);

}  // namespace igbtune::model
