// SPDX-License-Identifier: GPL-2.0-only
// The parts that every text view has: who the device is, and what could not be learned.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string device_text(const model::Device& device, const Style& style);
[[nodiscard]] std::string unavailable_text(const std::vector<model::Unavailable>& unavailable,
                                           const Style& style);

}  // namespace igbtune::view
