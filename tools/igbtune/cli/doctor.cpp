// SPDX-License-Identifier: GPL-2.0-only
#include "cli/doctor.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "model/doctor.hpp"
#include "model/snapshot.hpp"
#include "view/doctor_json.hpp"
#include "view/doctor_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    FeedOptions from;
    double seconds{};  // 0: since the counters began
    bool json{};
};

constexpr double most_seconds = 86400;

void doctor(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        context.fail(feed.error());
        return;
    }
    auto whole = whole_of(**feed, model::Extent::ledger);
    std::optional<model::Baseline> before;
    if (whole && whole->before) {
        before = model::baseline_of(*whole->before);
    } else if (whole && options.seconds > 0) {
        before = model::baseline_of(whole->now);
        const std::chrono::duration<double> seconds(options.seconds);
        const auto due =
            (*feed)->next(std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds));
        auto now = due ? (*feed)->take(model::Extent::ledger) : due.error();
        whole = now ? util::Result(Whole{.before = {}, .now = std::move(*now)}) : now.error();
    }
    if (!whole) {
        context.fail(whole.error());
        return;
    }
    const model::Snapshot& snapshot = whole->now;
    const model::Baseline* const begin = before ? &*before : nullptr;
    auto receive = model::report_of(snapshot, begin, source::Direction::rx);
    model::find_owners(**feed, receive);
    const auto transmit = model::report_of(snapshot, begin, source::Direction::tx);
    const auto findings = model::examine(receive, transmit, (*feed)->surroundings());
    context.out << (options.json ? view::doctor_json(receive, findings, view::JsonLayout::indented)
                                 : view::doctor_text(receive, findings, context.style));
}

}  // namespace

void add_doctor(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb =
        app.add_subcommand("doctor", "Say what is wrong, the worst first, and what would help");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    if (!feed.recorded()) {
        CLI::Option* const interval =
            verb->add_option("--for", options->seconds,
                             "Examine the next SECONDS instead of all since the counters began")
                ->option_text("SECONDS")
                ->check(CLI::Range(0.0, most_seconds));
        options->from.add_monitor_to(*verb, interval);
    }
    verb->add_flag("--json", options->json, "Print JSON");
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { doctor(context, *options); });
}

}  // namespace igbtune::cli
