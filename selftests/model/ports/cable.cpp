// SPDX-License-Identifier: GPL-2.0-only
#include "ports/cable.hpp"

namespace igbmodel {

void Cable::End::attach(PortUser& user) {
    user_ = &user;
    user.partner_changed(cable_.ends_.at(other_).offer_);
}

void Cable::End::send(Bytes frame) {
    PortUser* to = cable_.ends_.at(other_).user_;
    if (to != nullptr) {
        to->frame_arrived(std::move(frame), false);
    }
}

void Cable::End::own_offer(const PhyOffer& offer) {
    offer_ = offer;
    PortUser* to = cable_.ends_.at(other_).user_;
    if (to != nullptr) {
        to->partner_changed(offer);
    }
}

}  // namespace igbmodel
