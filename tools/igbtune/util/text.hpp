// SPDX-License-Identifier: GPL-2.0-only
// Text: cutting it up, numbers out of it, numbers into it.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace igbtune::util {

[[nodiscard]] std::string_view trim(std::string_view text);

// The lines of a text, without their ends; no empty line after the last newline.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);

// The words between blanks; none is empty.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

// The parts between separators; they can be empty.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text as a number, or nothing: no sign, no blank, no overflow, no rest.
template <typename Number>
[[nodiscard]] std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const char* const end = text.data() + text.size();
    std::from_chars_result result{};
    if constexpr (std::is_floating_point_v<Number>) {
        result = std::from_chars(text.data(), end, value);
    } else {
        result = std::from_chars(text.data(), end, value, base);
    }
    if (result.ec != std::errc{} || result.ptr != end || text.empty()) {
        return std::nullopt;
    }
    return value;
}

[[nodiscard]] std::string lower(std::string_view text);

// Names come from drivers and from whoever renamed a device: what a terminal would obey becomes
// '?'.
[[nodiscard]] std::string printable(std::string_view text);

// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

// A number with a fixed count of decimals, independent of the locale.
[[nodiscard]] std::string fixed(double value, int decimals);

[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

// How many single-character edits (insert, delete, replace, swap of neighbours) lie between two
// words.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate that was most likely meant, if any is near enough to be worth a question.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word,
                                                      std::span<const std::string> candidates);

}  // namespace igbtune::util
