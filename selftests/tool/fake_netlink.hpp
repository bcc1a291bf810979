// SPDX-License-Identifier: GPL-2.0-only
// Netlink and ethtool that answer as a test says.
#pragma once

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <functional>
#include <utility>
#include <vector>

#include "source/ethtool_ioctl.hpp"
#include "source/message.hpp"
#include "source/netlink.hpp"

namespace igbtune::test {

class FakeNetlink : public source::Netlink {
public:
    using Answer = util::Result<std::vector<source::Bytes>>;
    using Handler = std::function<Answer(int protocol, source::ByteView request)>;

    explicit FakeNetlink(Handler handler) : handler_(std::move(handler)) {}

    Answer ask(int protocol, source::ByteView request) override {
        ++asked;
        return handler_(protocol, request);
    }

    int asked{};

private:
    Handler handler_;
};

class FakeEthtool : public source::EthtoolIoctl {
public:
    using Handler = std::function<util::Status(std::span<std::byte> command)>;

    explicit FakeEthtool(Handler handler) : handler_(std::move(handler)) {}

    util::Status call(const std::string& /*device*/, std::span<std::byte> command) override {
        return handler_(command);
    }

private:
    Handler handler_;
};

inline source::Bytes bytes_of(const source::Message& message) {
    const source::ByteView bytes = message.bytes();
    return {bytes.begin(), bytes.end()};
}

// A generic netlink message as the kernel would send it.
inline source::Bytes generic_reply(const std::function<void(source::Message&)>& fill) {
    source::Message message(42, 0);
    message.append(genlmsghdr{});
    fill(message);
    return bytes_of(message);
}

// The command of a generic netlink request.
inline int command_of(source::ByteView request) {
    const auto header = source::header_of<genlmsghdr>(source::after(request, sizeof(nlmsghdr)));
    return header ? header->cmd : -1;
}

}  // namespace igbtune::test
