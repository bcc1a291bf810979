// SPDX-License-Identifier: GPL-2.0-only
#include "cli/show.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "model/snapshot.hpp"
#include "view/json.hpp"
#include "view/show_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    FeedOptions from;
    bool json{};
};

constexpr const char* columns =
    "Columns: RSS %, the share of flows that the indirection table sends to the queue; ring sizes "
    "in\n"
    "descriptors; vector, the index among the device's MSI-X vectors; CPU, where the interrupt "
    "goes;\n"
    "RPS and XPS, the CPUs that packets are steered to or from; packets and drops since the "
    "driver\n"
    "began to count. A/B: of the rx and of the tx queue, where they differ. -: not known.\n\n";

void show(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        context.fail(feed.error());
        return;
    }
    const auto whole = whole_of(**feed, model::Extent::queues);
    if (!whole) {
        context.fail(whole.error());
        return;
    }
    context.out << (options.json ? view::show_json(whole->now, view::JsonLayout::indented)
                                 : view::show_text(whole->now, context.style));
}

}  // namespace

void add_show(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb = app.add_subcommand("show", "Show a device and one line for each queue");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    verb->add_flag("--json", options->json, "Print JSON");
    verb->footer(std::string(columns) + exit_codes_help);
    verb->callback([&context, options] { show(context, *options); });
}

}  // namespace igbtune::cli
