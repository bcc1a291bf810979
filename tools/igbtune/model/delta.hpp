// SPDX-License-Identifier: GPL-2.0-only
// What happened between two snapshots of a device.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/snapshot.hpp"

namespace igbtune::model {

struct CounterChange {
    std::uint64_t count{};
    bool reset{};  // the counter began again in between: count is what it reached since
};

// From one value to the next of a counter that wraps at so many bits.
[[nodiscard]] CounterChange change_of(std::uint64_t before, std::uint64_t after, unsigned bits);

// In the order of the later snapshot's groups and counters. Nothing where there is no change to
// tell: a level, or a counter that the earlier snapshot did not have.
struct GroupDelta {
    std::vector<std::optional<CounterChange>> counters;
};

struct Delta {
    std::chrono::duration<double> interval{};  // seconds
    std::vector<GroupDelta> groups;
    std::vector<std::uint64_t> sockets;  // drops of each of the later snapshot's sockets

    [[nodiscard]] double per_second(std::uint64_t count) const {
        return interval.count() > 0 ? static_cast<double>(count) / interval.count() : 0.0;
    }
};

[[nodiscard]] Delta difference(const Snapshot& before, const Snapshot& after);

}  // namespace igbtune::model
