// SPDX-License-Identifier: GPL-2.0-only
// igbtune driver DEV DRIVER
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_driver(CLI::App& app, Context& context);

}  // namespace igbtune::cli
