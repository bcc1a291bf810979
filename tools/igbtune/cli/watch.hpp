// SPDX-License-Identifier: GPL-2.0-only
// --watch [SECONDS] --count N: what the verbs that repeat themselves have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "model/feed.hpp"
#include "util/result.hpp"

namespace igbtune::cli {

struct WatchOptions {
    CLI::Option* option{};
    std::string seconds;
    std::uint64_t count{};  // 0: without end

    [[nodiscard]] bool wanted() const { return option != nullptr && option->count() > 0; }
};

// The options must live as long as the verb.
void add_watch_options(CLI::App& verb, WatchOptions& options, const std::string& what);

// Calls whenever a snapshot is due, until it has done so as often as wanted, is told to end by
// false, or nothing comes any more. A wrong interval is a CLI::ValidationError, before the first
// call.
[[nodiscard]] util::Status repeat(const WatchOptions& options, model::Feed& feed,
                                  const std::function<bool()>& act);

// The interval that was asked for.
[[nodiscard]] std::chrono::steady_clock::duration interval_of(const WatchOptions& options);

}  // namespace igbtune::cli
