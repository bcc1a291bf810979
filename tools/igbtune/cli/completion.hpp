// SPDX-License-Identifier: GPL-2.0-only
// igbtune completion SHELL
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "view/command_tree.hpp"

namespace igbtune::cli {

void add_completion(CLI::App& app, Context& context);

// The tree that parses, as it is described.
[[nodiscard]] view::Command command_tree(CLI::App& app);

}  // namespace igbtune::cli
