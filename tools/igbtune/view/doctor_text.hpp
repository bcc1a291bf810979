// SPDX-License-Identifier: GPL-2.0-only
// `igbtune doctor` for people.
#pragma once

#include <string>
#include <vector>

#include "model/doctor.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string doctor_text(const model::LedgerReport& report,
                                      const std::vector<model::Finding>& findings,
                                      const Style& style);

}  // namespace igbtune::view
