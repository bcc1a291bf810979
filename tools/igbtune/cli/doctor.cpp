// SPDX-License-Identifier: GPL-2.0-only
#include "cli/doctor.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>

#include "model/doctor.hpp"
#include "model/snapshot.hpp"
#include "view/doctor_text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string device;
    double seconds{};  // 0: since the counters began
};

constexpr double most_seconds = 86400;

void doctor(Context& context, const Options& options) {
    auto observer = model::Observer::of(context.sources, options.device);
    if (!observer) {
        context.fail(observer.error());
        return;
    }
    auto snapshot = observer->take(model::Extent::ledger);
    std::optional<model::Baseline> before;
    if (snapshot && options.seconds > 0) {
        before = model::baseline_of(*snapshot);
        std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
        snapshot = observer->take(model::Extent::ledger);
    }
    if (!snapshot) {
        context.fail(snapshot.error());
        return;
    }
    const model::Baseline* const begin = before ? &*before : nullptr;
    auto receive = model::report_of(*snapshot, begin, source::Direction::rx);
    model::find_owners(context.sources, receive);
    const auto transmit = model::report_of(*snapshot, begin, source::Direction::tx);
    context.out << view::doctor_text(
        receive,
        model::examine(receive, transmit, model::read_surroundings(context.sources.files())),
        context.style);
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
    CLI::App* const verb =
        app.add_subcommand("doctor", "Say what is wrong, the worst first, and what would help");
    const auto options = std::make_shared<Options>();
    verb->add_option("DEV", options->device, "The network device")->required();
    verb->add_option("--for", options->seconds,
                     "Examine the next SECONDS instead of all since the counters began")
        ->option_text("SECONDS")
        ->check(CLI::Range(0.0, most_seconds));
    verb->footer(exit_codes_help);
    verb->callback([&context, options] { doctor(context, *options); });
}

}  // namespace igbtune::cli
