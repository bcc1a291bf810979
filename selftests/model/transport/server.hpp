// SPDX-License-Identifier: GPL-2.0-only
// The listening socket of one device and the one client it serves at a time.
#pragma once

#include <functional>
#include <string>

#include "transport/session.hpp"
#include "util/loop.hpp"

namespace igbmodel {

class Server {
public:
    Server(Loop& loop, Target& target, DmaTable& dma, IrqTable& irqs);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server();

    Status listen(const std::string& path);
    // Hangs up, as when the device is pulled out of its slot.
    void disconnect();
    void on_disconnect(std::function<void()> action) { on_disconnect_ = std::move(action); }

private:
    void accept_client();
    void readable();
    bool receive();
    bool consume();
    bool send(ByteView bytes);

    Loop& loop_;
    Target& target_;
    DmaTable& dma_;
    IrqTable& irqs_;
    Session session_;
    UniqueFd listener_;
    UniqueFd client_;
    std::string path_;
    std::function<void()> on_disconnect_;
    Bytes input_;
    std::size_t used_ = 0;
    std::vector<UniqueFd> fds_;
};

}  // namespace igbmodel
