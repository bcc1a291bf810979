// SPDX-License-Identifier: GPL-2.0-only
#include "model/delta.hpp"

#include <algorithm>

namespace igbtune::model {
namespace {

constexpr unsigned socket_drop_bits = 32;

GroupDelta group_delta(const CounterGroup* before, const CounterGroup& after) {
    GroupDelta delta;
    for (const Counter& counter : after.counters) {
        const auto earlier =
            before == nullptr || counter.gauge ? std::nullopt : before->value(counter.name);
        delta.counters.push_back(
            earlier ? std::optional(change_of(*earlier, counter.value, after.bits)) : std::nullopt);
    }
    return delta;
}

bool is_same_socket(const source::Socket& left, const source::Socket& right) {
    return left.protocol == right.protocol && left.inode == right.inode &&
           left.local == right.local && left.remote == right.remote;
}

}  // namespace

CounterChange change_of(std::uint64_t before, std::uint64_t after, unsigned bits) {
    if (after >= before) {
        return {.count = after - before, .reset = false};
    }
    // A narrow counter that fell has wrapped if it was in the upper half and did not go far; else
    // it began again.
    if (bits < 64) {
        const std::uint64_t size = std::uint64_t{1} << bits;
        const std::uint64_t wrapped = size - before + after;
        if (before < size && before >= size / 2 && wrapped < size / 2) {
            return {.count = wrapped, .reset = false};
        }
    }
    return {.count = after, .reset = true};
}

Delta difference(const Snapshot& before, const Snapshot& after) {
    Delta delta;
    delta.interval = after.instant - before.instant;
    for (const CounterGroup& group : after.groups) {
        delta.groups.push_back(group_delta(before.find(group.id, group.instance), group));
    }
    for (const source::Socket& socket : after.sockets) {
        const auto earlier = std::ranges::find_if(
            before.sockets,
            [&](const source::Socket& candidate) { return is_same_socket(candidate, socket); });
        // Only sockets that dropped something are kept: one that was not there had dropped nothing.
        delta.sockets.push_back(
            earlier == before.sockets.end()
                ? socket.drops
                : change_of(earlier->drops, socket.drops, socket_drop_bits).count);
    }
    return delta;
}

}  // namespace igbtune::model
