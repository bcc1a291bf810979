// SPDX-License-Identifier: GPL-2.0-only
// Storage of the 128 KiB register space: which bits a write changes, and counters that stop at
// their maximum. What a register does beyond that is the business of its room.
#pragma once

#include "mac/regs.hpp"
#include "mac/spec.hpp"
#include "util/types.hpp"

namespace igbmodel {

class RegisterFile {
public:
    explicit RegisterFile(const MacSpec& spec);

    [[nodiscard]] u32 operator[](u32 offset) const { return values_[offset / 4]; }
    [[nodiscard]] u32& operator[](u32 offset) { return values_[offset / 4]; }

    // The bits that the MAC lets the host change there.
    [[nodiscard]] u32 writable(u32 offset) const { return masks_[offset / 4]; }
    void store(u32 offset, u32 value);

    void count(u32 offset, u32 by = 1);
    void count64(u32 offset_low, u64 by);

    void reset();  // every register to its value after a device reset

    // Queues 0 to 3 have a second address; everything else is its own.
    [[nodiscard]] static u32 fold(u32 offset);

private:
    const MacSpec& spec_;
    std::vector<u32> values_;
    std::vector<u32> masks_;
};

}  // namespace igbmodel
