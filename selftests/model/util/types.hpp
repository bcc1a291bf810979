// SPDX-License-Identifier: GPL-2.0-only
// Short names for the fixed-size integers that registers and descriptors are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace igbmodel {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s64 = std::int64_t;

using Bytes = std::vector<u8>;
using ByteView = std::span<const u8>;
using ByteSpan = std::span<u8>;

}  // namespace igbmodel
