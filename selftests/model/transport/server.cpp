// SPDX-License-Identifier: GPL-2.0-only
#include "transport/server.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>

#include "util/log.hpp"
#include "util/unix_socket.hpp"

namespace igbmodel {

namespace {
constexpr std::size_t read_size = std::size_t{64} * 1024;
constexpr std::size_t max_fds = 16;

void take_fds(msghdr& message, std::vector<UniqueFd>& fds) {
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
         control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(control) + (i * sizeof fd), sizeof fd);
            fds.emplace_back(fd);
        }
    }
}
}  // namespace

Server::Server(Loop& loop, Target& target, DmaTable& dma, IrqTable& irqs)
    : loop_(loop), target_(target), dma_(dma), irqs_(irqs), session_(target, dma, irqs) {}

Server::~Server() {
    if (listener_) {
        loop_.unwatch(listener_.get());
        ::unlink(path_.c_str());
    }
    if (client_) {
        loop_.unwatch(client_.get());
    }
}

Status Server::listen(const std::string& path) {
    Result<UniqueFd> listener = listen_on(path);
    if (!listener) {
        return listener.error();
    }
    listener_ = std::move(listener.value());
    path_ = path;
    loop_.watch(listener_.get(), [this] { accept_client(); });
    return {};
}

void Server::accept_client() {
    UniqueFd fresh(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fresh) {
        return;
    }
    if (client_) {
        log_line(path_ + ": a second client was turned away");
        return;
    }
    client_ = std::move(fresh);
    used_ = 0;
    input_.resize(read_size);
    target_.attached();
    loop_.watch(client_.get(), [this] { readable(); });
}

void Server::disconnect() {
    if (!client_) {
        return;
    }
    loop_.unwatch(client_.get());
    client_.reset();
    fds_.clear();
    irqs_.clear();
    dma_.clear();
    target_.detached();
    if (on_disconnect_) {
        on_disconnect_();
    }
}

void Server::readable() {
    if (!receive() || !consume()) {
        disconnect();
    }
}

// Descriptors travel with the last message of a read: the kernel ends a read after the bytes
// that carry them.
bool Server::receive() {
    if (input_.size() - used_ < read_size) {
        input_.resize(used_ + read_size);
    }
    iovec piece{input_.data() + used_, input_.size() - used_};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(max_fds * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(client_.get(), &message, MSG_CMSG_CLOEXEC);
    if (count <= 0) {
        return false;
    }
    take_fds(message, fds_);
    used_ += static_cast<std::size_t>(count);
    return true;
}

bool Server::consume() {
    std::size_t at = 0;
    std::vector<UniqueFd> none;
    while (used_ - at >= vfu::header_size) {
        const ByteView rest(input_.data() + at, used_ - at);
        const Result<vfu::Header> header = vfu::parse_header(rest);
        if (!header) {
            log_line(header.error().text);
            return false;
        }
        const std::size_t size = header.value().size;
        if (rest.size() < size) {
            break;
        }
        const bool last = rest.size() == size;
        const Bytes answer =
            session_.handle(header.value(), rest.subspan(vfu::header_size, size - vfu::header_size),
                            last ? fds_ : none);
        if (last) {
            fds_.clear();
        }
        if (!answer.empty() && !send(answer)) {
            return false;
        }
        if (!client_) {
            return true;  // the message itself led to a disconnect
        }
        at += size;
    }
    std::memmove(input_.data(), input_.data() + at, used_ - at);
    used_ -= at;
    return true;
}

bool Server::send(ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace igbmodel
