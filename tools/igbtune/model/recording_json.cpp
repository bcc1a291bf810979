// SPDX-License-Identifier: GPL-2.0-only
#include "model/recording_json.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace igbtune::model::recording {
namespace {

constexpr std::array<Layer, 6> layers{Layer::mac, Layer::driver, Layer::softnet,
                                      Layer::ip,  Layer::udp,    Layer::tcp};
constexpr std::array<Scope, 3> scopes{Scope::device, Scope::network_namespace, Scope::machine};
constexpr std::array<IrqMode, 4> irq_modes{IrqMode::none, IrqMode::intx, IrqMode::msi,
                                           IrqMode::msix};

template <typename Enum, std::size_t Count>
Enum named(const std::array<Enum, Count>& all, const Json& json) {
    const auto text = json.get<std::string>();
    for (const Enum one : all) {
        if (to_string(one) == text) {
            return one;
        }
    }
    throw std::invalid_argument("'" + text + "'");
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::optional<util::CpuSet>& cpus) {
    return cpus ? Json(cpus->list()) : Json(nullptr);
}

template <typename Value>
void take(const Json& json, std::optional<Value>& value) {
    value = json.is_null() ? std::nullopt : std::optional(json.get<Value>());
}

void take(const Json& json, std::optional<util::CpuSet>& cpus) {
    cpus.reset();
    if (!json.is_null()) {
        auto set = util::CpuSet::from_list(json.get<std::string>());
        if (!set) {
            throw std::invalid_argument(set.error().message);
        }
        cpus = std::move(*set);
    }
}

Json time_stamping_json(const std::optional<source::TimeStamping>& abilities) {
    if (!abilities) {
        return nullptr;
    }
    return {abilities->abilities, abilities->tx_types, abilities->rx_filters,
            or_null(abilities->clock)};
}

std::optional<source::TimeStamping> time_stamping_of(const Json& json) {
    if (json.is_null()) {
        return std::nullopt;
    }
    source::TimeStamping abilities;
    json.at(0).get_to(abilities.abilities);
    json.at(1).get_to(abilities.tx_types);
    json.at(2).get_to(abilities.rx_filters);
    take(json.at(3), abilities.clock);
    return abilities;
}

Json device_json(const Device& device) {
    Json interrupts = Json::array();
    for (const source::Interrupt& interrupt : device.interrupts) {
        interrupts.push_back({interrupt.number, interrupt.chip, or_null(interrupt.hardware_number),
                              interrupt.actions});
    }
    return {{"name", device.name},
            {"index", device.index},
            {"driver", device.driver},
            {"driver_version", device.driver_version},
            {"firmware", device.firmware},
            {"bus", device.bus},
            {"bus_address", device.bus_address},
            {"pci_id", device.pci_id},
            {"mac", device.mac},
            {"mtu", or_null(device.mtu)},
            {"loopback", device.loopback},
            {"admin_up", device.admin_up},
            {"carrier", or_null(device.carrier)},
            {"state", device.state},
            {"speed", or_null(device.speed)},
            {"duplex", device.duplex},
            {"qdisc", device.qdisc},
            {"time_stamping", time_stamping_json(device.time_stamping)},
            {"irq_mode", to_string(device.irq_mode)},
            {"interrupts", std::move(interrupts)}};
}

Device device_of(const Json& json) {
    Device device;
    json.at("name").get_to(device.name);
    json.at("index").get_to(device.index);
    json.at("driver").get_to(device.driver);
    json.at("driver_version").get_to(device.driver_version);
    json.at("firmware").get_to(device.firmware);
    json.at("bus").get_to(device.bus);
    json.at("bus_address").get_to(device.bus_address);
    json.at("pci_id").get_to(device.pci_id);
    json.at("mac").get_to(device.mac);
    take(json.at("mtu"), device.mtu);
    json.at("loopback").get_to(device.loopback);
    json.at("admin_up").get_to(device.admin_up);
    take(json.at("carrier"), device.carrier);
    json.at("state").get_to(device.state);
    take(json.at("speed"), device.speed);
    json.at("duplex").get_to(device.duplex);
    json.at("qdisc").get_to(device.qdisc);
    device.time_stamping = time_stamping_of(json.at("time_stamping"));
    device.irq_mode = named(irq_modes, json.at("irq_mode"));
    for (const Json& entry : json.at("interrupts")) {
        source::Interrupt interrupt;
        entry.at(0).get_to(interrupt.number);
        entry.at(1).get_to(interrupt.chip);
        take(entry.at(2), interrupt.hardware_number);
        entry.at(3).get_to(interrupt.actions);
        device.interrupts.push_back(std::move(interrupt));
    }
    return device;
}

Json side_json(const std::optional<QueueSide>& side) {
    if (!side) {
        return nullptr;
    }
    return {or_null(side->ring), or_null(side->vector), or_null(side->interrupt),
            or_null(side->cpus), or_null(side->napi),   or_null(side->steering)};
}

std::optional<QueueSide> side_of(const Json& json) {
    if (json.is_null()) {
        return std::nullopt;
    }
    QueueSide side;
    take(json.at(0), side.ring);
    take(json.at(1), side.vector);
    take(json.at(2), side.interrupt);
    take(json.at(3), side.cpus);
    take(json.at(4), side.napi);
    take(json.at(5), side.steering);
    return side;
}

Json group_json(const CounterGroup& group) {
    Json names = Json::array();
    for (const Counter& counter : group.counters) {
        names.push_back(counter.gauge ? Json::array({counter.name}) : Json(counter.name));
    }
    return {{"layer", to_string(group.layer)},
            {"scope", to_string(group.scope)},
            {"id", group.id},
            {"instance", group.instance},
            {"bits", group.bits},
            {"counters", std::move(names)}};
}

CounterGroup group_of(const Json& json) {
    CounterGroup group;
    group.layer = named(layers, json.at("layer"));
    group.scope = named(scopes, json.at("scope"));
    json.at("id").get_to(group.id);
    json.at("instance").get_to(group.instance);
    json.at("bits").get_to(group.bits);
    if (group.bits == 0 || group.bits > 64) {
        throw std::invalid_argument("a counter of " + std::to_string(group.bits) + " bits");
    }
    for (const Json& name : json.at("counters")) {
        // A level's name stands in brackets.
        const bool gauge = name.is_array();
        group.counters.push_back(
            {.name = (gauge ? name.at(0) : name).get<std::string>(), .value = 0, .gauge = gauge});
    }
    return group;
}

bool same_interrupts(const Device& left, const Device& right) {
    return std::ranges::equal(left.interrupts, right.interrupts,
                              [](const source::Interrupt& one, const source::Interrupt& other) {
                                  // Not how often they came.
                                  return one.number == other.number && one.chip == other.chip &&
                                         one.hardware_number == other.hardware_number &&
                                         one.actions == other.actions;
                              });
}

bool same_device(const Device& left, const Device& right) {
    return left.name == right.name && left.index == right.index && left.driver == right.driver &&
           left.driver_version == right.driver_version && left.firmware == right.firmware &&
           left.bus == right.bus && left.bus_address == right.bus_address &&
           left.pci_id == right.pci_id && left.mac == right.mac && left.mtu == right.mtu &&
           left.loopback == right.loopback && left.admin_up == right.admin_up &&
           left.carrier == right.carrier && left.state == right.state &&
           left.speed == right.speed && left.duplex == right.duplex && left.qdisc == right.qdisc &&
           left.time_stamping == right.time_stamping && left.irq_mode == right.irq_mode &&
           same_interrupts(left, right);
}

bool same_groups(const std::vector<CounterGroup>& left, const std::vector<CounterGroup>& right) {
    const auto same_counter = [](const Counter& one, const Counter& other) {
        return one.gauge == other.gauge && one.name == other.name;
    };
    return std::ranges::equal(left, right, [&](const CounterGroup& one, const CounterGroup& other) {
        return one.layer == other.layer && one.scope == other.scope && one.id == other.id &&
               one.instance == other.instance && one.bits == other.bits &&
               std::ranges::equal(one.counters, other.counters, same_counter);
    });
}

}  // namespace

Json machine_json(const Surroundings& surroundings) {
    return {{"node", or_null(surroundings.node)},
            {"node_cpus", surroundings.node_cpus.list()},
            {"igbr_loaded", surroundings.igbr_loaded},
            {"igbr_file", surroundings.igbr_file},
            {"igbr_signed", or_null(surroundings.igbr_signed)},
            {"signatures", surroundings.signatures},
            {"cpus", surroundings.cpus.list()},
            {"settings", surroundings.settings}};
}

Json shape_json(const Sample& sample) {
    const Snapshot& snapshot = sample.snapshot;
    Json queues = Json::array();
    for (const Queue& queue : snapshot.topology.queues) {
        queues.push_back(
            {queue.id, or_null(queue.rss_share), side_json(queue.rx), side_json(queue.tx)});
    }
    Json groups = Json::array();
    for (const CounterGroup& group : snapshot.groups) {
        groups.push_back(group_json(group));
    }
    Json gaps = Json::array();
    for (const Unavailable& gap : snapshot.unavailable) {
        gaps.push_back({gap.what, gap.reason});
    }
    return {{"device", device_json(snapshot.topology.device)},
            {"queues", std::move(queues)},
            {"groups", std::move(groups)},
            {"not_available", std::move(gaps)},
            {"online_cpus", sample.surroundings.online_cpus},
            {"irqbalance", sample.surroundings.irqbalance},
            {"machine", machine_json(sample.surroundings)}};
}

void take_machine(const Json& json, Surroundings& surroundings) {
    std::optional<util::CpuSet> cpus;
    take(json.at("node"), surroundings.node);
    take(json.at("node_cpus"), cpus);
    surroundings.node_cpus = cpus.value_or(util::CpuSet{});
    json.at("igbr_loaded").get_to(surroundings.igbr_loaded);
    json.at("igbr_file").get_to(surroundings.igbr_file);
    take(json.at("igbr_signed"), surroundings.igbr_signed);
    json.at("signatures").get_to(surroundings.signatures);
    if (json.contains("settings")) {
        take(json.at("cpus"), cpus);
        surroundings.cpus = cpus.value_or(util::CpuSet{});
        json.at("settings").get_to(surroundings.settings);
    }
}

void take_shape(const Json& json, Sample& sample) {
    Snapshot& snapshot = sample.snapshot;
    snapshot.topology = {};
    snapshot.topology.device = device_of(json.at("device"));
    for (const Json& entry : json.at("queues")) {
        Queue queue;
        entry.at(0).get_to(queue.id);
        take(entry.at(1), queue.rss_share);
        queue.rx = side_of(entry.at(2));
        queue.tx = side_of(entry.at(3));
        snapshot.topology.queues.push_back(std::move(queue));
    }
    snapshot.groups.clear();
    for (const Json& entry : json.at("groups")) {
        snapshot.groups.push_back(group_of(entry));
    }
    snapshot.unavailable.clear();
    for (const Json& gap : json.at("not_available")) {
        snapshot.unavailable.push_back(
            {.what = gap.at(0).get<std::string>(), .reason = gap.at(1).get<std::string>()});
    }
    json.at("online_cpus").get_to(sample.surroundings.online_cpus);
    json.at("irqbalance").get_to(sample.surroundings.irqbalance);
    // Recordings from before it was read do not have it.
    if (json.contains("machine")) {
        take_machine(json.at("machine"), sample.surroundings);
    }
}

Json sockets_json(const Sample& sample) {
    Json sockets = Json::array();
    for (const source::Socket& socket : sample.snapshot.sockets) {
        const auto owner = sample.owners.find(socket.inode);
        sockets.push_back({socket.protocol, socket.local, socket.remote, socket.rx_queue,
                           socket.tx_queue, socket.uid, socket.inode, socket.drops,
                           owner == sample.owners.end() ? "" : owner->second});
    }
    return sockets;
}

void take_sockets(const Json& json, Sample& sample) {
    sample.snapshot.sockets.clear();
    for (const Json& entry : json) {
        source::Socket socket;
        entry.at(0).get_to(socket.protocol);
        entry.at(1).get_to(socket.local);
        entry.at(2).get_to(socket.remote);
        entry.at(3).get_to(socket.rx_queue);
        entry.at(4).get_to(socket.tx_queue);
        entry.at(5).get_to(socket.uid);
        entry.at(6).get_to(socket.inode);
        entry.at(7).get_to(socket.drops);
        if (auto owner = entry.at(8).get<std::string>(); !owner.empty()) {
            sample.owners.insert_or_assign(socket.inode, std::move(owner));
        }
        sample.snapshot.sockets.push_back(std::move(socket));
    }
}

bool same_shape(const Sample& left, const Sample& right) {
    const auto same_queue = [](const Queue& one, const Queue& other) {
        return one.id == other.id && one.rss_share == other.rss_share && one.rx == other.rx &&
               one.tx == other.tx;
    };
    return same_device(left.snapshot.topology.device, right.snapshot.topology.device) &&
           std::ranges::equal(left.snapshot.topology.queues, right.snapshot.topology.queues,
                              same_queue) &&
           same_groups(left.snapshot.groups, right.snapshot.groups) &&
           left.snapshot.unavailable == right.snapshot.unavailable &&
           left.surroundings == right.surroundings;
}

bool same_sockets(const Sample& left, const Sample& right) {
    return left.snapshot.sockets == right.snapshot.sockets && left.owners == right.owners;
}

}  // namespace igbtune::model::recording
