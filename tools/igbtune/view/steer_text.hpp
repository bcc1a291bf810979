// SPDX-License-Identifier: GPL-2.0-only
// Which frames go to which queue, for people.
#pragma once

#include <string>

#include "model/steering.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string steer_text(const model::Steering& steering, const Style& style);

}  // namespace igbtune::view
