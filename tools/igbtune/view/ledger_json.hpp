// SPDX-License-Identifier: GPL-2.0-only
// `igbtune ledger` for programs, and back: what an earlier one printed begins an interval.
#pragma once

#include <string>
#include <string_view>

#include "model/ledger_report.hpp"
#include "util/result.hpp"
#include "view/json.hpp"

namespace igbtune::view {

[[nodiscard]] std::string ledger_json(const model::LedgerReport& report, JsonLayout layout);

// Of a text that ledger_json printed; of several lines the last.
util::Result<model::Baseline> baseline_of_json(std::string_view text);

}  // namespace igbtune::view
