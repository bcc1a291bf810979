// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores of either byte order at any alignment.
#pragma once

#include <bit>
#include <cstring>

#include "util/types.hpp"

namespace igbmodel {

static_assert(std::endian::native == std::endian::little,
              "descriptors are little endian and are copied as they are");

template <class T>
[[nodiscard]] inline T load_le(const u8* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
inline void store_le(u8* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

[[nodiscard]] inline u16 load_be16(const u8* from) {
    return static_cast<u16>(from[0] << 8 | from[1]);
}

[[nodiscard]] inline u32 load_be32(const u8* from) {
    return u32{from[0]} << 24 | u32{from[1]} << 16 | u32{from[2]} << 8 | from[3];
}

inline void store_be16(u8* to, u16 value) {
    to[0] = static_cast<u8>(value >> 8);
    to[1] = static_cast<u8>(value);
}

inline void store_be32(u8* to, u32 value) {
    store_be16(to, static_cast<u16>(value >> 16));
    store_be16(to + 2, static_cast<u16>(value));
}

// A bit field of a register: [low, low + width).
[[nodiscard]] constexpr u32 bits(u32 value, unsigned low, unsigned width) {
    return width >= 32 ? value >> low : value >> low & ((u32{1} << width) - 1);
}

[[nodiscard]] constexpr u32 bit(unsigned n) {
    return u32{1} << n;
}

}  // namespace igbmodel
