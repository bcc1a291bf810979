// SPDX-License-Identifier: GPL-2.0-only
// The unix socket that takes commands: one JSON object a line, one answer a line.
#pragma once

#include <map>
#include <memory>

#include "control/commands.hpp"
#include "util/loop.hpp"

namespace igbmodel {

class ControlSocket {
public:
    ControlSocket(Loop& loop, Commands& commands) : loop_(loop), commands_(commands) {}
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ControlSocket(ControlSocket&&) = delete;
    ControlSocket& operator=(ControlSocket&&) = delete;
    ~ControlSocket();

    Status listen(const std::string& path);

private:
    struct Client {
        UniqueFd fd;
        std::string input;
    };
    void accept_client();
    void readable(int fd);
    bool answer_lines(Client& client);

    Loop& loop_;
    Commands& commands_;
    UniqueFd listener_;
    std::string path_;
    std::map<int, Client> clients_;
};

}  // namespace igbmodel
