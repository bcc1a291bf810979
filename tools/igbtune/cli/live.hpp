// SPDX-License-Identifier: GPL-2.0-only
// igbtune watch DEV
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "cli/feed_options.hpp"

namespace igbtune::cli {

void add_live(CLI::App& app, Context& context, const FeedOptions& feed = FeedOptions());

}  // namespace igbtune::cli
