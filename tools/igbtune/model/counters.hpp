// SPDX-License-Identifier: GPL-2.0-only
// Counters, as every view and every calculation sees them. A group's id and a counter's name are a
// public contract: scripts and recordings refer to "stats64.rx_packets" and "softnet[1].dropped".
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace igbtune::model {

// The way of a packet, from the wire to the socket.
enum class Layer { mac, driver, softnet, ip, udp, tcp };

// Whose packets a group counts: only the device's, or also those of others.
enum class Scope { device, network_namespace, machine };

struct Counter {
    std::string name;
    std::uint64_t value{};
    bool gauge{};  // a level, not a count: it may fall

    bool operator==(const Counter&) const = default;
};

struct CounterGroup {
    Layer layer{};
    Scope scope{};
    std::string id;
    std::string instance;  // which queue ("rx 0") or CPU ("0"); empty where there is one only
    unsigned bits{64};     // where the kernel's counter wraps
    std::vector<Counter> counters;

    [[nodiscard]] std::optional<std::uint64_t> value(std::string_view name) const {
        const auto found = std::ranges::find(counters, name, &Counter::name);
        return found == counters.end() ? std::nullopt : std::optional(found->value);
    }
};

[[nodiscard]] std::string_view to_string(Layer layer);
[[nodiscard]] std::string_view to_string(Scope scope);

}  // namespace igbtune::model
