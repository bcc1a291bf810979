// SPDX-License-Identifier: GPL-2.0-only
// igbtune persist DEV [PROFILE]
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "cli/context.hpp"

namespace igbtune::cli {

void add_persist(CLI::App& app, Context& context);

// A name as systemd wants it in a unit's name.
[[nodiscard]] std::string unit_name_of(std::string_view name);

}  // namespace igbtune::cli
