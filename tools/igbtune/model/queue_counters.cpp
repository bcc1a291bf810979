// SPDX-License-Identifier: GPL-2.0-only
#include "model/queue_counters.hpp"

#include <map>
#include <utility>

#include "util/text.hpp"

namespace igbtune::model {

using source::Direction;
using source::NamedValue;

namespace {

using Key = std::pair<std::uint32_t, Direction>;
using Groups = std::map<Key, CounterGroup>;

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

bool has_queue(source::QueueCounts queues, Direction direction, std::uint32_t queue) {
    return queue < (direction == Direction::rx ? queues.rx : queues.tx);
}

CounterGroup& group_of(Groups& groups, Direction direction, std::uint32_t queue) {
    CounterGroup& group = groups[{queue, direction}];
    if (group.id.empty()) {
        group.layer = Layer::driver;
        group.scope = Scope::device;
        group.id = queue_group_id;
        group.instance = queue_instance(direction, queue);
    }
    return group;
}

void set(CounterGroup& group, std::string_view name, std::uint64_t value) {
    const auto known = std::ranges::find(group.counters, name, &Counter::name);
    if (known != group.counters.end()) {
        known->value = value;
    } else {
        group.counters.push_back({.name = std::string(name), .value = value, .gauge = false});
    }
}

}  // namespace

std::optional<QueueCounterName> parse_queue_counter(std::string_view name) {
    QueueCounterName found;
    if (take_prefix(name, "rx")) {
        found.direction = Direction::rx;
    } else if (take_prefix(name, "tx")) {
        found.direction = Direction::tx;
    } else {
        return std::nullopt;
    }
    // The separators that drivers use; "rx0_packets" has none. A mere "_" is not among them:
    // "rx_64_bytes" counts frames of a size.
    if (!take_prefix(name, "_queue_")) {
        (void)take_prefix(name, "-");
    }
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    const auto queue = util::number<std::uint32_t>(name.substr(0, digits));
    if (!queue) {
        return std::nullopt;
    }
    name.remove_prefix(digits);
    const bool separated = take_prefix(name, "_") || take_prefix(name, ".");
    if (!separated || name.empty()) {
        return std::nullopt;
    }
    found.queue = *queue;
    found.counter = name;
    return found;
}

DriverCounters driver_counters(std::span<const NamedValue> private_statistics,
                               std::span<const source::NetdevQueueStatistics> queue_statistics,
                               source::QueueCounts queues) {
    DriverCounters counters;
    Groups groups;
    for (const NamedValue& statistic : private_statistics) {
        const auto name = parse_queue_counter(statistic.name);
        if (name && has_queue(queues, name->direction, name->queue)) {
            set(group_of(groups, name->direction, name->queue), name->counter, statistic.value);
        } else {
            counters.rest.push_back(statistic);
        }
    }
    for (const source::NetdevQueueStatistics& queue : queue_statistics) {
        if (!has_queue(queues, queue.direction, queue.id)) {
            continue;
        }
        CounterGroup& group = group_of(groups, queue.direction, queue.id);
        for (const NamedValue& counter : queue.counters) {
            set(group, counter.name, counter.value);
        }
    }
    for (auto& [key, group] : groups) {
        counters.queues.push_back(std::move(group));
    }
    return counters;
}

std::string queue_instance(Direction direction, std::uint32_t queue) {
    return (direction == Direction::rx ? "rx " : "tx ") + std::to_string(queue);
}

std::optional<std::uint64_t> queue_drops(const CounterGroup& queue) {
    const auto device = queue.value("hw_drops");
    const auto driver = queue.value("drops");
    if (!device || !driver) {
        return device ? device : driver;
    }
    return *device + *driver;
}

}  // namespace igbtune::model
