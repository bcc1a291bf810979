// SPDX-License-Identifier: GPL-2.0-only
#include "cli/steer.hpp"

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/change.hpp"
#include "model/profile_fit.hpp"
#include "model/steering.hpp"
#include "view/steer_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    std::vector<std::string> added;
    std::vector<std::uint32_t> deleted;
    std::string flows;  // "on", "off", or not said
    ChangeOptions change;

    [[nodiscard]] bool changes() const {
        return !added.empty() || !deleted.empty() || !flows.empty();
    }
};

void show(Context& context, const std::string& device) {
    const auto steering = model::read_steering(context.sources, device);
    if (!steering) {
        context.fail(steering.error());
        return;
    }
    context.out << view::steer_text(*steering, context.style);
}

util::Result<model::Settings> wanted(Context& context, const Options& options) {
    const auto knobs = model::Knobs::of(context.sources, options.device);
    if (!knobs) {
        return knobs.error();
    }
    model::Settings settings;
    if (!options.flows.empty()) {
        auto recipe = model::flow_steering(*knobs, options.flows == "on",
                                           model::online_cpus(context.sources.files()));
        if (!recipe) {
            return recipe;
        }
        settings = std::move(*recipe);
    }
    if (!options.added.empty() || !options.deleted.empty()) {
        auto rules = model::change_rules(*knobs, options.added, options.deleted);
        if (!rules) {
            return rules;
        }
        settings.insert(settings.end(), rules->begin(), rules->end());
    }
    return settings;
}

void steer(Context& context, const Options& options) {
    if (!options.changes()) {
        show(context, options.device);
        return;
    }
    // What is there must not be half of an earlier change.
    if (!options.change.dry_run && !recovered(context)) {
        return;
    }
    const auto settings = wanted(context, options);
    if (!settings) {
        context.fail(settings.error());
        return;
    }
    change(context, options.device, *settings, options.change);
}

}  // namespace

void add_steer(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand(
        "steer", "Show which frames the hardware leads to which queue, or change it");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    verb->add_option("--add", options->added,
                     "A rule in ethtool's words: \"udp4 dst-port 5000 action 1\"")
        ->option_text("RULE")
        ->allow_extra_args(false);
    verb->add_option("--delete", options->deleted, "The rule at this location")
        ->option_text("LOC")
        ->allow_extra_args(false);
    verb->add_option("--arfs", options->flows,
                     "Let flows follow their readers: all that it takes, or no more of it")
        ->option_text("on|off")
        ->check(CLI::IsMember({"on", "off"}));
    add_change_options(*verb, options->change);
    verb->footer(std::string("'igbtune rollback' takes a change back as a whole.\n\n") +
                 exit_codes_help);
    verb->callback([&context, options] { steer(context, *options); });
}

}  // namespace igbtune::cli
