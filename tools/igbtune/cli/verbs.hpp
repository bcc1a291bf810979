// SPDX-License-Identifier: GPL-2.0-only
// All verbs, in the order in which --help lists them.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_verbs(CLI::App& app, Context& context);

}  // namespace igbtune::cli
