// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stats.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <thread>

#include "model/delta.hpp"
#include "model/snapshot.hpp"
#include "util/text.hpp"
#include "view/json.hpp"
#include "view/stats_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    bool json{};
    bool all{};
    bool watch{};
    std::string seconds;
    std::uint64_t count{};  // 0: without end

    [[nodiscard]] view::Zeros zeros() const {
        return all ? view::Zeros::shown : view::Zeros::hidden;
    }
};

constexpr double default_seconds = 1.0;
constexpr double least_seconds = 0.01;
constexpr double most_seconds = 86400;

// What came with --watch: nothing, or a number. A device's name got there if it stood right behind
// it.
double interval_of(const std::string& text) {
    if (text.empty()) {
        return default_seconds;
    }
    const auto seconds = util::number<double>(text);
    if (!seconds || std::isnan(*seconds) || *seconds < least_seconds || *seconds > most_seconds) {
        throw CLI::ValidationError("--watch",
                                   "'" + text + "' is not a number of seconds from 0.01 to 86400 " +
                                       "(DEV comes before --watch)");
    }
    return *seconds;
}

void show_once(Context& context, model::Observer& observer, const Options& options) {
    const auto snapshot = observer.take(model::Extent::all_layers);
    if (!snapshot) {
        context.fail(snapshot.error());
        return;
    }
    context.out << (options.json ? view::stats_json(*snapshot, view::JsonLayout::indented)
                                 : view::stats_text(*snapshot, options.zeros(), context.style));
}

void watch(Context& context, model::Observer& observer, const Options& options) {
    using Clock = std::chrono::steady_clock;
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(interval_of(options.seconds)));
    auto before = observer.take(model::Extent::all_layers);
    if (!before) {
        context.fail(before.error());
        return;
    }
    Clock::time_point next = before->instant;
    for (std::uint64_t done = 0; options.count == 0 || done < options.count; ++done) {
        // From one deadline to the next, so that the reading's own time adds up to no drift.
        next = std::max(next + interval, Clock::now());
        std::this_thread::sleep_until(next);
        auto now = observer.take(model::Extent::all_layers);
        if (!now) {
            context.fail(now.error());
            return;
        }
        const model::Delta delta = model::difference(*before, *now);
        context.out << (options.json
                            ? view::change_json(*now, delta)
                            : view::change_text(*now, delta, options.zeros(), context.style))
                    << std::flush;
        if (!context.out) {
            return;
        }
        before = std::move(now);
    }
}

void stats(Context& context, const Options& options) {
    auto observer = model::Observer::of(context.sources, options.device);
    if (!observer) {
        context.fail(observer.error());
    } else if (options.watch) {
        watch(context, *observer, options);
    } else {
        show_once(context, *observer, options);
    }
}

}  // namespace

void add_stats(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("stats", "Show the counters of all layers at one instant");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    verb->add_flag("--all", options->all, "Also show counters that are 0, or did not move");
    verb->add_flag("--json", options->json, "Print JSON; with --watch one object per line");
    CLI::Option* const watch =
        verb->add_option("--watch", options->seconds,
                         "Show what changes, every SECONDS (0.01 to 86400, 1 if not given)")
            ->expected(0, 1)
            ->option_text("[SECONDS]");
    verb->add_option("--count", options->count, "End after so many intervals")
        ->needs(watch)
        ->option_text("N")
        ->check(CLI::PositiveNumber);
    verb->footer(exit_codes_help);
    verb->callback([&context, options, watch] {
        options->watch = watch->count() > 0;
        stats(context, *options);
    });
}

}  // namespace igbtune::cli
