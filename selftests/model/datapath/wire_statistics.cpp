// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/wire_statistics.hpp"

#include <algorithm>
#include <array>

#include "datapath/frame.hpp"

namespace igbmodel {

namespace {
// Six size classes in adjacent registers; the last takes everything larger.
void count_size(RegisterFile& regs, u32 first, std::size_t wire) {
    constexpr std::array<std::size_t, 5> limits{64, 127, 255, 511, 1023};
    const auto at = std::ranges::count_if(limits, [wire](auto limit) { return limit < wire; });
    regs.count(first + (4 * static_cast<u32>(at)));
}
}  // namespace

bool is_broadcast(ByteView frame) {
    return frame.size() >= 6 &&
           std::all_of(frame.begin(), frame.begin() + 6, [](u8 byte) { return byte == 0xff; });
}

bool is_group(ByteView frame) {
    return !frame.empty() && (frame[0] & 1U) != 0;
}

void count_transmitted(RegisterFile& regs, ByteView frame) {
    const std::size_t wire = frame.size() + crc_size;
    for (const u32 counter : {reg::GPTC, reg::TPT, reg::HGPTC}) {
        regs.count(counter);
    }
    for (const u32 counter : {reg::GOTCL, reg::TOTL, reg::HGOTCL}) {
        regs.count64(counter, wire);
    }
    count_size(regs, reg::PTC64, wire);
    if (is_group(frame)) {
        regs.count(is_broadcast(frame) ? reg::BPTC : reg::MPTC);
    }
}

void count_to_host(RegisterFile& regs, ByteView frame) {
    regs.count(reg::RPTHC);
    regs.count64(reg::HGORCL, frame.size() + crc_size);
}

void count_received(RegisterFile& regs, ByteView frame) {
    const std::size_t wire = frame.size() + crc_size;
    regs.count(reg::GPRC);
    regs.count64(reg::GORCL, wire);
    count_size(regs, reg::PRC64, wire);
    if (is_group(frame)) {
        regs.count(is_broadcast(frame) ? reg::BPRC : reg::MPRC);
    }
}

}  // namespace igbmodel
