// SPDX-License-Identifier: GPL-2.0-only
// The PHY behind MDIC: its registers, autonegotiation with whoever is at the other end of the
// cable, and the link that results.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "mac/spec.hpp"
#include "util/timers.hpp"

namespace igbmodel {

struct LinkState {
    bool up = false;
    unsigned speed = 1000;  // Mb/s: 10, 100 or 1000
    bool full = true;
    bool operator==(const LinkState&) const = default;
};

// What one end of a cable tells the other.
struct PhyOffer {
    bool active = false;  // powered, not in reset, done with its own renegotiation
    bool autoneg = true;
    u16 base = 0;     // register 4
    u16 gigabit = 0;  // register 9
    LinkState forced;
    bool operator==(const PhyOffer&) const = default;
};

// 0, 1, 2 for 10, 100, 1000 Mb/s, as STATUS and most PHYs say it.
[[nodiscard]] unsigned speed_code(unsigned speed);

// The offer of a partner that can do everything.
[[nodiscard]] PhyOffer full_offer();

// What two ends agree on. Pure.
[[nodiscard]] LinkState negotiate(const PhyOffer& own, const PhyOffer& partner);

class Phy {
public:
    Phy(const MacSpec& spec, Timers& timers);

    [[nodiscard]] u16 read(u32 address);
    void write(u32 address, u16 value);
    void hard_reset();

    [[nodiscard]] const LinkState& link() const { return link_; }
    [[nodiscard]] bool loopback() const;
    [[nodiscard]] const PhyOffer& offer() const { return offer_; }
    void set_partner(const PhyOffer& partner);
    // The cable itself: pulled out, the partner is not heard.
    void set_cable(bool plugged);

    void on_link_change(std::function<void()> action) { on_link_change_ = std::move(action); }
    void on_offer(std::function<void()> action) { on_offer_ = std::move(action); }

private:
    void reset_registers();
    void control_written(u16 value);
    void restart();
    void settle();
    void update_offer(bool active);
    void update_link();
    [[nodiscard]] u16 status_register();
    [[nodiscard]] std::optional<u16> vendor_status(u32 address) const;

    const MacSpec& spec_;
    Timers& timers_;
    std::map<u32, u16> registers_;  // page << 5 | address
    u16 page_ = 0;
    PhyOffer offer_;
    PhyOffer partner_;
    bool cable_ = true;
    LinkState link_;
    bool link_was_lost_ = true;
    Timers::Id settling_ = Timers::none;
    std::function<void()> on_link_change_;
    std::function<void()> on_offer_;
};

}  // namespace igbmodel
