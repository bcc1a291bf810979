// SPDX-License-Identifier: GPL-2.0-only
// A tap interface of the host as link partner: one that can do everything.
#pragma once

#include <memory>
#include <string>

#include "ports/port.hpp"
#include "util/fd.hpp"
#include "util/loop.hpp"
#include "util/result.hpp"

namespace igbmodel {

class TapPort final : public Port {
public:
    // The interface is made if it is not there.
    [[nodiscard]] static Result<std::unique_ptr<TapPort>> open(Loop& loop, const std::string& name);

    TapPort(Loop& loop, UniqueFd fd);
    ~TapPort() override;
    TapPort(const TapPort&) = delete;
    TapPort& operator=(const TapPort&) = delete;
    TapPort(TapPort&&) = delete;
    TapPort& operator=(TapPort&&) = delete;

    void attach(PortUser& user) override;
    void send(Bytes frame) override;
    void own_offer(const PhyOffer& offer) override;

private:
    void readable();

    Loop& loop_;
    UniqueFd fd_;
    PortUser* user_ = nullptr;
};

}  // namespace igbmodel
