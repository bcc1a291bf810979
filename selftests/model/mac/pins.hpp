// SPDX-License-Identifier: GPL-2.0-only
// The software-definable pins SDP0 to SDP3. On fibre and SFP boards SDP1 says whether there is a
// signal: the model lets it follow the cable, until a command gives it another level.
#pragma once

#include <array>

#include "mac/interrupts.hpp"
#include "mac/register_file.hpp"

namespace igbmodel {

class Pins {
public:
    static constexpr u32 count = 4;
    static constexpr u32 signal = 1;

    Pins(RegisterFile& registers, Interrupts& interrupts)
        : regs_(registers), interrupts_(interrupts) {}

    // The level that the board gives a pin. One that the driver uses as an output ignores it.
    void set_level(u32 pin, bool high);
    // What is at the pin, whoever drives it.
    [[nodiscard]] bool level(u32 pin) const;
    // CTRL or CTRL_EXT as read: the data bits of inputs show the pins.
    [[nodiscard]] u32 shown(u32 offset) const;

private:
    [[nodiscard]] bool is_output(u32 pin) const;

    RegisterFile& regs_;
    Interrupts& interrupts_;
    std::array<bool, count> levels_{};
};

}  // namespace igbmodel
