// SPDX-License-Identifier: GPL-2.0-only
// Listening on a path of the file system.
#pragma once

#include <string>

#include "util/fd.hpp"
#include "util/result.hpp"

namespace igbmodel {

// A path that exists already is replaced.
[[nodiscard]] Result<UniqueFd> listen_on(const std::string& path);

}  // namespace igbmodel
