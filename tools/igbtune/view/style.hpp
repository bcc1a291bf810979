// SPDX-License-Identifier: GPL-2.0-only
// How text is shown: with emphasis where a terminal shows it and nobody asked for none.
#pragma once

#include <string>
#include <string_view>

namespace igbtune::view {

struct Style {
    bool emphasis{};

    [[nodiscard]] std::string title(std::string_view text) const {
        return emphasis ? "\033[1m" + std::string(text) + "\033[0m" : std::string(text);
    }
};

// Wider output is broken where it can be.
inline constexpr std::size_t page_width = 110;

}  // namespace igbtune::view
