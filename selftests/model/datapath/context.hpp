// SPDX-License-Identifier: GPL-2.0-only
// What the data paths share of the device.
#pragma once

#include <string>

#include "faults/faults.hpp"
#include "mac/clock.hpp"
#include "mac/interrupts.hpp"
#include "mac/register_file.hpp"
#include "transport/dma.hpp"
#include "util/log.hpp"
#include "util/timers.hpp"

namespace igbmodel {

// Mistakes of the driver other than DMA faults: impossible descriptors and the like.
class Complaints {
public:
    void add(std::string text) {
        constexpr u64 shown = 10;
        if (++count_ <= shown) {
            log_line("driver fault: " + text);
        }
        last_ = std::move(text);
    }
    [[nodiscard]] u64 count() const { return count_; }
    [[nodiscard]] const std::string& last() const { return last_; }

private:
    u64 count_ = 0;
    std::string last_;
};

struct DeviceContext {
    const MacSpec& spec;
    RegisterFile& regs;
    DmaTable& dma;
    Interrupts& interrupts;
    SystemClock& clock;
    Timers& timers;
    Faults& faults;
    Complaints& complaints;

    [[nodiscard]] bool strikes(Fault fault, u32 queue) const {
        return faults.armed() &&
               faults.strikes(fault, static_cast<int>(queue), timers.now_ns()).has_value();
    }
};

constexpr std::size_t descriptor_size = 16;

// Where a descriptor of a ring lies.
[[nodiscard]] inline u64 descriptor_address(const RegisterFile& regs, u32 base_low, u32 index) {
    return (u64{regs[base_low + 4]} << 32U | regs[base_low]) + (u64{index} * descriptor_size);
}

}  // namespace igbmodel
