// SPDX-License-Identifier: GPL-2.0-only
// The language of manual pages.
#pragma once

#include <string>
#include <string_view>

namespace igbtune::view {

// What roff would obey becomes text.
[[nodiscard]] std::string roff(std::string_view text);

}  // namespace igbtune::view
