// SPDX-License-Identifier: GPL-2.0-only
#include "source/link_state.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "source/rtnetlink.hpp"

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

Status set_up(Netlink& netlink, int device) {
    Message message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    ifinfomsg header{};
    header.ifi_index = device;
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    message.append(header);
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    return replies ? Status(util::Done{}) : Status(replies.error());
}

}  // namespace

Result<LinkState> link_state(Netlink& netlink, int device) {
    const auto link = link_by_index(netlink, device);
    if (!link) {
        return link.error();
    }
    LinkState state{.up = link->admin_up,
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

Status restore_link_state(Netlink& netlink, int device, const LinkState& state) {
    if (state.up) {
        if (Status done = set_up(netlink, device); !done) {
            return done;
        }
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

}  // namespace igbtune::source
