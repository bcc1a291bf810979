// SPDX-License-Identifier: GPL-2.0-only
// A ledger with what it was made from: since the counters began, or over an interval.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/amounts.hpp"
#include "model/drops.hpp"
#include "model/feed.hpp"
#include "model/ledger.hpp"
#include "model/snapshot.hpp"
#include "source/netdev_netlink.hpp"

namespace igbtune::model {

// What an interval begins with.
struct Baseline {
    std::chrono::system_clock::time_point time;
    std::string device;
    Amounts amounts;
};

struct SocketLine {
    source::Socket socket;
    std::int64_t drops{};
    std::string process;  // "name (PID)"; empty where it cannot be seen
};

struct LedgerReport {
    source::Direction direction{};
    Snapshot snapshot;
    std::optional<std::chrono::duration<double>> interval;
    Amounts amounts;  // since the counters began, whatever the interval
    std::vector<std::string> restarted;
    Ledger ledger;
    std::vector<SocketLine> sockets;  // that dropped something, the worst first
    std::optional<Drops> drops;       // by reason, where the drop monitor was asked
};

[[nodiscard]] Baseline baseline_of(const Snapshot& snapshot);

[[nodiscard]] LedgerReport report_of(Snapshot snapshot, const Baseline* before,
                                     source::Direction direction);

// Completes the processes.
void find_owners(Feed& feed, LedgerReport& report);

}  // namespace igbtune::model
