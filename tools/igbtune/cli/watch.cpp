// SPDX-License-Identifier: GPL-2.0-only
#include "cli/watch.hpp"

#include <cmath>

#include "util/text.hpp"

namespace igbtune::cli {
namespace {

constexpr double default_seconds = 1.0;
constexpr double least_seconds = 0.01;
constexpr double most_seconds = 86400;

using Clock = std::chrono::steady_clock;

}  // namespace

void add_watch_options(CLI::App& verb, WatchOptions& options, const std::string& what) {
    options.option = verb.add_option("--watch", options.seconds,
                                     what + ", every SECONDS (0.01 to 86400, 1 if not given)")
                         ->expected(0, 1)
                         ->option_text("[SECONDS]");
    verb.add_option("--count", options.count, "End after so many intervals")
        ->needs(options.option)
        ->option_text("N")
        ->check(CLI::PositiveNumber);
}

Clock::duration interval_of(const WatchOptions& options) {
    const std::string& text = options.seconds;
    double seconds = default_seconds;
    if (!text.empty()) {
        // Not a number: a device's name got there if it stood right behind --watch.
        const auto given = util::number<double>(text);
        if (!given || std::isnan(*given) || *given < least_seconds || *given > most_seconds) {
            throw CLI::ValidationError(
                "--watch", "'" + text + "' is not a number of seconds from 0.01 to 86400 " +
                               "(DEV comes before --watch)");
        }
        seconds = *given;
    }
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

util::Status repeat(const WatchOptions& options, model::Feed& feed,
                    const std::function<bool()>& act) {
    const Clock::duration interval = interval_of(options);
    for (std::uint64_t done = 0; options.count == 0 || done < options.count; ++done) {
        const auto due = feed.next(interval);
        if (!due) {
            return due.error();
        }
        if (!*due || !act()) {
            break;
        }
    }
    return util::Done{};
}

}  // namespace igbtune::cli
