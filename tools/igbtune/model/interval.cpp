// SPDX-License-Identifier: GPL-2.0-only
#include "model/interval.hpp"

namespace igbtune::model {

Interval interval_between(const Snapshot& before, const Snapshot& after) {
    const Baseline begin = baseline_of(before);
    return {.snapshot = after,
            .delta = difference(before, after),
            .receive = report_of(after, &begin, source::Direction::rx),
            .transmit = report_of(after, &begin, source::Direction::tx)};
}

std::optional<double> rate_of(const Interval& interval, std::string_view group,
                              std::string_view instance, std::string_view counter) {
    for (std::size_t place = 0; place < interval.snapshot.groups.size(); ++place) {
        const CounterGroup& candidate = interval.snapshot.groups[place];
        if (candidate.id != group || candidate.instance != instance) {
            continue;
        }
        for (std::size_t index = 0; index < candidate.counters.size(); ++index) {
            const auto& change = interval.delta.groups[place].counters[index];
            if (candidate.counters[index].name == counter && change) {
                return interval.delta.per_second(change->count);
            }
        }
    }
    return std::nullopt;
}

}  // namespace igbtune::model
