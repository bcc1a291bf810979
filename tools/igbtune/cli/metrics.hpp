// SPDX-License-Identifier: GPL-2.0-only
// igbtune metrics [DEV...]
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "model/feed.hpp"

namespace igbtune::cli {

void add_metrics(CLI::App& app, Context& context);

// Of one device; of a recording its end.
void print_metrics(Context& context, model::Feed& feed);

}  // namespace igbtune::cli
