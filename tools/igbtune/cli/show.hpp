// SPDX-License-Identifier: GPL-2.0-only
// igbtune show DEV
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "cli/feed_options.hpp"

namespace igbtune::cli {

void add_show(CLI::App& app, Context& context, const FeedOptions& feed = FeedOptions());

}  // namespace igbtune::cli
