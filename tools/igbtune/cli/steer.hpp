// SPDX-License-Identifier: GPL-2.0-only
// igbtune steer DEV: which frames go to which queue, and changing that.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_steer(CLI::App& app, Context& context);

}  // namespace igbtune::cli
