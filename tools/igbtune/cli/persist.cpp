// SPDX-License-Identifier: GPL-2.0-only
#include "cli/persist.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "cli/change.hpp"
#include "source/configuration.hpp"
#include "util/text.hpp"
#include "version.hpp"

namespace igbtune::cli {
namespace {

using util::Result;
using util::Status;

struct Options {
    std::string device;
    std::string profile;
    std::string root;
    bool remove{};
};

std::string settings_path(const std::string& device) {
    return "/etc/igbtune/" + device + ".toml";
}

// What `systemctl enable igbtune@DEV.service` would make.
std::string link_path(const std::string& device) {
    const std::string unit = unit_name_of(device);
    return "/etc/systemd/system/sys-subsystem-net-devices-" + unit + ".device.wants/igbtune@" +
           unit + ".service";
}

// The profile's own text, with its comments; it has to fit the device now.
Result<std::string> text_of(Context& context, const Options& options) {
    const auto knobs = model::Knobs::of(context.sources, options.device);
    if (!knobs) {
        return knobs.error();
    }
    if (options.profile.empty()) {
        const auto present = model::present_profile(*knobs);
        return present ? Result(model::profile_text(*present))
                       : Result<std::string>(present.error());
    }
    const auto profile = profile_from(options.profile);
    const auto settings =
        profile ? settings_for(context, *profile, options.device) : profile.error();
    const auto right = settings ? model::differences(*knobs, *settings)
                                : Result<std::vector<model::Change>>(settings.error());
    if (!right) {
        return right.error();
    }
    return profile_source(options.profile);
}

Status keep(Context& context, const Options& options) {
    const source::Configuration configuration(options.root);
    const auto text = text_of(context, options);
    if (!text) {
        return text.error();
    }
    if (Status put = configuration.put(settings_path(options.device), *text); !put) {
        return put;
    }
    if (Status linked = configuration.link(link_path(options.device),
                                           std::string(unit_folder) + "/igbtune@.service");
        !linked) {
        return linked;
    }
    context.out << configuration.root() << settings_path(options.device) << " is applied whenever "
                << util::printable(options.device)
                << " appears, from the next boot on.\nigbtune persist "
                << util::printable(options.device) << " --remove ends that.\n";
    return util::Done{};
}

Status forget(Context& context, const Options& options) {
    const source::Configuration configuration(options.root);
    const auto link = configuration.remove(link_path(options.device));
    const auto settings = configuration.remove(settings_path(options.device));
    if (!link || !settings) {
        return link ? settings.error() : link.error();
    }
    if (!*link && !*settings) {
        return util::Error{util::ErrorKind::not_found,
                           "nothing is kept for " + util::printable(options.device)};
    }
    context.out << "The settings of " << util::printable(options.device)
                << " stay as they are until the next boot, which changes none.\n";
    return util::Done{};
}

}  // namespace

std::string unit_name_of(std::string_view name) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char letter : name) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == ':' || letter == '_' ||
                           (letter == '.' && !text.empty());
        if (plain) {
            text += letter;
        } else {
            const auto byte = static_cast<unsigned char>(letter);
            text += "\\x";
            text += digits[byte >> 4U];
            text += digits[byte & 0xfU];
        }
    }
    return text;
}

void add_persist(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("persist", "Apply a profile whenever the device appears, by systemd");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    CLI::Option* const profile = verb->add_option(
        "PROFILE", options->profile,
        "A file as 'igbtune save' prints it, or latency, throughput, many-core; if none is named, "
        "what is set now");
    verb->add_flag("--remove", options->remove, "No longer")->excludes(profile);
    verb->add_option("--root", options->root, "Of the system whose /etc is meant, if not this one")
        ->option_text("FOLDER");
    verb->footer(exit_codes_help);
    verb->callback([&context, options] {
        const bool right = !options->device.empty() && options->device.front() != '.' &&
                           options->device.find('/') == std::string::npos;
        Status done = util::Error{util::ErrorKind::invalid,
                                  util::printable(options->device) + " is no device's name"};
        if (right) {
            done = options->remove ? forget(context, *options) : keep(context, *options);
        }
        if (!done) {
            context.fail(done.error());
        }
    });
}

}  // namespace igbtune::cli
