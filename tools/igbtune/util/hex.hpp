// SPDX-License-Identifier: GPL-2.0-only
// Bytes as text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace igbtune::util {

// "0a0b", or "0a:0b" with something between.
[[nodiscard]] std::string hex(std::span<const std::byte> bytes, std::string_view between = {});

// Of "0a0b"; nothing if it is not that.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text);

}  // namespace igbtune::util
