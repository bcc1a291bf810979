// SPDX-License-Identifier: GPL-2.0-only
// The doctor's findings for programs.
#pragma once

#include <string>
#include <vector>

#include "model/doctor.hpp"
#include "view/json.hpp"

namespace igbtune::view {

[[nodiscard]] std::string doctor_json(const model::LedgerReport& report,
                                      const std::vector<model::Finding>& findings,
                                      JsonLayout layout);

}  // namespace igbtune::view
