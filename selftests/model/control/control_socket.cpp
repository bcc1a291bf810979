// SPDX-License-Identifier: GPL-2.0-only
#include "control/control_socket.hpp"

#include <sys/socket.h>

#include <array>

#include "util/unix_socket.hpp"

namespace igbmodel {

namespace {
constexpr std::size_t longest_line = std::size_t{1} << 20U;
}

ControlSocket::~ControlSocket() {
    for (const auto& [fd, client] : clients_) {
        loop_.unwatch(fd);
    }
    if (listener_) {
        loop_.unwatch(listener_.get());
        ::unlink(path_.c_str());
    }
}

Status ControlSocket::listen(const std::string& path) {
    Result<UniqueFd> listener = listen_on(path);
    if (!listener) {
        return listener.error();
    }
    listener_ = std::move(listener.value());
    path_ = path;
    loop_.watch(listener_.get(), [this] { accept_client(); });
    return {};
}

void ControlSocket::accept_client() {
    UniqueFd fresh(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fresh) {
        return;
    }
    const int fd = fresh.get();
    clients_[fd].fd = std::move(fresh);
    loop_.watch(fd, [this, fd] { readable(fd); });
}

void ControlSocket::readable(int fd) {
    Client& client = clients_.at(fd);
    std::array<char, 65536> bytes{};
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (count > 0) {
        client.input.append(bytes.data(), static_cast<std::size_t>(count));
    }
    if (count <= 0 || !answer_lines(client) || client.input.size() > longest_line) {
        loop_.unwatch(fd);
        clients_.erase(fd);
    }
}

bool ControlSocket::answer_lines(Client& client) {
    std::size_t end = 0;
    while ((end = client.input.find('\n')) != std::string::npos) {
        const std::string line = client.input.substr(0, end);
        client.input.erase(0, end + 1);
        if (line.empty()) {
            continue;
        }
        const std::string answer = commands_.answer(line) + "\n";
        if (::send(client.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
            return false;
        }
    }
    return true;
}

}  // namespace igbmodel
