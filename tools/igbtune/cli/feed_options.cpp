// SPDX-License-Identifier: GPL-2.0-only
#include "cli/feed_options.hpp"

#include <chrono>
#include <ctime>
#include <optional>

#include "cli/stop_signals.hpp"
#include "model/recording.hpp"
#include "util/text.hpp"

namespace igbtune::cli {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

using Time = std::chrono::system_clock::time_point;

Result<std::optional<Time>> time_of(const std::string& option, const std::string& text) {
    if (text.empty()) {
        return std::optional<Time>{};
    }
    for (const char* const form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
        std::tm parts{};
        const char* const rest = ::strptime(text.c_str(), form, &parts);
        if (rest != nullptr && (*rest == '\0' || std::string_view(rest) == "Z")) {
            return std::optional(std::chrono::system_clock::from_time_t(::timegm(&parts)));
        }
    }
    return Error{ErrorKind::invalid, option + "=" + util::printable(text) +
                                         ": a time in UTC such as 2026-11-21T06:30:00 would be "
                                         "right"};
}

}  // namespace

void FeedOptions::add_to(CLI::App& verb) {
    if (!recorded()) {
        verb.add_option("DEV", device_, "The network device")->required();
    }
}

void FeedOptions::add_monitor_to(CLI::App& verb, CLI::Option* needs) {
    if (!recorded()) {
        CLI::Option* const flag =
            verb.add_flag("--monitor", monitor_,
                          "Also ask the kernel's drop monitor for the reason of each drop");
        if (needs != nullptr) {
            flag->needs(needs);
        }
    }
}

Result<std::unique_ptr<model::Feed>> FeedOptions::open_live(Context& context) const {
    auto observer = model::Observer::of(context.sources, device_);
    if (!observer) {
        return observer.error();
    }
    if (!monitor_) {
        return std::unique_ptr<model::Feed>(
            std::make_unique<model::LiveFeed>(context.sources, std::move(*observer)));
    }
    // The kernel does not notice the end of who started the monitor: it has to be stopped.
    auto stop = StopSignals::take();
    if (!stop) {
        return stop.error();
    }
    auto monitor = source::DropMonitor::start(context.sources.generic());
    if (!monitor) {
        return Error{monitor.error().kind, "--monitor: " + monitor.error().message};
    }
    const auto signals = std::make_shared<StopSignals>(std::move(*stop));
    return std::unique_ptr<model::Feed>(std::make_unique<model::LiveFeed>(
        context.sources, std::move(*observer), std::move(*monitor),
        [signals](std::chrono::steady_clock::time_point due, int descriptor) {
            return signals->wait_until(due, descriptor);
        }));
}

Result<std::unique_ptr<model::Feed>> FeedOptions::open(Context& context) const {
    if (!recorded()) {
        return open_live(context);
    }
    const auto from = time_of("--from", replay_->from);
    const auto to = time_of("--to", replay_->to);
    if (!from || !to) {
        return from ? to.error() : from.error();
    }
    auto feed = model::RecordedFeed::open(replay_->file, {.from = *from, .to = *to});
    if (!feed) {
        return feed.error();
    }
    return std::unique_ptr<model::Feed>(std::move(*feed));
}

Result<Whole> whole_of(model::Feed& feed, model::Extent extent) {
    auto now = feed.take(extent);
    if (!now) {
        return now.error();
    }
    if (!feed.recorded()) {
        return Whole{.before = std::nullopt, .now = std::move(*now)};
    }
    const auto more = feed.next(std::chrono::steady_clock::duration::max());
    if (!more) {
        return more.error();
    }
    if (!*more) {
        return Whole{.before = std::nullopt, .now = std::move(*now)};
    }
    auto last = feed.take(extent);
    if (!last) {
        return last.error();
    }
    return Whole{.before = std::move(*now), .now = std::move(*last)};
}

}  // namespace igbtune::cli
