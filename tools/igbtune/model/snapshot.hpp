// SPDX-License-Identifier: GPL-2.0-only
// All layers at one instant.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/counters.hpp"
#include "model/topology.hpp"
#include "model/unavailable.hpp"
#include "source/ethtool_netlink.hpp"
#include "source/sockets.hpp"
#include "source/sources.hpp"
#include "util/result.hpp"

namespace igbtune::model {

struct Snapshot {
    std::chrono::system_clock::time_point time;  // when the reading of counters began
    std::chrono::steady_clock::time_point
        instant;  // the same, on the clock that intervals are measured by
    std::chrono::system_clock::time_point protocols_time;  // when those of the protocols were read
    std::chrono::steady_clock::duration reading{};  // how long it took: the width of the "instant"
    Topology topology;
    std::vector<CounterGroup> groups;     // in the order of the layers
    std::vector<source::Socket> sockets;  // that dropped something, the worst first
    std::uint64_t waiting_bytes{};        // in datagram sockets, not yet read
    std::vector<Unavailable> unavailable;

    [[nodiscard]] const CounterGroup* find(std::string_view id, std::string_view instance) const;
};

// What a snapshot is taken for: less is read for less.
enum class Extent { queues, all_layers, ledger };

// Takes snapshots of one device in the network namespace of this process.
class Observer {
public:
    // Finds the device by its name, or an alternative name, once; afterwards it may be renamed. An
    // unknown name is an Error with the name that was likely meant.
    static util::Result<Observer> of(source::Sources& sources, const std::string& name);

    util::Result<Snapshot> take(Extent extent);

    // Its name at the last look.
    [[nodiscard]] const std::string& device() const { return name_; }

private:
    Observer(source::Sources& sources, int device, std::string name)
        : sources_(&sources), device_(device), name_(std::move(name)) {}

    void read_counters(Snapshot& snapshot, Extent extent, Gaps& gaps);

    source::Sources* sources_;
    int device_;
    std::string name_;
    std::optional<source::StringSets> standard_names_;
};

}  // namespace igbtune::model
