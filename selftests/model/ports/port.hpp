// SPDX-License-Identifier: GPL-2.0-only
// What is at the other end of a model's network connector.
#pragma once

#include <functional>

#include "mac/phy.hpp"
#include "util/types.hpp"

namespace igbmodel {

// The device's side of the connector.
class PortUser {
public:
    PortUser() = default;
    PortUser(const PortUser&) = delete;
    PortUser& operator=(const PortUser&) = delete;
    PortUser(PortUser&&) = delete;
    PortUser& operator=(PortUser&&) = delete;
    virtual ~PortUser() = default;

    virtual void frame_arrived(Bytes frame, bool bad_crc) = 0;
    virtual void partner_changed(const PhyOffer& offer) = 0;
};

class Port {
public:
    static constexpr std::size_t shortest_frame = 60;

    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;
    virtual ~Port() = default;

    virtual void attach(PortUser& user) = 0;
    virtual void send(Bytes frame) = 0;
    virtual void own_offer(const PhyOffer& offer) = 0;
};

}  // namespace igbmodel
