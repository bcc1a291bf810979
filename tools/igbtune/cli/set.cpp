// SPDX-License-Identifier: GPL-2.0-only
#include "cli/set.hpp"

#include <memory>
#include <string>
#include <vector>

#include "cli/change.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    std::vector<std::string> settings;
    ChangeOptions change;
};

void set(Context& context, const Options& options) {
    model::Settings wanted;
    for (const std::string& text : options.settings) {
        auto setting = model::parse_setting(text);
        if (!setting) {
            context.fail(setting.error());
            return;
        }
        wanted.push_back(std::move(*setting));
    }
    change(context, options.device, wanted, options.change);
}

}  // namespace

void add_set(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand("set", "Change settings, all or none of them");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    verb->add_option("SETTING", options->settings,
                     "As 'igbtune save DEV' lists them, for example rings.rx=512")
        ->option_text("KNOB=VALUE...")
        ->required();
    add_change_options(*verb, options->change);
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { set(context, *options); });
}

}  // namespace igbtune::cli
