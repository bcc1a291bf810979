// SPDX-License-Identifier: GPL-2.0-only
// igbtune doctor DEV
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_doctor(CLI::App& app, Context& context);

}  // namespace igbtune::cli
