// SPDX-License-Identifier: GPL-2.0-only
#include "source/socket_diag.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <string>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr std::uint32_t state_listen = 10;  // TCP_LISTEN, whose headers do not go together
constexpr std::size_t place_of_drops = SK_MEMINFO_DROPS * sizeof(std::uint32_t);

std::string endpoint(std::uint8_t family, const void* address, std::uint16_t port) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(family, address, text.data(), text.size()) == nullptr) {
        return "?";
    }
    const std::string host(text.data());
    return (family == AF_INET ? host : '[' + host + ']') + ':' + std::to_string(ntohs(port));
}

Result<std::vector<Socket>> listeners_of(Netlink& netlink, std::uint8_t family) {
    Message message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP);
    inet_diag_req_v2 request{};
    request.sdiag_family = family;
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1U);
    request.idiag_states = 1U << state_listen;
    message.append(request);
    const auto replies = netlink.ask(NETLINK_SOCK_DIAG, message.bytes());
    if (!replies) {
        return replies.error();
    }
    std::vector<Socket> found;
    for (const Bytes& reply : *replies) {
        if (auto socket = parse_listener(reply)) {
            found.push_back(std::move(*socket));
        }
    }
    return found;
}

}  // namespace

Result<Socket> parse_listener(ByteView message) {
    const ByteView payload = after(message, sizeof(nlmsghdr));
    const auto header = header_of<inet_diag_msg>(payload);
    if (!header || (header->idiag_family != AF_INET && header->idiag_family != AF_INET6)) {
        return Error{ErrorKind::failure, "socket diagnosis: the answer is damaged"};
    }
    Socket socket;
    socket.protocol = header->idiag_family == AF_INET ? "tcp" : "tcp6";
    socket.local = endpoint(header->idiag_family, &header->id.idiag_src[0], header->id.idiag_sport);
    socket.remote =
        endpoint(header->idiag_family, &header->id.idiag_dst[0], header->id.idiag_dport);
    socket.uid = header->idiag_uid;
    socket.inode = header->idiag_inode;
    const Attributes attributes(after(payload, sizeof(inet_diag_msg)));
    if (const Attribute* const memory = attributes.find(INET_DIAG_SKMEMINFO);
        memory != nullptr && memory->payload().size() > place_of_drops) {
        socket.drops =
            header_of<std::uint32_t>(memory->payload().subspan(place_of_drops)).value_or(0);
    }
    return socket;
}

Result<std::vector<Socket>> tcp_listeners(Netlink& netlink) {
    auto found = listeners_of(netlink, AF_INET);
    if (!found) {
        return found;
    }
    // Without IPv6 there are none of its own.
    if (auto others = listeners_of(netlink, AF_INET6)) {
        for (Socket& socket : *others) {
            found->push_back(std::move(socket));
        }
    }
    return found;
}

}  // namespace igbtune::source
