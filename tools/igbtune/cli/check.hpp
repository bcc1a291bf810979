// SPDX-License-Identifier: GPL-2.0-only
// igbtune check PROFILE [DEV], igbtune diff PROFILE [DEV] and igbtune save DEV
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_check(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_save(CLI::App& app, Context& context);

}  // namespace igbtune::cli
