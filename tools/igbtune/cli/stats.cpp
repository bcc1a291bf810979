// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stats.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "cli/metrics.hpp"
#include "cli/watch.hpp"
#include "model/delta.hpp"
#include "model/snapshot.hpp"
#include "view/json.hpp"
#include "view/stats_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    FeedOptions from;
    bool json{};
    std::string format{"text"};
    bool all{};
    WatchOptions watch;

    [[nodiscard]] view::Zeros zeros() const {
        return all ? view::Zeros::shown : view::Zeros::hidden;
    }
};

void show_once(Context& context, model::Feed& feed, const Options& options) {
    const auto whole = whole_of(feed, model::Extent::all_layers);
    if (!whole) {
        context.fail(whole.error());
    } else if (whole->before) {
        const model::Delta delta = model::difference(*whole->before, whole->now);
        context.out << (options.json
                            ? view::change_json(whole->now, delta)
                            : view::change_text(whole->now, delta, options.zeros(), context.style));
    } else {
        context.out << (options.json
                            ? view::stats_json(whole->now, view::JsonLayout::indented)
                            : view::stats_text(whole->now, options.zeros(), context.style));
    }
}

void watch(Context& context, model::Feed& feed, const Options& options) {
    (void)interval_of(options.watch);  // wrong usage is told before anything is read
    auto before = feed.take(model::Extent::all_layers);
    if (!before) {
        context.fail(before.error());
        return;
    }
    const auto ended = repeat(options.watch, feed, [&] {
        auto now = feed.take(model::Extent::all_layers);
        if (!now) {
            context.fail(now.error());
            return false;
        }
        const model::Delta delta = model::difference(*before, *now);
        context.out << (options.json
                            ? view::change_json(*now, delta)
                            : view::change_text(*now, delta, options.zeros(), context.style))
                    << std::flush;
        before = std::move(now);
        return context.out.good();
    });
    if (!ended) {
        context.fail(ended.error());
    }
}

void stats(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        context.fail(feed.error());
    } else if (options.format == "prometheus") {
        if (options.watch.wanted()) {
            throw CLI::ValidationError("--format", "prometheus has no intervals: without --watch");
        }
        print_metrics(context, **feed);
    } else if (options.watch.wanted()) {
        watch(context, **feed, options);
    } else {
        show_once(context, **feed, options);
    }
}

}  // namespace

void add_stats(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb =
        app.add_subcommand("stats", "Show the counters of all layers at one instant");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    verb->add_flag("--all", options->all, "Also show counters that are 0, or did not move");
    CLI::Option* const json =
        verb->add_flag("--json", options->json, "Print JSON; with --watch one object per line");
    add_watch_options(*verb, options->watch, "Show what changes");
    verb->add_option("--format", options->format, "text, json or prometheus (text if not given)")
        ->option_text("FORMAT")
        ->check(CLI::IsMember({"text", "json", "prometheus"}))
        ->excludes(json);
    verb->footer(exit_codes_help);
    verb->callback([&context, options] {
        options->json = options->json || options->format == "json";
        stats(context, *options);
    });
}

}  // namespace igbtune::cli
