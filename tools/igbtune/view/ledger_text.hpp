// SPDX-License-Identifier: GPL-2.0-only
// `igbtune ledger` for people.
#pragma once

#include <string>

#include "model/ledger_report.hpp"
#include "view/stats_text.hpp"
#include "view/style.hpp"

namespace igbtune::view {

// With Zeros::shown also what lost nothing, and where each number comes from.
[[nodiscard]] std::string ledger_text(const model::LedgerReport& report, Zeros zeros,
                                      const Style& style);

}  // namespace igbtune::view
