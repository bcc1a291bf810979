// SPDX-License-Identifier: GPL-2.0-only
// From the command line to the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

// What concerns igbtune as a whole: its description, --version, the exit codes in --help.
void describe(CLI::App& app);

// Parses, runs the verb, and makes sure that the output was written.
ExitCode run(CLI::App& app, Context& context, int argc, const char* const* argv);

// Emphasis if standard output is a terminal that has it and NO_COLOR is not set.
[[nodiscard]] view::Style style_of_terminal();

}  // namespace igbtune::cli
