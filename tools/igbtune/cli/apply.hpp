// SPDX-License-Identifier: GPL-2.0-only
// igbtune apply PROFILE [DEV]
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_apply(CLI::App& app, Context& context);

}  // namespace igbtune::cli
