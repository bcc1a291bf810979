// SPDX-License-Identifier: GPL-2.0-only
#include "cli/driver.hpp"

#include <memory>
#include <string>

#include "cli/change.hpp"
#include "model/knob_driver.hpp"
#include "model/snapshot.hpp"
#include "source/driver_binding.hpp"
#include "source/link_state.hpp"
#include "source/rtnetlink.hpp"
#include "util/text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    std::string driver;
    ChangeOptions change;
};

// What stands upon the device and goes with its driver for good.
util::Result<std::string> carried(source::Sources& sources, const model::Observer& observer) {
    const auto above = source::devices_above(sources.files(), observer.device());
    if (!above.empty()) {
        return util::join(above, ", ");
    }
    const auto link = source::link_by_name(sources.netlink(), observer.device());
    return link ? source::lost_with_device(sources.netlink(), link->index)
                : util::Result<std::string>(link.error());
}

void driver(Context& context, const Options& options) {
    // The device may be away because an earlier one was interrupted.
    if (!options.change.dry_run && !recovered(context)) {
        return;
    }
    const auto observer = model::Observer::of(context.sources, options.device);
    if (!observer) {
        context.fail(observer.error());
        return;
    }
    const auto address = source::pci_address(context.sources.files(), options.device);
    if (!address) {
        context.fail(address.error());
        return;
    }
    const auto now = source::bound_driver(context.sources.files(), *address);
    const auto carries = now && *now != options.driver ? carried(context.sources, *observer)
                                                       : util::Result(std::string());
    if (!carries) {
        context.fail(carries.error());
        return;
    }
    if (!carries->empty()) {
        context.fail({util::ErrorKind::not_supported,
                      observer->device() + " carries " + *carries +
                          ", which would not come back with it: take it from there first"});
        return;
    }
    change(context, std::string(model::pci_prefix) + *address, {{"driver", options.driver}},
           options.change);
}

}  // namespace

void add_driver(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand("driver", "Give a port to another driver");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    verb->add_option("DRIVER", options->driver, "Another driver that is loaded: igbr, igb, ...")
        ->required();
    add_change_options(*verb, options->change);
    verb->footer(
        std::string(
            "Its addresses and routes go with it. If no network device or no link comes, the port\n"
            "goes back at once; with --confirm also if nobody confirms in time.\n\n") +
        exit_codes_help);
    verb->callback([&context, options] { driver(context, *options); });
}

}  // namespace igbtune::cli
