// SPDX-License-Identifier: GPL-2.0-only
// igbtune confirm and igbtune rollback
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_confirm(CLI::App& app, Context& context);
void add_rollback(CLI::App& app, Context& context);

}  // namespace igbtune::cli
