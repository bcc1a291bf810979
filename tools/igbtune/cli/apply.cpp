// SPDX-License-Identifier: GPL-2.0-only
#include "cli/apply.hpp"

#include <memory>
#include <string>

#include "cli/change.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string profile;
    std::string device;
    ChangeOptions change;
};

void apply(Context& context, const Options& options) {
    const auto profile = profile_from(options.profile);
    if (!profile) {
        context.fail(profile.error());
        return;
    }
    const auto device = device_for(*profile, options.device);
    if (!device) {
        context.fail(device.error());
        return;
    }
    if (!options.change.dry_run && !recovered(context)) {
        return;
    }
    const auto settings = settings_for(context, *profile, *device);
    if (!settings) {
        context.fail(settings.error());
        return;
    }
    change(context, *device, *settings, options.change);
}

}  // namespace

void add_apply(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("apply", "Change what differs from a profile, all or nothing");
    const auto options = std::make_shared<Options>();
    verb->add_option("PROFILE", options->profile,
                     "A file as 'igbtune save' prints it, or latency, throughput, many-core")
        ->required();
    verb->add_option("DEV", options->device, "The network device, if not the profile's");
    add_change_options(*verb, options->change);
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { apply(context, *options); });
}

}  // namespace igbtune::cli
