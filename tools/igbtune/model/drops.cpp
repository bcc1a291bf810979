// SPDX-License-Identifier: GPL-2.0-only
#include "model/drops.hpp"

#include <algorithm>
#include <map>

namespace igbtune::model {
namespace {

constexpr std::string_view missed_counter = "missed";

CounterGroup group_for(std::string_view instance) {
    CounterGroup group;
    group.layer = Layer::softnet;
    group.scope = instance == drops_of_device ? Scope::device : Scope::machine;
    group.id = drop_group_id;
    group.instance = instance;
    return group;
}

std::size_t place_of(const source::Drop& drop, int device) {
    if (!drop.device) {
        return 2;
    }
    return *drop.device == static_cast<std::uint32_t>(device) ? 0 : 1;
}

}  // namespace

void add_drops(source::DropMonitor& monitor, Snapshot& snapshot) {
    constexpr std::array instances{drops_of_device, drops_of_others, drops_of_none};
    std::array<std::map<std::string, std::uint64_t>, instances.size()> counts;
    for (const auto& [drop, count] : monitor.counts()) {
        counts.at(place_of(drop, snapshot.topology.device.index))[drop.reason] += count;
    }
    CounterGroup missed = group_for("");
    missed.counters = {
        {.name = std::string(missed_counter), .value = monitor.missed(), .gauge = false}};
    snapshot.groups.push_back(std::move(missed));
    for (std::size_t place = 0; place < instances.size(); ++place) {
        CounterGroup group = group_for(instances.at(place));
        for (const auto& [reason, count] : counts.at(place)) {
            group.counters.push_back({.name = reason, .value = count, .gauge = false});
        }
        if (!group.counters.empty()) {
            snapshot.groups.push_back(std::move(group));
        }
    }
    std::ranges::stable_sort(snapshot.groups, {}, &CounterGroup::layer);
}

std::optional<Drops> drops_of(const Amounts& amounts) {
    const auto missed = amounts.find(amount_name(drop_group_id, "", missed_counter));
    if (!missed) {
        return std::nullopt;
    }
    std::map<std::string, DropLine> lines;
    const auto take = [&](std::string_view instance, std::int64_t DropLine::* count) {
        const std::string prefix = amount_name(drop_group_id, instance, "");
        for (auto entry = amounts.all().lower_bound(prefix);
             entry != amounts.all().end() && entry->first.starts_with(prefix); ++entry) {
            const std::string reason = entry->first.substr(prefix.size());
            lines[reason].reason = reason;
            lines[reason].*count = amounts.find(entry->first).value_or(0);
        }
    };
    take(drops_of_device, &DropLine::own);
    take(drops_of_others, &DropLine::others);
    take(drops_of_none, &DropLine::none);
    Drops drops{.lines = {}, .missed = *missed};
    for (auto& [reason, line] : lines) {
        if (line.own + line.others + line.none > 0) {
            drops.lines.push_back(std::move(line));
        }
    }
    std::ranges::stable_sort(drops.lines, [](const DropLine& left, const DropLine& right) {
        return std::pair(left.own, left.others + left.none) >
               std::pair(right.own, right.others + right.none);
    });
    return drops;
}

}  // namespace igbtune::model
