// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/checksum.hpp"

#include <array>

#include "util/bytes.hpp"

namespace igbmodel {

u32 checksum_add(u32 sum, ByteView data) {
    // Summed as little-endian words eight bytes at a time and swapped at the end: the ones'
    // complement sum does not care about the byte order it is taken in.
    u64 wide = 0;
    std::size_t at = 0;
    for (; at + 8 <= data.size(); at += 8) {
        const u64 word = load_le<u64>(data.data() + at);
        wide += (word & 0xffffffffU) + (word >> 32U);
    }
    for (; at + 2 <= data.size(); at += 2) {
        wide += load_le<u16>(data.data() + at);
    }
    if (at < data.size()) {
        wide += data[at];
    }
    while (wide >> 16U != 0) {
        wide = (wide & 0xffffU) + (wide >> 16U);
    }
    const u32 swapped = static_cast<u32>((wide & 0xffU) << 8U | wide >> 8U);
    return checksum_fold(sum) + swapped;
}

u16 checksum_fold(u32 sum) {
    while (sum >> 16U != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<u16>(sum);
}

namespace {
constexpr std::array<u32, 256> make_crc_table() {
    std::array<u32, 256> table{};
    for (u32 i = 0; i < 256; ++i) {
        u32 value = i;
        for (int k = 0; k < 8; ++k) {
            value = (value & 1U) != 0 ? value >> 1U ^ 0x82f63b78U : value >> 1U;
        }
        table[i] = value;
    }
    return table;
}
constexpr std::array<u32, 256> crc_table = make_crc_table();
}  // namespace

u32 crc32c(ByteView data) {
    u32 crc = 0xffffffffU;
    for (const u8 byte : data) {
        crc = crc >> 8U ^ crc_table[(crc ^ byte) & 0xffU];
    }
    return ~crc;
}

}  // namespace igbmodel
