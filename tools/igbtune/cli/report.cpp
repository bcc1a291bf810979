// SPDX-License-Identifier: GPL-2.0-only
#include "cli/report.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "model/doctor.hpp"
#include "model/interval.hpp"
#include "source/replace_file.hpp"
#include "view/html_report.hpp"

namespace igbtune::cli {
namespace {

using util::Error;
using util::ErrorKind;
using util::Status;

constexpr mode_t for_all_to_read = 0644;

// More than a screen has columns.
constexpr int points = 600;

struct Options {
    FeedOptions from;
    std::string page;
};

// In a second pass, when it is known how long an interval has to be.
util::Result<std::vector<model::Interval>> intervals_of(Context& context, const Options& options,
                                                        std::chrono::steady_clock::duration all) {
    const auto feed = options.from.open(context);
    if (!feed) {
        return feed.error();
    }
    auto before = (*feed)->take(model::Extent::ledger);
    std::vector<model::Interval> intervals;
    while (before) {
        const auto more = (*feed)->next(all / points);
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return intervals;
        }
        auto now = (*feed)->take(model::Extent::ledger);
        if (now) {
            intervals.push_back(model::interval_between(*before, *now));
        }
        before = std::move(now);
    }
    return before.error();
}

Status report(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        return feed.error();
    }
    const auto whole = whole_of(**feed, model::Extent::ledger);
    if (!whole) {
        return whole.error();
    }
    if (!whole->before) {
        return Error{ErrorKind::failure, "there is one sample only: nothing lies between"};
    }
    const auto intervals =
        intervals_of(context, options, whole->now.instant - whole->before->instant);
    if (!intervals) {
        return intervals.error();
    }
    model::Interval all = model::interval_between(*whole->before, whole->now);
    model::find_owners(**feed, all.receive);
    const auto findings = model::examine(all.receive, all.transmit, (*feed)->surroundings());
    return source::replace_file(options.page, view::html_report(all, *intervals, findings),
                                for_all_to_read);
}

}  // namespace

void add_report(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb =
        app.add_subcommand("report", "Write a page for a browser: charts, ledger, findings");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    verb->add_option("FILE.html", options->page, "Where to; one file that needs no other")
        ->required();
    verb->footer(exit_codes_help);
    verb->callback([&context, options] {
        if (const Status done = report(context, *options); !done) {
            context.fail(done.error());
        }
    });
}

}  // namespace igbtune::cli
