// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stats.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "cli/watch.hpp"
#include "model/delta.hpp"
#include "model/snapshot.hpp"
#include "view/json.hpp"
#include "view/stats_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    bool json{};
    bool all{};
    WatchOptions watch;

    [[nodiscard]] view::Zeros zeros() const {
        return all ? view::Zeros::shown : view::Zeros::hidden;
    }
};

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
    (void)interval_of(options.watch);  // wrong usage is told before anything is read
    auto before = observer.take(model::Extent::all_layers);
    if (!before) {
        context.fail(before.error());
        return;
    }
    repeat(options.watch, before->instant, [&] {
        auto now = observer.take(model::Extent::all_layers);
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
}

void stats(Context& context, const Options& options) {
    auto observer = model::Observer::of(context.sources, options.device);
    if (!observer) {
        context.fail(observer.error());
    } else if (options.watch.wanted()) {
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
    add_watch_options(*verb, options->watch, "Show what changes");
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { stats(context, *options); });
}

}  // namespace igbtune::cli
