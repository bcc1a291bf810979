// SPDX-License-Identifier: GPL-2.0-only
// All that is known of the time between two snapshots.
#pragma once

#include "model/delta.hpp"
#include "model/ledger_report.hpp"

namespace igbtune::model {

struct Interval {
    Snapshot snapshot;  // its end
    Delta delta;
    LedgerReport receive;
    LedgerReport transmit;
};

[[nodiscard]] Interval interval_between(const Snapshot& before, const Snapshot& after);

// How fast a counter moved; nothing where it is not counted.
[[nodiscard]] std::optional<double> rate_of(const Interval& interval, std::string_view group,
                                            std::string_view instance, std::string_view counter);

}  // namespace igbtune::model
