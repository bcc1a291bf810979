// SPDX-License-Identifier: GPL-2.0-only
// The seam to netlink: one request, all its replies.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "source/message.hpp"
#include "source/netlink_group.hpp"
#include "util/result.hpp"

struct nl_sock;

namespace igbtune::source {

class Netlink {
public:
    Netlink() = default;
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;
    Netlink(Netlink&&) = delete;
    Netlink& operator=(Netlink&&) = delete;
    virtual ~Netlink() = default;

    // Asks the kernel by a protocol (NETLINK_ROUTE, NETLINK_GENERIC). The replies come with their
    // nlmsghdr, without the closing acknowledgement; a refusal is an Error with the kernel's own
    // words where it gave any.
    virtual util::Result<std::vector<Bytes>> ask(int protocol, ByteView request) = 0;

    // Listens to what the kernel tells a multicast group from now on. Recordings have none.
    virtual util::Result<std::unique_ptr<NetlinkGroup>> join(int protocol, std::uint32_t group);
};

class KernelNetlink final : public Netlink {
public:
    KernelNetlink();
    ~KernelNetlink() override;
    KernelNetlink(const KernelNetlink&) = delete;
    KernelNetlink& operator=(const KernelNetlink&) = delete;
    KernelNetlink(KernelNetlink&&) = delete;
    KernelNetlink& operator=(KernelNetlink&&) = delete;

    util::Result<std::vector<Bytes>> ask(int protocol, ByteView request) override;
    util::Result<std::unique_ptr<NetlinkGroup>> join(int protocol, std::uint32_t group) override;

private:
    struct Free {
        void operator()(nl_sock* socket) const;
    };

    util::Result<nl_sock*> socket_for(int protocol);
    util::Result<std::vector<Bytes>> ask_once(nl_sock* socket, Bytes& request);

    std::map<int, std::unique_ptr<nl_sock, Free>> sockets_;
    std::uint32_t sequence_{1};
};

// Takes the kernel's answer, datagram by datagram, until it is complete.
class ReplyReader {
public:
    explicit ReplyReader(std::uint32_t sequence) : sequence_(sequence) {}

    // One datagram as it came from the socket. The value says whether the answer is complete now.
    util::Result<bool> take(ByteView datagram);

    // What was asked about changed during a dump: parts of the answer may not fit together.
    [[nodiscard]] bool interrupted() const { return interrupted_; }

    [[nodiscard]] std::vector<Bytes> replies() && { return std::move(replies_); }

private:
    std::uint32_t sequence_;
    bool interrupted_{false};
    std::vector<Bytes> replies_;
};

}  // namespace igbtune::source
