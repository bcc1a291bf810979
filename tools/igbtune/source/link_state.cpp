// SPDX-License-Identifier: GPL-2.0-only
#include "source/link_state.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>

#include "source/rtnetlink.hpp"
#include "util/hex.hpp"
#include "util/text.hpp"

namespace igbtune::source {

using util::Result;
using util::Status;

namespace {

template <typename Header>
Result<std::vector<Bytes>> dump(Netlink& netlink, std::uint16_t type, const Header& header) {
    Message message(type, NLM_F_REQUEST | NLM_F_DUMP);
    message.append(header);
    return netlink.ask(NETLINK_ROUTE, message.bytes());
}

std::optional<ifaddrmsg> address_of(const Bytes& message) {
    return header_of<ifaddrmsg>(after(message, sizeof(nlmsghdr)));
}

std::optional<std::uint32_t> outgoing_device(const Bytes& message) {
    const ByteView payload = after(message, sizeof(nlmsghdr));
    if (!header_of<rtmsg>(payload)) {
        return std::nullopt;
    }
    return Attributes(after(payload, sizeof(rtmsg))).u32(RTA_OIF);
}

bool has_next_hop(const Bytes& route, int device) {
    const Attributes attributes(after(after(route, sizeof(nlmsghdr)), sizeof(rtmsg)));
    const Attribute* const hops = attributes.find(RTA_MULTIPATH);
    ByteView rest = hops == nullptr ? ByteView() : hops->payload();
    while (const auto hop = header_of<rtnexthop>(rest)) {
        const std::size_t length = std::max<std::size_t>(RTNH_ALIGN(hop->rtnh_len), sizeof(*hop));
        if (hop->rtnh_ifindex == device) {
            return true;
        }
        rest = after(rest, length);
    }
    return false;
}

// As a request of the same words, about another device.
Status send_again(Netlink& netlink, const Bytes& message, const Bytes& body) {
    auto header = *header_of<nlmsghdr>(message);
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
    Bytes request(sizeof(header));
    std::memcpy(request.data(), &header, sizeof(header));
    request.insert(request.end(), body.begin(), body.end());
    const auto replies = netlink.ask(NETLINK_ROUTE, request);
    return replies ? Status(util::Done{}) : Status(replies.error());
}

Bytes body_of(const Bytes& message) {
    const ByteView body = after(message, sizeof(nlmsghdr));
    return {body.begin(), body.end()};
}

Status restore_address(Netlink& netlink, int device, const Bytes& message) {
    Bytes body = body_of(message);
    auto address = *address_of(message);
    address.ifa_index = static_cast<std::uint32_t>(device);
    std::memcpy(body.data(), &address, sizeof(address));
    return send_again(netlink, message, body);
}

Status restore_route(Netlink& netlink, int device, const Bytes& message) {
    Bytes body = body_of(message);
    const auto index = static_cast<std::uint32_t>(device);
    std::size_t place = NLMSG_ALIGN(sizeof(rtmsg));
    while (place + sizeof(rtattr) <= body.size()) {
        rtattr attribute{};
        std::memcpy(&attribute, body.data() + place, sizeof(attribute));
        if (attribute.rta_len < sizeof(attribute)) {
            break;
        }
        const std::size_t value = place + sizeof(attribute);
        if (attribute.rta_type == RTA_OIF && value + sizeof(index) <= body.size()) {
            std::memcpy(body.data() + value, &index, sizeof(index));
        }
        place += RTA_ALIGN(attribute.rta_len);
    }
    return send_again(netlink, message, body);
}

Status set_link(Netlink& netlink, int device, const LinkState& state) {
    const auto link = link_by_index(netlink, device);
    if (!link) {
        return link.error();
    }
    Message message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    ifinfomsg header{};
    header.ifi_index = device;
    header.ifi_flags = state.up ? IFF_UP : 0;
    header.ifi_change = state.up ? IFF_UP : 0;
    message.append(header);
    if (!state.name.empty() && link->name != state.name) {
        message.put(IFLA_IFNAME, std::string_view(state.name));
    }
    if (state.mtu != 0 && link->mtu != state.mtu) {
        message.put(IFLA_MTU, state.mtu);
    }
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    return replies ? Status(util::Done{}) : Status(replies.error());
}

bool same_address(const Bytes& left, const Bytes& right) {
    const auto one = address_of(left);
    const auto other = address_of(right);
    const auto value = [](const Bytes& message) {
        const Attributes attributes(after(after(message, sizeof(nlmsghdr)), sizeof(ifaddrmsg)));
        const Attribute* const address = attributes.find(IFA_ADDRESS);
        return address == nullptr ? ByteView() : address->payload();
    };
    return one && other && one->ifa_family == other->ifa_family &&
           one->ifa_prefixlen == other->ifa_prefixlen &&
           std::ranges::equal(value(left), value(right));
}

// Messages say how long they are, so that one can follow the other.
std::optional<std::vector<Bytes>> messages_of(std::string_view text) {
    const auto bytes = util::from_hex(text);
    std::vector<Bytes> messages;
    ByteView rest = bytes ? ByteView(*bytes) : ByteView();
    while (!rest.empty()) {
        const auto header = header_of<nlmsghdr>(rest);
        if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) {
            return std::nullopt;
        }
        const ByteView one = rest.first(header->nlmsg_len);
        messages.emplace_back(one.begin(), one.end());
        rest = rest.subspan(one.size());
    }
    return bytes ? std::optional(std::move(messages)) : std::nullopt;
}

std::string text_of(const std::vector<Bytes>& messages) {
    std::string text;
    for (const Bytes& message : messages) {
        text += util::hex(message);
    }
    return text;
}

}  // namespace

Result<LinkState> link_state(Netlink& netlink, int device) {
    const auto link = link_by_index(netlink, device);
    if (!link) {
        return link.error();
    }
    LinkState state{.name = link->name,
                    .mtu = link->mtu.value_or(0),
                    .up = link->admin_up,
                    .carrier = link->carrier.value_or(false),
                    .addresses = {},
                    .routes = {}};
    const auto addresses = dump(netlink, RTM_GETADDR, ifaddrmsg{});
    if (!addresses) {
        return addresses.error();
    }
    for (const Bytes& message : *addresses) {
        const auto address = address_of(message);
        // Link-local addresses of IPv6 come by themselves.
        const bool by_itself =
            address && address->ifa_family == AF_INET6 && address->ifa_scope == RT_SCOPE_LINK;
        if (address && !by_itself && address->ifa_index == static_cast<std::uint32_t>(device)) {
            state.addresses.push_back(message);
        }
    }
    const auto routes = dump(netlink, RTM_GETROUTE, rtmsg{});
    if (!routes) {
        return routes.error();
    }
    for (const Bytes& message : *routes) {
        const auto route = header_of<rtmsg>(after(message, sizeof(nlmsghdr)));
        // What belongs to an address comes with it.
        if (route && route->rtm_protocol != RTPROT_KERNEL &&
            (route->rtm_flags & RTM_F_CLONED) == 0 &&
            outgoing_device(message) == static_cast<std::uint32_t>(device)) {
            state.routes.push_back(message);
        }
    }
    return state;
}

Result<std::string> lost_with_device(Netlink& netlink, int device) {
    const auto routes = dump(netlink, RTM_GETROUTE, rtmsg{});
    if (!routes) {
        return routes.error();
    }
    for (const Bytes& message : *routes) {
        const auto route = header_of<rtmsg>(after(message, sizeof(nlmsghdr)));
        const bool unicast =
            route && (route->rtm_family == AF_INET || route->rtm_family == AF_INET6);
        if (unicast && has_next_hop(message, device)) {
            return std::string("a route of several next hops");
        }
    }
    // Not before Linux 5.3.
    const auto objects = dump(netlink, RTM_GETNEXTHOP, nhmsg{});
    for (const Bytes& message : objects ? *objects : std::vector<Bytes>{}) {
        const Attributes object(after(after(message, sizeof(nlmsghdr)), sizeof(nhmsg)));
        if (object.u32(NHA_OIF) == static_cast<std::uint32_t>(device)) {
            return "next hop " + std::to_string(object.u32(NHA_ID).value_or(0)) + " of ip nexthop";
        }
    }
    return std::string();
}

Status restore_link_state(Netlink& netlink, int device, const LinkState& state) {
    if (Status done = set_link(netlink, device, state); !done) {
        return done;
    }
    for (const Bytes& message : state.addresses) {
        if (Status done = restore_address(netlink, device, message); !done) {
            return done;
        }
    }
    // Some need others, and the kernel tells them in no order that would help.
    Status last = util::Done{};
    for (int round = 0; round < 2; ++round) {
        last = util::Done{};
        for (const Bytes& message : state.routes) {
            if (const Status done = restore_route(netlink, device, message); !done) {
                last = done;
            }
        }
        if (last) {
            break;
        }
    }
    return last;
}

bool has_link_state(const LinkState& now, const LinkState& wanted) {
    return (now.up || !wanted.up) && std::ranges::all_of(wanted.addresses, [&](const Bytes& one) {
               return std::ranges::any_of(
                   now.addresses, [&](const Bytes& other) { return same_address(one, other); });
           });
}

std::string link_state_text(const LinkState& state) {
    return state.name + "/" + std::to_string(state.mtu) + "/" + (state.up ? "up" : "down") + "/" +
           (state.carrier ? "carrier" : "none") + "/" + text_of(state.addresses) + "/" +
           text_of(state.routes);
}

std::optional<LinkState> parse_link_state(std::string_view text) {
    constexpr std::size_t parts_of_state = 6;
    const auto parts = util::split(text, '/');
    if (parts.size() != parts_of_state) {
        return std::nullopt;
    }
    const auto mtu = util::number<std::uint32_t>(parts[1]);
    auto addresses = messages_of(parts[4]);
    auto routes = messages_of(parts[5]);
    const bool headers = addresses && std::ranges::all_of(*addresses, [](const Bytes& one) {
                             return address_of(one).has_value();
                         });
    if (!mtu || !headers || !routes) {
        return std::nullopt;
    }
    return LinkState{.name = std::string(parts[0]),
                     .mtu = *mtu,
                     .up = parts[2] == "up",
                     .carrier = parts[3] == "carrier",
                     .addresses = std::move(*addresses),
                     .routes = std::move(*routes)};
}

}  // namespace igbtune::source
