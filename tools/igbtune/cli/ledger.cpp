// SPDX-License-Identifier: GPL-2.0-only
#include "cli/ledger.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "cli/watch.hpp"
#include "model/ledger_report.hpp"
#include "model/snapshot.hpp"
#include "util/text.hpp"
#include "view/ledger_json.hpp"
#include "view/ledger_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    FeedOptions from;
    bool transmit{};
    bool json{};
    bool all{};
    std::string since;
    WatchOptions watch;

    [[nodiscard]] source::Direction direction() const {
        return transmit ? source::Direction::tx : source::Direction::rx;
    }
};

constexpr const char* explanation =
    "At each step, in = out + taken + dropped + unaccounted. Taken: left the way without being\n"
    "lost, for example merged by GRO or forwarded. *: no counter counts it, it follows from\n"
    "others. A step without a number at 'unaccounted' cannot be balanced; the reason stands "
    "below.\n\n";

void print(Context& context, model::Feed& feed, const Options& options,
           model::LedgerReport report) {
    model::find_owners(feed, report);
    const view::Zeros zeros = options.all ? view::Zeros::shown : view::Zeros::hidden;
    const view::JsonLayout layout =
        options.watch.wanted() ? view::JsonLayout::one_line : view::JsonLayout::indented;
    context.out << (options.json ? view::ledger_json(report, layout)
                                 : view::ledger_text(report, zeros, context.style))
                << (options.watch.wanted() && !options.json ? "\n" : "") << std::flush;
}

// Nothing where no interval is wanted.
util::Result<std::optional<model::Baseline>> baseline(const Options& options) {
    if (options.since.empty()) {
        return std::optional<model::Baseline>{};
    }
    const std::string shown = util::printable(options.since);
    const auto text = source::Files().read(options.since);
    if (!text) {
        return text.error();
    }
    auto found = view::baseline_of_json(*text);
    if (!found) {
        return util::Error{found.error().kind, "--since " + shown + ": " + found.error().message};
    }
    return std::optional(std::move(*found));
}

void once(Context& context, model::Feed& feed, const Options& options) {
    const auto before = baseline(options);
    if (!before) {
        context.fail(before.error());
        return;
    }
    auto whole = whole_of(feed, model::Extent::ledger);
    if (!whole) {
        context.fail(whole.error());
        return;
    }
    const std::string& name = whole->now.topology.device.name;
    if (*before && (*before)->device != name) {
        context.fail({util::ErrorKind::failure,
                      "--since " + util::printable(options.since) + ": it is a ledger of " +
                          util::printable((*before)->device) + ", not of " + name});
        return;
    }
    std::optional<model::Baseline> begin = *before;
    if (!begin && whole->before) {
        begin = model::baseline_of(*whole->before);
    }
    print(context, feed, options,
          model::report_of(std::move(whole->now), begin ? &*begin : nullptr, options.direction()));
}

void watch(Context& context, model::Feed& feed, const Options& options) {
    (void)interval_of(options.watch);  // wrong usage is told before anything is read
    const auto first = feed.take(model::Extent::ledger);
    if (!first) {
        context.fail(first.error());
        return;
    }
    model::Baseline before = model::baseline_of(*first);
    const auto ended = repeat(options.watch, feed, [&] {
        auto now = feed.take(model::Extent::ledger);
        if (!now) {
            context.fail(now.error());
            return false;
        }
        model::Baseline next = model::baseline_of(*now);
        print(context, feed, options,
              model::report_of(std::move(*now), &before, options.direction()));
        before = std::move(next);
        return context.out.good();
    });
    if (!ended) {
        context.fail(ended.error());
    }
}

void ledger(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        context.fail(feed.error());
    } else if (options.watch.wanted()) {
        watch(context, **feed, options);
    } else {
        once(context, **feed, options);
    }
}

}  // namespace

void add_ledger(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb = app.add_subcommand(
        "ledger", "Show what goes into each layer, what comes out, and who lost the rest");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    verb->add_flag("--tx", options->transmit, "The way out instead of the way in");
    verb->add_flag("--all", options->all,
                   "Also show what lost nothing, and where each number comes from");
    verb->add_flag("--json", options->json, "Print JSON; with --watch one object per line");
    add_watch_options(*verb, options->watch, "Balance intervals");
    options->from.add_monitor_to(*verb, options->watch.option);
    verb->add_option("--since", options->since,
                     "Balance the time since FILE, which 'igbtune ledger --json' printed")
        ->option_text("FILE")
        ->excludes(options->watch.option);
    verb->footer(std::string(explanation) + exit_codes_help);
    verb->callback([&context, options] { ledger(context, *options); });
}

}  // namespace igbtune::cli
