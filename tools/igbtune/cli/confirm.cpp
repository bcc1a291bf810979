// SPDX-License-Identifier: GPL-2.0-only
#include "cli/confirm.hpp"

#include <ostream>

#include "cli/change.hpp"
#include "view/plan_text.hpp"

namespace igbtune::cli {
namespace {

void confirm(Context& context) {
    const util::Status done = transactions(context.sources).confirm();
    if (!done) {
        context.fail(done.error());
        return;
    }
    context.out << "the change stays\n";
}

void roll_back(Context& context) {
    const auto plan = transactions(context.sources).roll_back();
    if (!plan) {
        context.fail(plan.error());
        return;
    }
    context.out << view::taken_back_text(*plan, context.style);
}

}  // namespace

void add_confirm(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("confirm", "Keep the change that waits for its confirmation");
    verb->footer(exit_codes_help);
    verb->callback([&context] { confirm(context); });
}

void add_rollback(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand("rollback", "Take back the last change");
    verb->footer(exit_codes_help);
    verb->callback([&context] { roll_back(context); });
}

}  // namespace igbtune::cli
