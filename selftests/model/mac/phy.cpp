// SPDX-License-Identifier: GPL-2.0-only
#include "mac/phy.hpp"

#include <array>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {

// IEEE 802.3 clause 22 registers.
constexpr u32 control = 0;
constexpr u32 status = 1;
constexpr u32 id_high = 2;
constexpr u32 id_low = 3;
constexpr u32 advertise = 4;
constexpr u32 partner_ability = 5;
constexpr u32 expansion = 6;
constexpr u32 gigabit_control = 9;
constexpr u32 gigabit_status = 10;
constexpr u32 extended_status = 15;

constexpr u16 control_reset = 0x8000;
constexpr u16 control_loopback = 0x4000;
constexpr u16 control_speed_100 = 0x2000;
constexpr u16 control_autoneg = 0x1000;
constexpr u16 control_power_down = 0x0800;
constexpr u16 control_restart = 0x0200;
constexpr u16 control_full = 0x0100;
constexpr u16 control_speed_1000 = 0x0040;
constexpr u16 control_default = control_autoneg | control_full | control_speed_1000;

constexpr u16 status_link = 0x0004;
constexpr u16 status_autoneg_done = 0x0020;
constexpr u16 status_abilities = 0x7949;

constexpr u16 advertise_default = 0x0de1;
constexpr u16 gigabit_default = 0x0200;
constexpr u16 gigabit_full = 0x0200;

constexpr u32 igp_page_select = 31;
constexpr u32 m88_page_select = 22;
constexpr u64 settle_ns = 5'000'000;
constexpr u32 register_mask = 0x1f;

LinkState forced_by(u16 value) {
    LinkState link;
    link.full = (value & control_full) != 0;
    link.speed = 10;
    if ((value & control_speed_1000) != 0) {
        link.speed = 1000;
    } else if ((value & control_speed_100) != 0) {
        link.speed = 100;
    }
    return link;
}

}  // namespace

unsigned speed_code(unsigned speed) {
    if (speed == 1000) {
        return 2;
    }
    return speed == 100 ? 1 : 0;
}

PhyOffer full_offer() {
    PhyOffer offer;
    offer.active = true;
    offer.base = advertise_default;
    offer.gigabit = gigabit_default;
    return offer;
}

LinkState negotiate(const PhyOffer& own, const PhyOffer& partner) {
    LinkState link;
    if (!own.active || !partner.active) {
        return link;
    }
    if (!own.autoneg && !partner.autoneg) {
        link = own.forced;
        link.up = own.forced.speed == partner.forced.speed;
        return link;
    }
    if (!own.autoneg || !partner.autoneg) {
        // Parallel detection finds the speed of a forced partner, never gigabit.
        link = own.autoneg ? partner.forced : own.forced;
        link.full = own.autoneg ? false : own.forced.full;
        link.up = link.speed != 1000;
        return link;
    }
    struct Ability {
        u16 bit;
        unsigned speed;
        bool full;
    };
    constexpr std::array abilities{Ability{0x100, 100, true}, Ability{0x080, 100, false},
                                   Ability{0x040, 10, true}, Ability{0x020, 10, false}};
    if ((own.gigabit & partner.gigabit & gigabit_full) != 0) {
        return LinkState{true, 1000, true};
    }
    for (const Ability& one : abilities) {
        if ((own.base & partner.base & one.bit) != 0) {
            return LinkState{true, one.speed, one.full};
        }
    }
    return link;
}

Phy::Phy(const MacSpec& spec, Timers& timers) : spec_(spec), timers_(timers) {
    reset_registers();
    update_offer(true);
}

void Phy::reset_registers() {
    registers_.clear();
    page_ = 0;
    registers_[control] = control_default;
    registers_[advertise] = advertise_default;
    registers_[gigabit_control] = gigabit_default;
    registers_[extended_status] = 0x3000;
    if (spec_.phy == PhyKind::igp03) {
        for (const u32 gain : {0x11b1U, 0x12b1U, 0x14b1U, 0x18b1U}) {
            registers_[gain << 5U | (gain & register_mask)] = 20U << 9U;  // cable length
        }
    }
}

void Phy::hard_reset() {
    reset_registers();
    restart();
}

bool Phy::loopback() const {
    const auto found = registers_.find(control);
    return (found->second & control_loopback) != 0;
}

u16 Phy::status_register() {
    u16 value = status_abilities;
    // The link bit latches low until it has been read.
    if (link_.up && !link_was_lost_) {
        value |= status_link;
    }
    if (link_.up) {
        link_was_lost_ = false;
        value |= offer_.autoneg ? status_autoneg_done : 0;
    }
    return value;
}

// Link registers of each vendor's own numbering; public drivers read them after link up.
std::optional<u16> Phy::vendor_status(u32 address) const {
    const unsigned step = speed_code(link_.speed);
    if (spec_.phy == PhyKind::igp03 && address == 17) {
        const unsigned code = step == 2 ? 3U : step;
        return static_cast<u16>(link_.up ? code << 14U : 0);
    }
    if (spec_.phy == PhyKind::i82580 && address == 26) {
        return static_cast<u16>(link_.up ? step << 8U : 0);
    }
    if (spec_.phy == PhyKind::i82580 && address == 31) {
        return u16{10U << 2U};  // cable length in metres
    }
    if (spec_.phy == PhyKind::m88 && address == 17 && page_ == 0) {
        const unsigned up = link_.up ? 0x0c00U : 0U;
        return static_cast<u16>(step << 14U | (link_.full ? 0x2000U : 0U) | up);
    }
    return std::nullopt;
}

u16 Phy::read(u32 address) {
    address &= register_mask;
    const bool paged = page_ != 0 && spec_.phy != PhyKind::i82580;
    if (!paged || spec_.phy == PhyKind::igp03) {
        switch (address) {
            case status:
                return status_register();
            case id_high:
                return static_cast<u16>(spec_.phy_id >> 16U);
            case id_low:
                return static_cast<u16>(spec_.phy_id);
            case partner_ability:
                return link_.up && partner_.autoneg ? static_cast<u16>(partner_.base | 0x4000)
                                                    : u16{0};
            case expansion:
                return link_.up && partner_.autoneg ? u16{0x0001} : u16{0};
            case gigabit_status:
                return link_.up && link_.speed == 1000
                           ? static_cast<u16>(0x3000U | (partner_.gigabit & gigabit_full) << 2U)
                           : u16{0};
            default:
                break;
        }
        if (const auto value = vendor_status(address)) {
            return *value;
        }
    }
    const u32 key = paged && address > 15 ? u32{page_} << 5U | address : address;
    const u32 m88_key = paged && spec_.phy == PhyKind::m88 && address != m88_page_select
                            ? u32{page_} << 5U | address
                            : key;
    const auto found = registers_.find(m88_key);
    return found == registers_.end() ? u16{0} : found->second;
}

void Phy::write(u32 address, u16 value) {
    address &= register_mask;
    if (spec_.phy == PhyKind::igp03 && address == igp_page_select) {
        page_ = value;
        return;
    }
    if (spec_.phy == PhyKind::m88 && address == m88_page_select) {
        page_ = value & 0xff;
        registers_[address] = value;
        return;
    }
    const bool paged =
        page_ != 0 && (spec_.phy == PhyKind::m88 || (spec_.phy == PhyKind::igp03 && address > 15));
    if (paged) {
        registers_[u32{page_} << 5U | address] = value;
        return;
    }
    if (address == control) {
        control_written(value);
        return;
    }
    if (address == status || address == id_high || address == id_low) {
        return;
    }
    registers_[address] = value;
}

void Phy::control_written(u16 value) {
    if ((value & control_reset) != 0) {
        // A software reset keeps what was advertised, as igb relies on.
        registers_[control] = static_cast<u16>(value & ~(control_reset | control_restart));
        restart();
        return;
    }
    const u16 before = registers_[control];
    registers_[control] = static_cast<u16>(value & ~control_restart);
    constexpr u16 decisive = control_power_down | control_autoneg | control_loopback |
                             control_speed_100 | control_speed_1000 | control_full;
    if ((value & control_restart) != 0 || ((before ^ value) & decisive) != 0) {
        restart();
    }
}

void Phy::restart() {
    timers_.cancel(settling_);
    settling_ = Timers::none;
    update_offer(false);
    if ((registers_[control] & control_power_down) == 0) {
        settling_ = timers_.at(timers_.now_ns() + settle_ns, [this] { settle(); });
    }
}

void Phy::settle() {
    settling_ = Timers::none;
    update_offer(true);
}

void Phy::update_offer(bool active) {
    PhyOffer next;
    const u16 value = registers_[control];
    next.active = active && (value & (control_power_down | control_loopback)) == 0;
    next.autoneg = (value & control_autoneg) != 0;
    next.base = registers_[advertise];
    next.gigabit = registers_[gigabit_control];
    next.forced = forced_by(value);
    const bool changed = !(next == offer_);
    offer_ = next;
    update_link();
    if (changed && on_offer_) {
        on_offer_();
    }
}

void Phy::set_partner(const PhyOffer& partner) {
    partner_ = partner;
    update_link();
}

void Phy::set_cable(bool plugged) {
    cable_ = plugged;
    update_link();
}

void Phy::update_link() {
    LinkState next;
    if (loopback()) {
        next = forced_by(registers_[control]);
        next.up = settling_ == Timers::none;
    } else if (cable_) {
        next = negotiate(offer_, partner_);
    }
    if (next == link_) {
        return;
    }
    if (link_.up && !next.up) {
        link_was_lost_ = true;
    }
    link_ = next;
    if (on_link_change_) {
        on_link_change_();
    }
}

}  // namespace igbmodel
