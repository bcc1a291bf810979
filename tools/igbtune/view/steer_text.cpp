// SPDX-License-Identifier: GPL-2.0-only
#include "view/steer_text.hpp"

#include <arpa/inet.h>

#include <array>

#include "util/hex.hpp"
#include "util/text.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using source::AskedFlow;
using source::FlowMatch;
using source::HardwareFilter;

namespace {

constexpr std::uint16_t ip4 = 0x0800;
constexpr std::uint16_t ip6 = 0x86dd;
constexpr std::size_t indent = 2;
constexpr double ms_per_second = 1000.0;

std::string address_text(const std::vector<std::byte>& bytes) {
    std::array<char, INET6_ADDRSTRLEN> room{};
    const bool four = bytes.size() == sizeof(in_addr);
    if ((!four && bytes.size() != sizeof(in6_addr)) ||
        ::inet_ntop(four ? AF_INET : AF_INET6, bytes.data(), room.data(), room.size()) == nullptr) {
        return util::hex(bytes);
    }
    return room.data();
}

std::string hex16(std::uint16_t value) {
    const std::array<std::byte, 2> bytes{static_cast<std::byte>(value >> 8U),
                                         static_cast<std::byte>(value)};
    return "0x" + util::hex(bytes);
}

// ethtool's word for the flow, and what that word does not say.
std::string type_text(const FlowMatch& match) {
    const bool four = match.ethertype == ip4;
    if (!four && match.ethertype != ip6) {
        return match.ethertype ? "ether proto " + hex16(*match.ethertype) : "ether";
    }
    const std::string version = four ? "4" : "6";
    if (!match.protocol) {
        return "ip" + version;
    }
    switch (*match.protocol) {
        case IPPROTO_TCP:
            return "tcp" + version + (match.tcp_syn ? " syn" : "");
        case IPPROTO_UDP:
            return "udp" + version;
        case IPPROTO_SCTP:
            return "sctp" + version;
        default:
            return "ip" + version + " l4proto " + std::to_string(*match.protocol);
    }
}

std::string match_text(const FlowMatch& match) {
    std::string text = type_text(match);
    const auto add = [&](const char* word, const std::string& value) {
        text += " " + std::string(word) + " " + value;
    };
    if (!match.source_mac.empty()) {
        add("src", util::hex(match.source_mac, ":"));
    }
    if (!match.destination_mac.empty()) {
        add("dst", util::hex(match.destination_mac, ":"));
    }
    if (match.vlan_priority) {
        add("vlan-prio", std::to_string(*match.vlan_priority));
    }
    if (!match.source_ip.empty()) {
        add("src-ip", address_text(match.source_ip));
    }
    if (!match.destination_ip.empty()) {
        add("dst-ip", address_text(match.destination_ip));
    }
    if (match.source_port) {
        add("src-port", std::to_string(*match.source_port));
    }
    if (match.destination_port) {
        add("dst-port", std::to_string(*match.destination_port));
    }
    return text;
}

std::string owner_text(const HardwareFilter& filter) {
    const std::string place = filter.place ? " " + std::to_string(*filter.place) : "";
    switch (filter.owner) {
        case HardwareFilter::Owner::rule:
            return "ethtool, loc" + place;
        case HardwareFilter::Owner::tc:
            return "tc, prio" + place;
        case HardwareFilter::Owner::flow:
            return "flow";
        case HardwareFilter::Owner::unknown:
            break;
    }
    return "?";
}

std::string age_text(std::uint64_t milliseconds) {
    return util::fixed(static_cast<double>(milliseconds) / ms_per_second, 1) + " s";
}

std::string filters_text(const std::vector<HardwareFilter>& filters) {
    Table table({{.header = "queue"},
                 {.header = "owner", .align = Align::left},
                 {.header = "filter", .align = Align::left},
                 {.header = "slot"},
                 {.header = "since"},
                 {.header = "frames", .align = Align::left}});
    for (const HardwareFilter& filter : filters) {
        table.add({std::to_string(filter.queue), owner_text(filter), filter.kind,
                   std::to_string(filter.slot), age_text(filter.age_ms), match_text(filter.match)});
    }
    return table.text(indent);
}

std::string flows_text(const std::vector<AskedFlow>& flows) {
    Table table({{.header = "from"},
                 {.header = "to"},
                 {.header = "asks"},
                 {.header = "last"},
                 {.header = "flow", .align = Align::left}});
    for (const AskedFlow& flow : flows) {
        table.add({std::to_string(flow.from_queue), std::to_string(flow.queue),
                   util::grouped(flow.asks), age_text(flow.age_ms), match_text(flow.match)});
    }
    return table.text(indent);
}

}  // namespace

std::string steer_text(const model::Steering& steering, const Style& style) {
    const std::string name = util::printable(steering.device);
    std::string text = style.title(name + ": filters that lead frames to queues") + "\n";
    text += steering.filters.empty() ? "  none is in use\n" : filters_text(steering.filters);
    if (!steering.flows.empty()) {
        text += "\n" + style.title("flows that the stack asked for") + "\n" +
                flows_text(steering.flows);
    }
    std::vector<std::string> counters;
    for (const source::NamedValue& counter : steering.counters) {
        if (counter.value != 0) {
            counters.push_back(counter.name + " " + util::grouped(counter.value));
        }
    }
    return text + (counters.empty() ? "" : "\nflows: " + util::join(counters, ", ") + "\n");
}

}  // namespace igbtune::view
