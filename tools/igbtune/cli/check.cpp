// SPDX-License-Identifier: GPL-2.0-only
#include "cli/check.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "cli/change.hpp"
#include "view/plan_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string profile;
    std::string device;
};

void compare(Context& context, const Options& options, ExitCode on_drift) {
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
    const auto knobs = model::Knobs::of(context.sources, *device);
    if (!knobs) {
        context.fail(knobs.error());
        return;
    }
    const auto settings = settings_for(context, *profile, *device);
    if (!settings) {
        context.fail(settings.error());
        return;
    }
    const auto drift = model::differences(*knobs, *settings);
    if (!drift) {
        context.fail(drift.error());
        return;
    }
    if (!drift->empty()) {
        context.out << view::differences_text(*drift);
        context.exit_code = on_drift;
    }
}

void save(Context& context, const std::string& device) {
    const auto knobs = model::Knobs::of(context.sources, device);
    if (!knobs) {
        context.fail(knobs.error());
        return;
    }
    const auto profile = model::present_profile(*knobs);
    if (!profile) {
        context.fail(profile.error());
        return;
    }
    context.out << model::profile_text(*profile);
}

void add_comparison(CLI::App& app, Context& context, const char* name, const char* description,
                    ExitCode on_drift) {
    CLI::App* const verb = app.add_subcommand(name, description);
    const auto options = std::make_shared<Options>();
    verb->add_option("PROFILE", options->profile,
                     "A file as 'igbtune save' prints it, or latency, throughput, many-core")
        ->required();
    verb->add_option("DEV", options->device, "The network device, if not the profile's");
    verb->footer(exit_codes_help);
    verb->callback([&context, options, on_drift] { compare(context, *options, on_drift); });
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
    add_comparison(app, context, "check", "Exit with 5 if the settings differ from a profile",
                   ExitCode::drift);
}

void add_diff(CLI::App& app, Context& context) {
    add_comparison(app, context, "diff", "Show what differs from a profile", ExitCode::ok);
}

void add_save(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand("save", "Print the present settings as a profile");
    const auto device = std::make_shared<std::string>();
    verb->add_option("DEV", *device, "The network device")->required();
    verb->footer(exit_codes_help);
    verb->callback([&context, device] { save(context, *device); });
}

}  // namespace igbtune::cli
