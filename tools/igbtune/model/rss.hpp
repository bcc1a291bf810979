// SPDX-License-Identifier: GPL-2.0-only
// What the indirection table means for each queue.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace igbtune::model {

// The share of all hash values, in percent, that leads to each of the queues. Entries that name a
// queue beyond them lead nowhere known and count for none. Empty for an empty table.
[[nodiscard]] std::vector<double> rss_shares(std::span<const std::uint32_t> table,
                                             std::uint32_t queues);

}  // namespace igbtune::model
