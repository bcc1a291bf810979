// SPDX-License-Identifier: GPL-2.0-only
#include "model/rss.hpp"

namespace igbtune::model {

std::vector<double> rss_shares(std::span<const std::uint32_t> table, std::uint32_t queues) {
    if (table.empty()) {
        return {};
    }
    std::vector<std::uint64_t> entries(queues);
    for (const std::uint32_t queue : table) {
        if (queue < queues) {
            ++entries[queue];
        }
    }
    std::vector<double> shares;
    shares.reserve(entries.size());
    for (const std::uint64_t count : entries) {
        shares.push_back(100.0 * static_cast<double>(count) / static_cast<double>(table.size()));
    }
    return shares;
}

}  // namespace igbtune::model
