// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <string>

#include "model/collect.hpp"
#include "source/devlink.hpp"
#include "source/igbr_family.hpp"
#include "source/packet_sockets.hpp"

namespace igbtune::model {

using source::Sources;

namespace {

Counter counter(std::string name, std::uint64_t value) {
    return {.name = std::move(name), .value = value, .gauge = false};
}

Counter level(std::string name, std::uint64_t value) {
    return {.name = std::move(name), .value = value, .gauge = true};
}

CounterGroup group_of(Layer layer, std::string id, std::string instance,
                      std::vector<Counter> counters) {
    CounterGroup group;
    group.layer = layer;
    group.scope = Scope::device;
    group.id = std::move(id);
    group.instance = std::move(instance);
    group.counters = std::move(counters);
    return group;
}

// Only PCI functions are devices to devlink here; most drivers have no reporters.
void collect_health(Sources& sources, const Device& device, Groups& groups) {
    if (device.bus != "pci") {
        return;
    }
    const auto reporters =
        source::health_reporters(sources.generic(), device.bus, device.bus_address);
    for (const source::HealthReporter& reporter :
         reporters ? *reporters : std::vector<source::HealthReporter>{}) {
        groups.push_back(group_of(
            Layer::driver, "health", reporter.name,
            {counter("errors", reporter.errors), counter("recoveries", reporter.recoveries),
             level("faulty", reporter.healthy ? 0 : 1)}));
    }
}

void collect_steering(Sources& sources, const Device& device, Groups& groups, Gaps& gaps) {
    if (device.driver != "igbr") {
        return;
    }
    if (const auto filters =
            gaps.value_of(source::hardware_filters(sources.generic(), device.index), "filters")) {
        const auto flows = std::ranges::count(*filters, source::HardwareFilter::Owner::flow,
                                              &source::HardwareFilter::owner);
        const auto rules = static_cast<std::int64_t>(filters->size()) - flows;
        groups.push_back(group_of(Layer::driver, "filters", "",
                                  {level("rules", static_cast<std::uint64_t>(rules)),
                                   level("flows", static_cast<std::uint64_t>(flows))}));
    }
    const auto flows =
        gaps.value_of(source::flow_counters(sources.generic(), device.index), "steered flows");
    if (flows && !flows->empty()) {
        CounterGroup group = group_of(Layer::driver, "arfs", "", {});
        for (const source::NamedValue& value : *flows) {
            group.counters.push_back(counter(value.name, value.value));
        }
        groups.push_back(std::move(group));
    }
}

// Sockets that get a copy of every packet, such as those of captures.
void collect_taps(Sources& sources, const Device& device, Groups& groups) {
    constexpr std::uint16_t all_protocols = 3;
    const auto sockets = source::packet_sockets(sources.files());
    if (!sockets) {
        return;  // a kernel without packet sockets
    }
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    for (const source::PacketSocket& socket : *sockets) {
        const bool here =
            socket.device == 0 || socket.device == static_cast<unsigned>(device.index);
        if (socket.running && here && socket.protocol == all_protocols) {
            ++count;
            bytes += socket.bytes;
        }
    }
    groups.push_back(group_of(Layer::softnet, "taps", "",
                              {level("sockets", count), level("waiting_bytes", bytes)}));
}

}  // namespace

void collect_others(Sources& sources, const Topology& topology, Groups& groups, Gaps& gaps) {
    collect_health(sources, topology.device, groups);
    collect_steering(sources, topology.device, groups, gaps);
    collect_taps(sources, topology.device, groups);
    std::ranges::stable_sort(groups, {}, &CounterGroup::layer);
}

}  // namespace igbtune::model
