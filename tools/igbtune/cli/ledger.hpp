// SPDX-License-Identifier: GPL-2.0-only
// igbtune ledger DEV
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_ledger(CLI::App& app, Context& context);

}  // namespace igbtune::cli
