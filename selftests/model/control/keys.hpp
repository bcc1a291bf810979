// SPDX-License-Identifier: GPL-2.0-only
// The words of the command language: which keys each verb has, and what each of them can be.
#pragma once

#include <nlohmann/json.hpp>

#include "util/result.hpp"

namespace igbmodel {

// Names the first key that is unknown or holds what it cannot hold.
[[nodiscard]] Status check_keys(const nlohmann::json& command);

}  // namespace igbmodel
