// SPDX-License-Identifier: GPL-2.0-only
// What the protocol drives: a PCI function as seen from its bus.
#pragma once

#include "util/types.hpp"

namespace igbmodel {

// Regions by the numbers that VFIO gives them.
enum Region : u32 {
    region_bar0 = 0,
    region_bar5 = 5,
    region_rom = 6,
    region_config = 7,
    region_vga = 8,
    region_count = 9,
};

class Target {
public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    Target(Target&&) = delete;
    Target& operator=(Target&&) = delete;
    virtual ~Target() = default;

    [[nodiscard]] virtual u64 region_size(u32 region) const = 0;  // 0: there is none
    virtual void region_read(u32 region, u64 offset, ByteSpan data) = 0;
    virtual void region_write(u32 region, u64 offset, ByteView data) = 0;
    virtual void bus_reset() = 0;
    virtual void attached() = 0;
    virtual void detached() = 0;
};

}  // namespace igbmodel
