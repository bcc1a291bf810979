// SPDX-License-Identifier: GPL-2.0-only
#include "source/rtnetlink.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <array>
#include <string_view>
#include <utility>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// The members of struct rtnl_link_stats64, all 64 bits wide, in their order. A kernel may give
// fewer.
constexpr std::array<std::string_view, 25> statistic_names{
    "rx_packets",
    "tx_packets",
    "rx_bytes",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_dropped",
    "tx_dropped",
    "multicast",
    "collisions",
    "rx_length_errors",
    "rx_over_errors",
    "rx_crc_errors",
    "rx_frame_errors",
    "rx_fifo_errors",
    "rx_missed_errors",
    "tx_aborted_errors",
    "tx_carrier_errors",
    "tx_fifo_errors",
    "tx_heartbeat_errors",
    "tx_window_errors",
    "rx_compressed",
    "tx_compressed",
    "rx_nohandler",
    "rx_otherhost_dropped",
};

std::string state_name(std::uint64_t state) {
    constexpr std::array<std::string_view, 7> names{
        "unknown", "not present", "down", "lower layer down", "testing", "dormant", "up"};
    return state < names.size() ? std::string(names.at(state)) : std::to_string(state);
}

std::vector<NamedValue> statistics_of(ByteView payload) {
    std::vector<NamedValue> found;
    for (const std::string_view name : statistic_names) {
        const auto value = header_of<std::uint64_t>(payload);
        if (!value) {
            break;
        }
        found.push_back({std::string(name), *value});
        payload = payload.subspan(sizeof(*value));
    }
    return found;
}

std::vector<NamedValue> programs_of(const Attributes& xdp) {
    constexpr std::array<std::pair<std::uint16_t, std::string_view>, 3> places{{
        {IFLA_XDP_DRV_PROG_ID, "native"},
        {IFLA_XDP_SKB_PROG_ID, "generic"},
        {IFLA_XDP_HW_PROG_ID, "offloaded"},
    }};
    std::vector<NamedValue> found;
    for (const auto& [type, name] : places) {
        if (const auto program = xdp.u32(type)) {
            found.push_back({std::string(name), *program});
        }
    }
    return found;
}

Message link_request(int index, std::uint16_t flags) {
    Message message(RTM_GETLINK, static_cast<std::uint16_t>(NLM_F_REQUEST | flags));
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = index;
    message.append(header);
    return message;
}

Result<Link> ask_for_one(Netlink& netlink, const Message& message) {
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    if (!replies) {
        return replies.error();
    }
    if (replies->empty()) {
        return Error{ErrorKind::failure, "rtnetlink: no answer about the link"};
    }
    return parse_link(replies->front());
}

}  // namespace

Result<Link> parse_link(ByteView message) {
    const ByteView payload = after(message, sizeof(nlmsghdr));
    const auto header = header_of<ifinfomsg>(payload);
    if (!header) {
        return Error{ErrorKind::failure, "rtnetlink: the answer about the link is too short"};
    }
    const Attributes attributes(after(payload, sizeof(ifinfomsg)));
    Link link;
    link.index = header->ifi_index;
    link.loopback = (header->ifi_flags & IFF_LOOPBACK) != 0;
    link.admin_up = (header->ifi_flags & IFF_UP) != 0;
    link.name = attributes.text(IFLA_IFNAME).value_or("");
    link.kind = attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND).value_or("");
    link.parent = attributes.text(IFLA_PARENT_DEV_NAME).value_or("");
    link.parent_bus = attributes.text(IFLA_PARENT_DEV_BUS_NAME).value_or("");
    link.mtu = attributes.u32(IFLA_MTU);
    link.qdisc = attributes.text(IFLA_QDISC).value_or("");
    link.state = state_name(attributes.unsigned_number(IFLA_OPERSTATE).value_or(0));
    if (const auto carrier = attributes.unsigned_number(IFLA_CARRIER)) {
        link.carrier = *carrier != 0;
    }
    if (const Attribute* const address = attributes.find(IFLA_ADDRESS)) {
        for (const std::byte part : address->payload()) {
            link.address.push_back(std::to_integer<std::uint8_t>(part));
        }
    }
    if (const Attribute* const statistics = attributes.find(IFLA_STATS64)) {
        link.statistics = statistics_of(statistics->payload());
    }
    link.xdp = programs_of(attributes.nested(IFLA_XDP));
    if (link.name.empty() || link.index <= 0) {
        return Error{ErrorKind::failure, "rtnetlink: the answer about the link has no name"};
    }
    return link;
}

Result<Link> link_by_name(Netlink& netlink, const std::string& name) {
    if (name.empty() || name.size() >= ALTIFNAMSIZ) {
        return Error{ErrorKind::not_found, "no device can have this name"};
    }
    Message message = link_request(0, NLM_F_ACK);
    message.put(name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
    return ask_for_one(netlink, message);
}

Result<Link> link_by_index(Netlink& netlink, int index) {
    return ask_for_one(netlink, link_request(index, NLM_F_ACK));
}

Result<std::vector<Link>> links(Netlink& netlink) {
    const Message message = link_request(0, NLM_F_DUMP);
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    if (!replies) {
        return replies.error();
    }
    std::vector<Link> found;
    for (const Bytes& reply : *replies) {
        if (auto link = parse_link(reply)) {
            found.push_back(std::move(*link));
        }
    }
    return found;
}

Result<std::vector<std::string>> link_names(Netlink& netlink) {
    const auto found = links(netlink);
    if (!found) {
        return found.error();
    }
    std::vector<std::string> names;
    for (const Link& link : *found) {
        names.push_back(link.name);
    }
    return names;
}

}  // namespace igbtune::source
