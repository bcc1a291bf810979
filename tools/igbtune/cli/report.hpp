// SPDX-License-Identifier: GPL-2.0-only
// igbtune replay FILE report PAGE
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "cli/feed_options.hpp"

namespace igbtune::cli {

void add_report(CLI::App& app, Context& context, const FeedOptions& feed);

}  // namespace igbtune::cli
