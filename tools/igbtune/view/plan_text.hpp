// SPDX-License-Identifier: GPL-2.0-only
// Changes for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "view/style.hpp"

namespace igbtune::view {

// What would be written, and the command that takes it back.
[[nodiscard]] std::string plan_text(const model::Plan& plan, const Style& style);

// What was written; and how to keep it, if it has to be confirmed within so many seconds.
[[nodiscard]] std::string change_made_text(const model::Plan& plan, std::int64_t confirm,
                                           const Style& style);

// What went back.
[[nodiscard]] std::string taken_back_text(const model::Plan& plan, const Style& style);

// A line for each: knob, present value, wanted value.
[[nodiscard]] std::string differences_text(const std::vector<model::Change>& changes);

}  // namespace igbtune::view
