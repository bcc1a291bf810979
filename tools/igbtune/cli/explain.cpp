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
};

void explain(Context& context, const Options& options) {
    if (options.manual) {
        context.out << view::term_manual();
        return;
    }
    if (options.name.empty()) {
        context.out << view::term_list();
        return;
    }
    const auto terms = model::explain(options.name);
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
    CLI::Option* const name = verb->add_option(
        "NAME", options->name,
        "As the other verbs show it, with or without its group; without a NAME all are listed");
    verb->add_flag("--rst", options->manual, "Print all as a page of the manual")->excludes(name);
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { explain(context, *options); });
}

}  // namespace igbtune::cli
