// SPDX-License-Identifier: GPL-2.0-only
// What the kernel's drop monitor saw, as counters: "drop-monitor[this device].NO_SOCKET". The
// monitor sees the whole machine; it separates devices by the number that a packet came in with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/amounts.hpp"
#include "model/snapshot.hpp"
#include "source/drop_monitor.hpp"

namespace igbtune::model {

inline constexpr std::string_view drop_group_id = "drop-monitor";
inline constexpr std::string_view drops_of_device = "this device";
inline constexpr std::string_view drops_of_others = "other devices";

// Packets of this host on their way out, and those that the device layer has not seen yet.
inline constexpr std::string_view drops_of_none = "no device";

// Adds its counters to a snapshot of the device.
void add_drops(source::DropMonitor& monitor, Snapshot& snapshot);

struct DropLine {
    std::string reason;
    std::int64_t own{};
    std::int64_t others{};
    std::int64_t none{};
};

struct Drops {
    std::vector<DropLine> lines;  // of which there were some, the most first
    std::int64_t missed{};        // by the monitor itself
};

// Nothing where no monitor was asked.
[[nodiscard]] std::optional<Drops> drops_of(const Amounts& amounts);

}  // namespace igbtune::model
