// SPDX-License-Identifier: GPL-2.0-only
// `igbtune stats` for people: every layer's counters, and what moved while it was watched.
#pragma once

#include <string>

#include "model/delta.hpp"
#include "model/snapshot.hpp"
#include "view/style.hpp"

namespace igbtune::view {

enum class Zeros { hidden, shown };

[[nodiscard]] std::string stats_text(const model::Snapshot& snapshot, Zeros zeros,
                                     const Style& style);

// One interval of a watch: total, change and rate of each counter that moved (of every one with
// Zeros::shown).
[[nodiscard]] std::string change_text(const model::Snapshot& snapshot, const model::Delta& delta,
                                      Zeros zeros, const Style& style);

}  // namespace igbtune::view
