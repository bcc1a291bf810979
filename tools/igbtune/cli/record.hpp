// SPDX-License-Identifier: GPL-2.0-only
// igbtune record DEV FILE and igbtune replay FILE VERB
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_record(CLI::App& app, Context& context);
void add_replay(CLI::App& app, Context& context);

}  // namespace igbtune::cli
