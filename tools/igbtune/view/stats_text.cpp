// SPDX-License-Identifier: GPL-2.0-only
#include "view/stats_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <span>

#include "model/queue_counters.hpp"
#include "util/text.hpp"
#include "view/clock_text.hpp"
#include "view/device_text.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using model::Counter;
using model::CounterGroup;
using model::Layer;
using model::Snapshot;

namespace {

constexpr std::array<Layer, 6> layers{Layer::mac, Layer::driver, Layer::softnet,
                                      Layer::ip,  Layer::udp,    Layer::tcp};
constexpr std::size_t group_label_width = 10;  // "interrupts"
constexpr std::size_t indent = 2;

// Of how many counters nothing was shown because they are zero.
struct Hidden {
    std::size_t count{};
};

std::string layer_title(Layer layer, const std::string& device) {
    switch (layer) {
        case Layer::mac:
            return "MAC and hardware of " + device;
        case Layer::driver:
            return "driver, queues of " + device;
        case Layer::softnet:
            return "softnet, per CPU (packets of all devices)";
        case Layer::ip:
            return "IP and ICMP (this network namespace)";
        case Layer::udp:
            return "UDP (this network namespace)";
        case Layer::tcp:
            return "TCP (this network namespace)";
    }
    return {};
}

// Counters one after the other, in as many columns as the page has room for, to be read downwards.
std::string counter_list(const std::string& label, std::span<const Counter> counters) {
    constexpr std::size_t between = 4;
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const Counter& counter : counters) {
        name_width = std::max(name_width, counter.name.size());
        value_width = std::max(value_width, util::grouped(counter.value).size());
    }
    const std::size_t left = indent + group_label_width + 2;
    const std::size_t entry = name_width + 2 + value_width;
    const std::size_t columns =
        std::clamp<std::size_t>((page_width - left + between) / (entry + between), 1, 3);
    const std::size_t rows = (counters.size() + columns - 1) / columns;
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line(indent, ' ');
        line += row == 0 ? label : "";
        line.resize(std::max(left, line.size() + 1), ' ');
        for (std::size_t index = row; index < counters.size(); index += rows) {
            const std::string name = util::printable(counters[index].name);
            const std::string value = util::grouped(counters[index].value);
            line.append(index == row ? 0 : between, ' ');
            line += name;
            line.append(entry - name.size() - value.size(), ' ');
            line += value;
        }
        text += line + '\n';
    }
    return text;
}

std::string list_of_group(const CounterGroup& group, Zeros zeros, Hidden& hidden) {
    std::vector<Counter> shown;
    for (const Counter& counter : group.counters) {
        if (counter.value != 0 || zeros == Zeros::shown) {
            shown.push_back(counter);
        } else {
            ++hidden.count;
        }
    }
    return shown.empty() ? std::string() : counter_list(group.id, shown);
}

// Counters whose zero is worth a column, because that nothing was lost is news; and their order
// before all others.
constexpr std::array<std::string_view, 7> leading_columns{
    "packets", "bytes", "hw_drops", "drops", "processed", "dropped", "time_squeeze"};

std::size_t column_rank(std::string_view name) {
    const auto* const found = std::ranges::find(leading_columns, name);
    return static_cast<std::size_t>(found - leading_columns.begin());
}

bool always_shown(std::string_view name) {
    return column_rank(name) < leading_columns.size();
}

// Groups that differ only by instance as the rows of a table.
std::string table_of_groups(const std::string& label, std::span<const CounterGroup* const> groups,
                            Zeros zeros, Hidden& hidden) {
    if (groups.empty()) {
        return {};
    }
    std::vector<std::string> names;
    for (const CounterGroup* const group : groups) {
        for (const Counter& counter : group->counters) {
            if (std::ranges::find(names, counter.name) == names.end()) {
                names.push_back(counter.name);
            }
        }
    }
    std::ranges::stable_sort(names, {}, column_rank);
    std::erase_if(names, [&](const std::string& name) {
        const bool zero = std::ranges::all_of(groups, [&](const CounterGroup* const group) {
            return group->value(name).value_or(0) == 0;
        });
        const bool hide = zero && zeros == Zeros::hidden && !always_shown(name);
        hidden.count += hide ? groups.size() : 0;
        return hide;
    });
    std::vector<Column> columns{{.header = label, .align = Align::left}};
    for (const std::string& name : names) {
        columns.push_back({.header = util::printable(name)});
    }
    Table table(std::move(columns));
    for (const CounterGroup* const group : groups) {
        // A row with nothing to tell says nothing.
        if (std::ranges::none_of(
                names, [&](const std::string& name) { return group->value(name).has_value(); })) {
            continue;
        }
        std::vector<std::string> cells{group->instance};
        for (const std::string& name : names) {
            const auto value = group->value(name);
            cells.push_back(value ? util::grouped(*value) : "-");
        }
        table.add(std::move(cells));
    }
    return table.empty() ? std::string() : table.text_within(indent, page_width);
}

// What the rows of a group's table are.
std::string row_label(const std::string& id) {
    if (id == "softnet") {
        return "CPU";
    }
    if (id == "link") {
        return "device";
    }
    return id == model::queue_group_id ? "queue" : id;
}

std::string tables_of_layer(std::span<const CounterGroup* const> groups, Zeros zeros,
                            Hidden& hidden) {
    // A table for each kind of group. Receive and transmit queues count different things: one each.
    const auto kind_of = [](const CounterGroup& group) {
        return group.id == model::queue_group_id ? group.instance.substr(0, 2) : group.id;
    };
    std::vector<std::string> kinds;
    for (const CounterGroup* const group : groups) {
        if (std::ranges::find(kinds, kind_of(*group)) == kinds.end()) {
            kinds.push_back(kind_of(*group));
        }
    }
    std::string text;
    for (const std::string& kind : kinds) {
        std::vector<const CounterGroup*> rows;
        std::ranges::copy_if(groups, std::back_inserter(rows),
                             [&](const CounterGroup* group) { return kind_of(*group) == kind; });
        text += table_of_groups(row_label(rows.front()->id), rows, zeros, hidden);
    }
    return text;
}

std::string layer_text(const Snapshot& snapshot, Layer layer, Zeros zeros, Hidden& hidden) {
    std::vector<const CounterGroup*> rows;
    std::string lists;
    for (const CounterGroup& group : snapshot.groups) {
        if (group.layer != layer) {
            continue;
        }
        if (group.instance.empty()) {
            lists += list_of_group(group, zeros, hidden);
        } else {
            rows.push_back(&group);
        }
    }
    const std::string text = tables_of_layer(rows, zeros, hidden) + lists;
    return text.empty() ? "  nothing counted\n" : text;
}

std::string sockets_text(const Snapshot& snapshot) {
    if (snapshot.sockets.empty()) {
        return "  none\n";
    }
    Table table({{.header = "protocol", .align = Align::left},
                 {.header = "local", .align = Align::left},
                 {.header = "remote", .align = Align::left},
                 {.header = "waiting bytes"},
                 {.header = "user id"},
                 {.header = "inode"},
                 {.header = "drops"}});
    for (const source::Socket& socket : snapshot.sockets) {
        table.add({socket.protocol, socket.local, socket.remote, util::grouped(socket.rx_queue),
                   std::to_string(socket.uid), std::to_string(socket.inode),
                   util::grouped(socket.drops)});
    }
    return table.text(indent);
}

std::string group_name(const CounterGroup& group) {
    if (group.instance.empty()) {
        return group.id;
    }
    return group.id == model::queue_group_id ? group.instance
                                             : row_label(group.id) + " " + group.instance;
}

void add_changes(Table& table, const CounterGroup& group, const model::GroupDelta& changes,
                 const model::Delta& delta, Zeros zeros) {
    for (std::size_t index = 0; index < group.counters.size(); ++index) {
        const Counter& counter = group.counters[index];
        const auto& change = changes.counters[index];
        const bool moved = change && change->count != 0;
        if (!moved && zeros == Zeros::hidden) {
            continue;
        }
        table.add({group_name(group), util::printable(counter.name), util::grouped(counter.value),
                   change ? util::grouped(change->count) + (change->reset ? " (reset)" : "") : "-",
                   change ? util::fixed(delta.per_second(change->count), 1) : "-"});
    }
}

std::string socket_changes(const Snapshot& snapshot, const model::Delta& delta) {
    Table table({{.header = "protocol", .align = Align::left},
                 {.header = "local", .align = Align::left},
                 {.header = "drops"},
                 {.header = "change"},
                 {.header = "per second"}});
    for (std::size_t index = 0; index < snapshot.sockets.size(); ++index) {
        const source::Socket& socket = snapshot.sockets[index];
        const std::uint64_t change = delta.sockets[index];
        if (change != 0) {
            table.add({socket.protocol, socket.local, util::grouped(socket.drops),
                       util::grouped(change), util::fixed(delta.per_second(change), 1)});
        }
    }
    return table.empty() ? std::string() : table.text(indent);
}

}  // namespace

std::string stats_text(const Snapshot& snapshot, Zeros zeros, const Style& style) {
    const std::string device = util::printable(snapshot.topology.device.name);
    std::string text = device_text(snapshot.topology.device, style);
    text += std::string(device.size() + 2, ' ') + "at " + utc_text(snapshot.time) +
            ", all layers read within " + milliseconds_text(snapshot.reading) + "\n";
    Hidden hidden;
    for (const Layer layer : layers) {
        text += "\n" + style.title(layer_title(layer, device)) + "\n";
        text += layer_text(snapshot, layer, zeros, hidden);
    }
    text += "\n" + style.title("sockets that dropped packets (this network namespace)") + "\n";
    text += sockets_text(snapshot);
    if (hidden.count > 0) {
        text += "\n" + std::to_string(hidden.count) +
                " counters that are 0 are not shown; --all shows them\n";
    }
    return text + unavailable_text(snapshot.unavailable, style);
}

std::string change_text(const Snapshot& snapshot, const model::Delta& delta, Zeros zeros,
                        const Style& style) {
    const std::string device = util::printable(snapshot.topology.device.name);
    std::string text = style.title(device + ":") + " " + utc_text(snapshot.time) + ", " +
                       util::fixed(delta.interval.count(), 2) + " s, all layers read within " +
                       milliseconds_text(snapshot.reading) + "\n";
    bool moved = false;
    for (const Layer layer : layers) {
        Table table({{.header = "group", .align = Align::left},
                     {.header = "counter", .align = Align::left},
                     {.header = "total"},
                     {.header = "change"},
                     {.header = "per second"}});
        for (std::size_t index = 0; index < snapshot.groups.size(); ++index) {
            if (snapshot.groups[index].layer == layer) {
                add_changes(table, snapshot.groups[index], delta.groups[index], delta, zeros);
            }
        }
        if (!table.empty()) {
            moved = true;
            text += style.title(layer_title(layer, device)) + "\n" + table.text(indent);
        }
    }
    const std::string sockets = socket_changes(snapshot, delta);
    if (!sockets.empty()) {
        moved = true;
        text +=
            style.title("sockets that dropped packets (this network namespace)") + "\n" + sockets;
    }
    return text + (moved ? "\n" : "  nothing moved\n\n");
}

}  // namespace igbtune::view
