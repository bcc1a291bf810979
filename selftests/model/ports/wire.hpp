// SPDX-License-Identifier: GPL-2.0-only
// A cable between two processes: each end is a unix datagram socket. A datagram's first byte says
// whether a frame or the sender's PHY offer follows.
#pragma once

#include <memory>
#include <string>

#include "ports/port.hpp"
#include "util/fd.hpp"
#include "util/loop.hpp"
#include "util/result.hpp"

namespace igbmodel {

class WirePort final : public Port {
public:
    // `paths` is "OWN:PEER".
    [[nodiscard]] static Result<std::unique_ptr<WirePort>> open(Loop& loop,
                                                                const std::string& paths);

    WirePort(Loop& loop, UniqueFd fd, std::string own, std::string peer);
    ~WirePort() override;
    WirePort(const WirePort&) = delete;
    WirePort& operator=(const WirePort&) = delete;
    WirePort(WirePort&&) = delete;
    WirePort& operator=(WirePort&&) = delete;

    void attach(PortUser& user) override;
    void send(Bytes frame) override;
    void own_offer(const PhyOffer& offer) override;

private:
    void readable();
    void offer_arrived(ByteView bytes);
    bool put(ByteView datagram);
    void tell_offer(bool wants_answer);

    Loop& loop_;
    UniqueFd fd_;
    std::string own_;
    std::string peer_;
    PortUser* user_ = nullptr;
    PhyOffer offer_;
};

}  // namespace igbmodel
