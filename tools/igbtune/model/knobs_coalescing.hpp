// SPDX-License-Identifier: GPL-2.0-only
// How long the interrupt of each queue waits, where the driver has that for each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/knobs.hpp"

namespace igbtune::model {

[[nodiscard]] std::vector<Knob> queue_coalescing_knobs(source::Sources& sources,
                                                       const std::string& device,
                                                       std::uint32_t rx_queues,
                                                       std::uint32_t tx_queues);

}  // namespace igbtune::model
