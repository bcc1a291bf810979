// SPDX-License-Identifier: GPL-2.0-only
#include "cli/explain.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "model/glossary.hpp"
#include "util/text.hpp"
#include "view/explain_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string name;
    bool manual{};
    bool page{};
};

void explain(Context& context, const Options& options) {
    if (options.manual) {
        context.out << view::term_manual();
        return;
    }
    if (options.page) {
        context.out << view::term_page();
        return;
    }
    if (options.name.empty()) {
        context.out << view::term_list(model::all_terms());
        return;
    }
    const auto terms = model::explain(options.name);
    if (const auto group = model::terms_of_group(options.name); terms.empty() && !group.empty()) {
        context.out << view::term_list(group);
        return;
    }
    if (terms.empty()) {
        const std::string meant = model::likely_term(options.name);
        context.fail(
            {util::ErrorKind::not_found, "nothing is known of " + util::printable(options.name) +
                                             (meant.empty() ? "; igbtune explain lists what is"
                                                            : "; did you mean " + meant + "?")});
        return;
    }
    for (const model::Term* const term : terms) {
        context.out << (term == terms.front() ? "" : "\n") << view::term_text(*term, context.style);
    }
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("explain", "Say what a counter or a knob means, and what to do");
    const auto options = std::make_shared<Options>();
    CLI::Option* const name = verb->add_option("NAME", options->name,
                                               "As the other verbs show it, with or without its "
                                               "group; or a group, such as softnet: what it "
                                               "has; without a NAME all are listed");
    CLI::Option* const rst =
        verb->add_flag("--rst", options->manual, "Print all as a page of the documentation")
            ->excludes(name);
    verb->add_flag("--man", options->page, "Print all as a manual page, igbtune-counters(7)")
        ->excludes(name)
        ->excludes(rst);
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { explain(context, *options); });
}

}  // namespace igbtune::cli
