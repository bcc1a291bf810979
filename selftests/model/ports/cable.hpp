// SPDX-License-Identifier: GPL-2.0-only
// A cable between two models of one process.
#pragma once

#include <array>

#include "ports/port.hpp"

namespace igbmodel {

class Cable {
public:
    Cable() : ends_{End(*this, 1), End(*this, 0)} {}

    [[nodiscard]] Port& end(std::size_t which) { return ends_.at(which); }

private:
    class End final : public Port {
    public:
        End(Cable& cable, std::size_t other) : cable_(cable), other_(other) {}
        void attach(PortUser& user) override;
        void send(Bytes frame) override;
        void own_offer(const PhyOffer& offer) override;

    private:
        friend class Cable;
        Cable& cable_;
        std::size_t other_;
        PortUser* user_ = nullptr;
        PhyOffer offer_;
    };

    std::array<End, 2> ends_;
};

}  // namespace igbmodel
