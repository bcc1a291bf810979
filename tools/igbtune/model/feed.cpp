// SPDX-License-Identifier: GPL-2.0-only
#include "model/feed.hpp"

#include <algorithm>
#include <thread>

#include "model/drops.hpp"
#include "source/processes.hpp"

namespace igbtune::model {

using Clock = std::chrono::steady_clock;
using util::Result;

Owners read_owners(const source::Files& files, const std::set<std::uint64_t>& inodes) {
    Owners owners;
    if (inodes.empty()) {
        return owners;
    }
    for (const auto& [inode, process] : source::socket_owners(files, inodes)) {
        owners.emplace(inode, process.name + " (" + std::to_string(process.id) + ")");
    }
    return owners;
}

Result<Snapshot> LiveFeed::take(Extent extent) {
    auto snapshot = observer_.take(extent);
    if (snapshot && due_ == Clock::time_point{}) {
        due_ = snapshot->instant;
    }
    if (snapshot && monitor_) {
        if (const util::Status settled = monitor_->settle(snapshot->protocols_time); !settled) {
            return settled.error();
        }
        add_drops(*monitor_, *snapshot);
    }
    return snapshot;
}

Result<bool> LiveFeed::next(Clock::duration interval) {
    // From one deadline to the next, so that the reading's own time adds up to no drift.
    due_ = std::max(due_ + interval, Clock::now());
    if (!monitor_) {
        std::this_thread::sleep_until(due_);
        return true;
    }
    while (Clock::now() < due_) {
        if (wait_(due_, monitor_->descriptor())) {
            return false;
        }
        if (const util::Status collected = monitor_->collect(); !collected) {
            return collected.error();
        }
    }
    return true;
}

Owners LiveFeed::owners(const std::set<std::uint64_t>& inodes) {
    return read_owners(sources_->files(), inodes);
}

Surroundings LiveFeed::surroundings() {
    return read_surroundings(sources_->files(), observer_.device());
}

}  // namespace igbtune::model
