// SPDX-License-Identifier: GPL-2.0-only
#include "source/netlink.hpp"

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr int patience_seconds = 5;
constexpr int dump_attempts = 5;
constexpr int largest_errno = 4095;  // MAX_ERRNO of the kernel

Error libnl_error(int code) {
    return {code == -NLE_PERM || code == -NLE_NOACCESS ? ErrorKind::permission : ErrorKind::failure,
            std::string("netlink: ") + nl_geterror(code)};
}

Error malformed() {
    return {ErrorKind::failure, "netlink: the kernel's answer is damaged"};
}

// The error number of an NLMSG_ERROR or NLMSG_DONE (0: success) with the kernel's words about it.
Result<bool> verdict(const nlmsghdr& header, ByteView payload) {
    const auto code = header_of<int>(payload);
    if (!code || *code > 0 || *code < -largest_errno) {
        return malformed();
    }
    if (*code == 0) {
        return true;
    }
    ByteView rest = after(payload, sizeof(int));
    if (header.nlmsg_type == NLMSG_ERROR) {
        const auto refused = header_of<nlmsgerr>(payload);
        if (!refused) {
            return malformed();
        }
        const bool whole_request = (header.nlmsg_flags & NLM_F_CAPPED) == 0;
        rest = after(payload, whole_request && refused->msg.nlmsg_len >= sizeof(nlmsghdr)
                                  ? sizeof(int) + refused->msg.nlmsg_len
                                  : sizeof(nlmsgerr));
    }
    Error error = util::error_from_errno(-*code, "");
    if ((header.nlmsg_flags & NLM_F_ACK_TLVS) != 0) {
        if (const auto words = Attributes(rest).text(NLMSGERR_ATTR_MSG)) {
            error.message += " (" + *words + ")";
        }
    }
    return error;
}

}  // namespace

Result<bool> ReplyReader::take(ByteView datagram) {
    while (!datagram.empty()) {
        const auto header = header_of<nlmsghdr>(datagram);
        if (!header || header->nlmsg_len < sizeof(nlmsghdr) ||
            header->nlmsg_len > datagram.size()) {
            return malformed();
        }
        const ByteView message = datagram.first(header->nlmsg_len);
        datagram = after(datagram, header->nlmsg_len);
        if (header->nlmsg_seq != sequence_) {
            continue;  // the late answer to a request that timed out
        }
        interrupted_ = interrupted_ || (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
            return verdict(*header, after(message, sizeof(nlmsghdr)));
        }
        replies_.emplace_back(message.begin(), message.end());
    }
    return false;
}

Result<std::unique_ptr<NetlinkGroup>> Netlink::join(int /*protocol*/, std::uint32_t /*group*/) {
    return Error{ErrorKind::not_supported, "there is nobody to listen to"};
}

KernelNetlink::KernelNetlink() = default;
KernelNetlink::~KernelNetlink() = default;

void KernelNetlink::Free::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

Result<nl_sock*> KernelNetlink::socket_for(int protocol) {
    const auto known = sockets_.find(protocol);
    if (known != sockets_.end()) {
        return known->second.get();
    }
    std::unique_ptr<nl_sock, Free> socket(nl_socket_alloc());
    if (!socket) {
        return Error{ErrorKind::failure, "netlink: out of memory"};
    }
    if (const int code = nl_connect(socket.get(), protocol); code < 0) {
        return libnl_error(code);
    }
    // The kernel's own words about a refusal; and no wait without end. Both only make igbtune
    // friendlier, so their failure is none.
    const int fd = nl_socket_get_fd(socket.get());
    const int on = 1;
    const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
    (void)::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return sockets_.emplace(protocol, std::move(socket)).first->second.get();
}

Result<std::vector<Bytes>> KernelNetlink::ask(int protocol, ByteView request) {
    if (request.size() < sizeof(nlmsghdr)) {
        return Error{ErrorKind::failure, "netlink: the request could not be put together"};
    }
    const Result<nl_sock*> socket = socket_for(protocol);
    if (!socket) {
        return socket.error();
    }
    Bytes copy(request.begin(), request.end());
    return ask_once(*socket, copy);
}

Result<std::unique_ptr<NetlinkGroup>> KernelNetlink::join(int protocol, std::uint32_t group) {
    return join_netlink_group(protocol, group);
}

Result<std::vector<Bytes>> KernelNetlink::ask_once(nl_sock* socket, Bytes& request) {
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        auto header = *header_of<nlmsghdr>(request);
        header.nlmsg_seq = ++sequence_;
        header.nlmsg_pid = nl_socket_get_local_port(socket);
        std::memcpy(request.data(), &header, sizeof(header));
        if (const int code = nl_sendto(socket, request.data(), request.size()); code < 0) {
            return libnl_error(code);
        }
        ReplyReader reader(header.nlmsg_seq);
        while (true) {
            sockaddr_nl sender{};
            unsigned char* buffer = nullptr;
            const int size = nl_recv(socket, &sender, &buffer, nullptr);
            const std::unique_ptr<unsigned char, decltype(&std::free)> owner(buffer, &std::free);
            if (size < 0) {
                return libnl_error(size);
            }
            if (size == 0) {
                return Error{ErrorKind::failure, "netlink: the kernel did not answer"};
            }
            const auto complete =
                reader.take(std::as_bytes(std::span(buffer, static_cast<std::size_t>(size))));
            if (!complete) {
                return complete.error();
            }
            if (*complete) {
                break;
            }
        }
        if (!reader.interrupted()) {
            return std::move(reader).replies();
        }
    }
    return Error{ErrorKind::failure, "netlink: the answer changed at every attempt to read it"};
}

}  // namespace igbtune::source
