// SPDX-License-Identifier: GPL-2.0-only
// The parts of the glossary's table.
#pragma once

#include <span>

#include "model/glossary.hpp"

namespace igbtune::model {

// The counters of the ledger, and the knobs.
[[nodiscard]] std::span<const Term> way_terms();

// What stands beside the way: devlink, steering, taps; and the drop monitor's reasons.
[[nodiscard]] std::span<const Term> side_terms();

// All others; and for groups of counters whose names only the driver knows, one for the group.
[[nodiscard]] std::span<const Term> other_terms();

}  // namespace igbtune::model
