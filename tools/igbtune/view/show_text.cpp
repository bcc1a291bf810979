// SPDX-License-Identifier: GPL-2.0-only
#include "view/show_text.hpp"

#include <optional>

#include "model/queue_counters.hpp"
#include "util/text.hpp"
#include "view/device_text.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using model::Queue;
using model::QueueSide;
using model::Snapshot;

namespace {

constexpr const char* unknown = "-";

template <typename Number>
std::string plain(const std::optional<Number>& value) {
    return value ? std::to_string(*value) : unknown;
}

std::string count(const std::optional<std::uint64_t>& value) {
    return value ? util::grouped(*value) : unknown;
}

std::string cpus(const std::optional<util::CpuSet>& set) {
    return set ? set->list() : unknown;
}

std::string steering(const std::optional<QueueSide>& side) {
    if (!side || !side->steering) {
        return unknown;
    }
    return side->steering->empty() ? "off" : side->steering->list();
}

// What a queue pair shares is said once; else "rx/tx".
template <typename Text>
std::string of_pair(const Queue& queue, const Text& text) {
    std::string rx = queue.rx ? text(*queue.rx) : unknown;
    const std::string tx = queue.tx ? text(*queue.tx) : unknown;
    if (rx == tx || !queue.tx) {
        return rx;
    }
    return queue.rx ? rx + "/" + tx : tx;
}

struct Traffic {
    std::string packets{unknown};
    std::string drops{unknown};
};

Traffic traffic_of(const Snapshot& snapshot, source::Direction direction, std::uint32_t queue) {
    const model::CounterGroup* const group =
        snapshot.find(model::queue_group_id, model::queue_instance(direction, queue));
    if (group == nullptr) {
        return {};
    }
    return {.packets = count(group->value("packets")), .drops = count(model::queue_drops(*group))};
}

std::vector<std::string> row(const Snapshot& snapshot, const Queue& queue) {
    const Traffic rx = traffic_of(snapshot, source::Direction::rx, queue.id);
    const Traffic tx = traffic_of(snapshot, source::Direction::tx, queue.id);
    return {
        std::to_string(queue.id),
        queue.rss_share ? util::fixed(*queue.rss_share, 1) : unknown,
        queue.rx ? plain(queue.rx->ring) : unknown,
        queue.tx ? plain(queue.tx->ring) : unknown,
        of_pair(queue, [](const QueueSide& side) { return plain(side.vector); }),
        of_pair(queue, [](const QueueSide& side) { return plain(side.interrupt); }),
        of_pair(queue, [](const QueueSide& side) { return cpus(side.cpus); }),
        of_pair(queue, [](const QueueSide& side) { return plain(side.napi); }),
        steering(queue.rx),
        steering(queue.tx),
        rx.packets,
        rx.drops,
        tx.packets,
        tx.drops,
    };
}

}  // namespace

std::string show_text(const Snapshot& snapshot, const Style& style) {
    Table table({{.header = "queue"},
                 {.header = "RSS %"},
                 {.header = "rx ring"},
                 {.header = "tx ring"},
                 {.header = "vector"},
                 {.header = "IRQ"},
                 {.header = "CPU"},
                 {.header = "NAPI"},
                 {.header = "RPS"},
                 {.header = "XPS"},
                 {.header = "rx packets"},
                 {.header = "rx drops"},
                 {.header = "tx packets"},
                 {.header = "tx drops"}});
    for (const Queue& queue : snapshot.topology.queues) {
        table.add(row(snapshot, queue));
    }
    return device_text(snapshot.topology.device, style) + "\n" + table.text(0) +
           unavailable_text(snapshot.unavailable, style);
}

}  // namespace igbtune::view
