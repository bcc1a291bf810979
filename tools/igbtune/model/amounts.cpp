// SPDX-License-Identifier: GPL-2.0-only
#include "model/amounts.hpp"

#include <algorithm>
#include <limits>

#include "model/delta.hpp"

namespace igbtune::model {
namespace {

// A sum or a difference of counts cannot leave this range, whatever damage brought them.
std::int64_t count_of(std::uint64_t value) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max() / 1024;
    return static_cast<std::int64_t>(std::min(value, most));
}

struct Parts {
    std::string_view instance;
    std::string_view counter;
};

// Of a name that belongs to the group and has an instance that begins so.
std::optional<Parts> parts_of(std::string_view name, std::string_view group,
                              std::string_view instance) {
    if (!name.starts_with(group) || !name.substr(group.size()).starts_with('[')) {
        return std::nullopt;
    }
    name.remove_prefix(group.size() + 1);
    const std::size_t end = name.find("].");
    if (end == std::string_view::npos || !name.substr(0, end).starts_with(instance)) {
        return std::nullopt;
    }
    return Parts{.instance = name.substr(0, end), .counter = name.substr(end + 2)};
}

}  // namespace

std::string amount_name(std::string_view group, std::string_view instance,
                        std::string_view counter) {
    std::string name(group);
    if (!instance.empty()) {
        name.append("[").append(instance).append("]");
    }
    return name.append(".").append(counter);
}

Amounts::Amounts(const std::vector<CounterGroup>& groups) {
    for (const CounterGroup& group : groups) {
        for (const Counter& counter : group.counters) {
            if (!counter.gauge) {
                set(amount_name(group.id, group.instance, counter.name),
                    {.value = counter.value, .bits = group.bits});
            }
        }
    }
}

Amounts Amounts::since(const Amounts& before) const {
    Amounts added;
    for (const auto& [name, amount] : amounts_) {
        const auto earlier = before.amounts_.find(name);
        if (earlier == before.amounts_.end()) {
            added.set(name, amount);
            continue;
        }
        const CounterChange change = change_of(earlier->second.value, amount.value, amount.bits);
        added.set(name, {.value = change.count, .bits = amount.bits});
        if (change.reset) {
            added.restarted_.push_back(name);
        }
    }
    return added;
}

std::optional<std::int64_t> Amounts::find(std::string_view name) const {
    const auto found = amounts_.find(name);
    return found == amounts_.end() ? std::nullopt : std::optional(count_of(found->second.value));
}

std::optional<std::int64_t> Amounts::sum(std::string_view group, std::string_view instance,
                                         std::string_view counter) const {
    std::optional<std::int64_t> total;
    for (auto entry = amounts_.lower_bound(group); entry != amounts_.end(); ++entry) {
        if (!entry->first.starts_with(group)) {
            break;
        }
        const auto parts = parts_of(entry->first, group, instance);
        if (parts && parts->counter == counter) {
            total = std::min(total.value_or(0) + count_of(entry->second.value),
                             std::numeric_limits<std::int64_t>::max() / 1024);
        }
    }
    return total;
}

std::vector<std::string> Amounts::instances(std::string_view group,
                                            std::string_view instance) const {
    std::vector<std::string> found;
    for (auto entry = amounts_.lower_bound(group); entry != amounts_.end(); ++entry) {
        if (!entry->first.starts_with(group)) {
            break;
        }
        const auto parts = parts_of(entry->first, group, instance);
        if (parts && std::ranges::find(found, parts->instance) == found.end()) {
            found.emplace_back(parts->instance);
        }
    }
    return found;
}

}  // namespace igbtune::model
