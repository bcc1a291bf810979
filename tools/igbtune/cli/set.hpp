// SPDX-License-Identifier: GPL-2.0-only
// igbtune set DEV KNOB=VALUE...
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_set(CLI::App& app, Context& context);

}  // namespace igbtune::cli
