// SPDX-License-Identifier: GPL-2.0-only
#include "util/hex.hpp"

#include <cstdint>

#include "util/text.hpp"

namespace igbtune::util {

std::string hex(std::span<const std::byte> bytes, std::string_view between) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte one : bytes) {
        text += text.empty() ? "" : between;
        text += digits[std::to_integer<unsigned>(one) >> 4U];
        text += digits[std::to_integer<unsigned>(one) & 0xfU];
    }
    return text;
}

std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
    std::vector<std::byte> bytes;
    for (std::size_t place = 0; place < text.size(); place += 2) {
        const auto one = number<std::uint8_t>(text.substr(place, 2), 16);
        if (!one || place + 1 == text.size()) {
            return std::nullopt;
        }
        bytes.push_back(std::byte{*one});
    }
    return bytes;
}

}  // namespace igbtune::util
