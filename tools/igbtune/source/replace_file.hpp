// SPDX-License-Identifier: GPL-2.0-only
// A file that is the old one or the new one, at every moment and for every reader.
#pragma once

#include <sys/types.h>

#include <string>

#include "util/result.hpp"

namespace igbtune::source {

// On disk when it returns, whenever the power fails. What is under way has the path with ".new".
util::Status replace_file(const std::string& path, const std::string& content, mode_t mode);

}  // namespace igbtune::source
