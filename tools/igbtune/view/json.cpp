// SPDX-License-Identifier: GPL-2.0-only
#include "view/json.hpp"

#include <nlohmann/json.hpp>

#include "model/queue_counters.hpp"
#include "version.hpp"
#include "view/clock_text.hpp"
#include "view/json_parts.hpp"

namespace igbtune::view {

using Json = nlohmann::ordered_json;
using model::CounterGroup;
using model::QueueSide;
using model::Snapshot;

namespace {

// What is not known is null; the key is always there.
template <typename Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json or_null(const std::optional<util::CpuSet>& cpus) {
    return cpus ? Json(cpus->list()) : Json(nullptr);
}

Json time_stamping_json(const model::Device& device) {
    if (!device.time_stamping) {
        return nullptr;
    }
    const source::TimeStamping& abilities = *device.time_stamping;
    return {{"abilities", abilities.abilities},
            {"tx_types", abilities.tx_types},
            {"rx_filters", abilities.rx_filters},
            {"phc", or_null(abilities.clock)}};
}

Json device_json(const model::Device& device) {
    Json interrupts = Json::array();
    for (const source::Interrupt& interrupt : device.interrupts) {
        interrupts.push_back({{"irq", interrupt.number},
                              {"vector", or_null(model::vector_index(interrupt))},
                              {"actions", interrupt.actions}});
    }
    return {
        {"name", device.name},
        {"ifindex", device.index},
        {"driver", or_null(device.driver)},
        {"driver_version", or_null(device.driver_version)},
        {"firmware", or_null(device.firmware)},
        {"bus", or_null(device.bus)},
        {"bus_address", or_null(device.bus_address)},
        {"pci_id", or_null(device.pci_id)},
        {"mac", or_null(device.mac)},
        {"mtu", or_null(device.mtu)},
        {"admin_up", device.admin_up},
        {"carrier", or_null(device.carrier)},
        {"state", device.state},
        {"speed_mbps", or_null(device.speed)},
        {"duplex", or_null(device.duplex)},
        {"qdisc", or_null(device.qdisc)},
        {"time_stamping", time_stamping_json(device)},
        {"irq_mode", model::to_string(device.irq_mode)},
        {"interrupts", std::move(interrupts)},
    };
}

Json side_json(const Snapshot& snapshot, const std::optional<QueueSide>& side,
               source::Direction direction, std::uint32_t queue) {
    if (!side) {
        return nullptr;
    }
    const CounterGroup* const group =
        snapshot.find(model::queue_group_id, model::queue_instance(direction, queue));
    const auto value = [&](const char* name) {
        return group == nullptr ? Json(nullptr) : or_null(group->value(name));
    };
    const bool receive = direction == source::Direction::rx;
    return {
        {"ring", or_null(side->ring)},
        {"vector", or_null(side->vector)},
        {"irq", or_null(side->interrupt)},
        {"cpus", or_null(side->cpus)},
        {"napi_id", or_null(side->napi)},
        {receive ? "rps_cpus" : "xps_cpus", or_null(side->steering)},
        {"packets", value("packets")},
        {"bytes", value("bytes")},
        {"drops", group == nullptr ? Json(nullptr) : or_null(model::queue_drops(*group))},
    };
}

Json queues_json(const Snapshot& snapshot) {
    Json queues = Json::array();
    for (const model::Queue& queue : snapshot.topology.queues) {
        queues.push_back({
            {"queue", queue.id},
            {"rss_percent", or_null(queue.rss_share)},
            {"rx", side_json(snapshot, queue.rx, source::Direction::rx, queue.id)},
            {"tx", side_json(snapshot, queue.tx, source::Direction::tx, queue.id)},
        });
    }
    return queues;
}

Json group_json(const CounterGroup& group) {
    Json counters = Json::object();
    for (const model::Counter& counter : group.counters) {
        counters[counter.name] = counter.value;
    }
    return {
        {"layer", model::to_string(group.layer)}, {"id", group.id},
        {"instance", or_null(group.instance)},    {"scope", model::to_string(group.scope)},
        {"counters", std::move(counters)},
    };
}

void add_changes(Json& json, const CounterGroup& group, const model::GroupDelta& changes,
                 const model::Delta& delta) {
    Json counts = Json::object();
    Json rates = Json::object();
    Json resets = Json::array();
    for (std::size_t index = 0; index < group.counters.size(); ++index) {
        const std::string& name = group.counters[index].name;
        if (const auto& change = changes.counters[index]) {
            counts[name] = change->count;
            rates[name] = delta.per_second(change->count);
            if (change->reset) {
                resets.push_back(name);
            }
        }
    }
    json["change"] = std::move(counts);
    json["per_second"] = std::move(rates);
    json["reset"] = std::move(resets);
}

Json stats_document(const Snapshot& snapshot, const model::Delta* delta) {
    Json json = json_document(snapshot, "stats");
    if (delta != nullptr) {
        json["interval_s"] = delta->interval.count();
    }
    Json groups = Json::array();
    for (std::size_t index = 0; index < snapshot.groups.size(); ++index) {
        Json group = group_json(snapshot.groups[index]);
        if (delta != nullptr) {
            add_changes(group, snapshot.groups[index], delta->groups[index], *delta);
        }
        groups.push_back(std::move(group));
    }
    json["groups"] = std::move(groups);
    Json sockets = Json::array();
    for (std::size_t index = 0; index < snapshot.sockets.size(); ++index) {
        Json socket = json_socket(snapshot.sockets[index]);
        if (delta != nullptr) {
            socket["change"] = delta->sockets[index];
        }
        sockets.push_back(std::move(socket));
    }
    json["sockets"] = std::move(sockets);
    json["not_available"] = json_gaps(snapshot);
    return json;
}

}  // namespace

Json json_socket(const source::Socket& socket) {
    return {
        {"protocol", socket.protocol}, {"local", socket.local},
        {"remote", socket.remote},     {"rx_queue_bytes", socket.rx_queue},
        {"uid", socket.uid},           {"inode", socket.inode},
        {"drops", socket.drops},
    };
}

Json json_document(const Snapshot& snapshot, const char* kind) {
    return {
        {"schema_version", json_schema_version},
        {"kind", kind},
        {"igbtune", version},
        {"time", utc_text(snapshot.time)},
        {"reading_us",
         std::chrono::duration_cast<std::chrono::microseconds>(snapshot.reading).count()},
        {"device", device_json(snapshot.topology.device)},
    };
}

Json json_gaps(const Snapshot& snapshot) {
    Json gaps = Json::array();
    for (const model::Unavailable& gap : snapshot.unavailable) {
        gaps.push_back({{"what", gap.what}, {"reason", gap.reason}});
    }
    return gaps;
}

std::string json_text(const Json& json, JsonLayout layout) {
    constexpr int spaces = 2;
    return json.dump(layout == JsonLayout::indented ? spaces : -1, ' ', false,
                     Json::error_handler_t::replace) +
           '\n';
}

std::string show_json(const Snapshot& snapshot, JsonLayout layout) {
    Json json = json_document(snapshot, "show");
    json["queues"] = queues_json(snapshot);
    json["not_available"] = json_gaps(snapshot);
    return json_text(json, layout);
}

std::string stats_json(const Snapshot& snapshot, JsonLayout layout) {
    return json_text(stats_document(snapshot, nullptr), layout);
}

std::string change_json(const Snapshot& snapshot, const model::Delta& delta) {
    return json_text(stats_document(snapshot, &delta), JsonLayout::one_line);
}

}  // namespace igbtune::view
