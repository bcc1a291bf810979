// SPDX-License-Identifier: GPL-2.0-only
#include "cli/metrics.hpp"

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/feed_options.hpp"
#include "source/replace_file.hpp"
#include "source/rtnetlink.hpp"
#include "view/prometheus.hpp"

namespace igbtune::cli {
namespace {

using util::Error;
using util::ErrorKind;
using util::Result;

// node_exporter reads it as another user.
constexpr mode_t for_all_to_read = 0644;

struct Options {
    std::vector<std::string> devices;
    std::string output;
};

view::Reports reports_of(const model::Snapshot& snapshot) {
    return {.receive = model::report_of(snapshot, nullptr, source::Direction::rx),
            .transmit = model::report_of(snapshot, nullptr, source::Direction::tx)};
}

// Those that stand for hardware.
Result<std::vector<std::string>> hardware(Context& context) {
    const auto links = source::links(context.sources.netlink());
    if (!links) {
        return links.error();
    }
    std::vector<std::string> names;
    for (const source::Link& link : *links) {
        if (!link.parent.empty()) {
            names.push_back(link.name);
        }
    }
    if (names.empty()) {
        return Error{ErrorKind::not_found,
                     "no device here stands for hardware: name those that are wanted"};
    }
    return names;
}

Result<std::string> metrics_of(Context& context, const std::vector<std::string>& devices) {
    std::vector<view::Reports> reports;
    for (const std::string& device : devices) {
        auto observer = model::Observer::of(context.sources, device);
        auto snapshot = observer ? observer->take(model::Extent::ledger)
                                 : Result<model::Snapshot>(observer.error());
        if (!snapshot) {
            return snapshot.error();
        }
        reports.push_back(reports_of(*snapshot));
    }
    return view::prometheus_text(reports);
}

void metrics(Context& context, const Options& options) {
    const auto devices =
        options.devices.empty() ? hardware(context) : Result(std::vector(options.devices));
    const auto text =
        devices ? metrics_of(context, *devices) : Result<std::string>(devices.error());
    if (!text) {
        context.fail(text.error());
    } else if (options.output.empty()) {
        context.out << *text;
    } else if (const auto done = source::replace_file(options.output, *text, for_all_to_read);
               !done) {
        context.fail(done.error());
    }
}

}  // namespace

void print_metrics(Context& context, model::Feed& feed) {
    const auto whole = whole_of(feed, model::Extent::ledger);
    if (!whole) {
        context.fail(whole.error());
        return;
    }
    const std::array<view::Reports, 1> reports{reports_of(whole->now)};
    context.out << view::prometheus_text(reports);
}

void add_metrics(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("metrics", "Print all counters and losses for Prometheus");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->devices,
                     "The network devices; all that stand for hardware if none is named");
    verb->add_option("--output", options->output,
                     "Into FILE, which is the old one or the new one at every moment")
        ->option_text("FILE");
    verb->footer(std::string("igbtune-metrics.timer writes a file for node_exporter's textfile "
                             "collector.\n\n") +
                 exit_codes_help);
    verb->callback([&context, options] { metrics(context, *options); });
}

}  // namespace igbtune::cli
