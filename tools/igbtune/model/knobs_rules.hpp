// SPDX-License-Identifier: GPL-2.0-only
// The rules that lead flows to queues, all of them as one setting.
#pragma once

#include <optional>
#include <string>

#include "model/knobs.hpp"

namespace igbtune::model {

// Nothing where the driver has no such rules.
[[nodiscard]] std::optional<Knob> rules_knob(source::Sources& sources, const std::string& device);

}  // namespace igbtune::model
