// SPDX-License-Identifier: GPL-2.0-only
#include "mac/pins.hpp"

namespace igbmodel {

namespace {

// CTRL and CTRL_EXT, I210 datasheet 8.2.1 and 8.2.3.
struct Place {
    u32 offset;
    u32 interrupt_enable;
    u32 data;
    u32 output;
};
constexpr std::array<Place, Pins::count> places{
    Place{reg::CTRL, bit(16), bit(18), bit(22)}, Place{reg::CTRL, bit(17), bit(19), bit(23)},
    Place{reg::CTRL_EXT, bit(2), bit(6), bit(10)}, Place{reg::CTRL_EXT, bit(3), bit(7), bit(11)}};

}  // namespace

bool Pins::is_output(u32 pin) const {
    const Place& place = places.at(pin);
    return (regs_[place.offset] & place.output) != 0;
}

void Pins::set_level(u32 pin, bool high) {
    const bool rises = high && !levels_.at(pin);
    levels_.at(pin) = high;
    const Place& place = places.at(pin);
    if (rises && !is_output(pin) && (regs_[place.offset] & place.interrupt_enable) != 0) {
        interrupts_.cause(reg::ICR_GPI_SDP0 << pin);
    }
}

bool Pins::level(u32 pin) const {
    const Place& place = places.at(pin);
    return is_output(pin) ? (regs_[place.offset] & place.data) != 0 : levels_.at(pin);
}

u32 Pins::shown(u32 offset) const {
    u32 value = regs_[offset];
    for (u32 pin = 0; pin < count; ++pin) {
        const Place& place = places.at(pin);
        if (place.offset == offset) {
            value = level(pin) ? value | place.data : value & ~place.data;
        }
    }
    return value;
}

}  // namespace igbmodel
