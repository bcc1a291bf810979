// SPDX-License-Identifier: GPL-2.0-only
#include "source/netlink_group.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "util/unique_fd.hpp"

namespace igbtune::source {

using util::Result;

namespace {

// A storm of messages is to fit in until the next look.
constexpr int buffer_bytes = 8 * 1024 * 1024;
constexpr std::size_t longest_datagram = 65536;

class KernelGroup final : public NetlinkGroup {
public:
    explicit KernelGroup(util::UniqueFd fd) : fd_(std::move(fd)), buffer_(longest_datagram) {}

    Result<std::vector<Bytes>> take() override {
        std::vector<Bytes> messages;
        while (true) {
            sockaddr_nl sender{};
            socklen_t length = sizeof(sender);
            const ssize_t size = ::recvfrom(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT,
                                            reinterpret_cast<sockaddr*>(&sender), &length);
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                return messages;
            }
            if (size < 0 && errno == ENOBUFS) {
                ++overruns_;
                continue;
            }
            if (size < 0 && errno != EINTR) {
                return util::error_from_errno(errno, "netlink");
            }
            // Any process may send to a group; port 0 is the kernel.
            if (size > 0 && sender.nl_pid == 0) {
                for (Bytes& message :
                     messages_in(ByteView(buffer_).first(static_cast<std::size_t>(size)))) {
                    messages.push_back(std::move(message));
                }
            }
        }
    }

    [[nodiscard]] std::uint64_t overruns() const override { return overruns_; }
    [[nodiscard]] int descriptor() const override { return fd_.get(); }

private:
    util::UniqueFd fd_;
    Bytes buffer_;
    std::uint64_t overruns_{};
};

}  // namespace

std::vector<Bytes> messages_in(ByteView datagram) {
    std::vector<Bytes> messages;
    while (const auto header = header_of<nlmsghdr>(datagram)) {
        if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
            break;
        }
        const ByteView message = datagram.first(header->nlmsg_len);
        messages.emplace_back(message.begin(), message.end());
        datagram = after(datagram, header->nlmsg_len);
    }
    return messages;
}

Result<std::unique_ptr<NetlinkGroup>> join_netlink_group(int protocol, std::uint32_t group) {
    util::UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
    if (!fd.valid()) {
        return util::error_from_errno(errno, "netlink");
    }
    // More than the machine's limit takes a privilege, which whoever may listen here has.
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes));
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0 ||
        ::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) != 0) {
        return util::error_from_errno(errno, "netlink group");
    }
    return std::unique_ptr<NetlinkGroup>(std::make_unique<KernelGroup>(std::move(fd)));
}

}  // namespace igbtune::source
