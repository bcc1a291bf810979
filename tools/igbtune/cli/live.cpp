// SPDX-License-Identifier: GPL-2.0-only
#include "cli/live.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "cli/stop_signals.hpp"
#include "cli/terminal.hpp"
#include "model/interval.hpp"
#include "view/live.hpp"

namespace igbtune::cli {
namespace {

using Clock = std::chrono::steady_clock;
using util::Result;
using util::Status;

constexpr double least_seconds = 0.1;
constexpr double most_seconds = 3600;
constexpr std::ptrdiff_t page_of_rows = 10;

struct Options {
    FeedOptions from;
    double seconds{1.0};
};

class Live {
public:
    Live(model::Feed& feed, TerminalScreen& terminal, double seconds, bool emphasis)
        : feed_(&feed), terminal_(&terminal), seconds_(seconds), emphasis_(emphasis) {}

    Status run(StopSignals& stop) {
        auto first = feed_->take(model::Extent::ledger);
        if (!first) {
            return first.error();
        }
        before_ = std::move(*first);
        auto due = Clock::now() + interval();
        while (terminal_->show(screen_.lines(terminal_->size()), emphasis_)) {
            if (stop.wait_until(due, TerminalScreen::input())) {
                break;
            }
            for (const Key key : terminal_->keys()) {
                if (key == Key::quit) {
                    return util::Done{};
                }
                if (obey(key)) {
                    due = Clock::now() + interval();
                }
            }
            if (Clock::now() < due) {
                continue;
            }
            due = std::max(due + interval(), Clock::now());
            if (!screen_.paused()) {
                if (Status sampled = sample(); !sampled) {
                    return sampled;
                }
            }
        }
        return util::Done{};
    }

private:
    [[nodiscard]] Clock::duration interval() const {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_));
    }

    // Whether the interval is another one now.
    bool obey(Key key) {
        switch (key) {
            case Key::pause:
                screen_.pause_or_go_on();
                break;
            case Key::page:
                screen_.show_next_page();
                break;
            case Key::sort:
                screen_.sort_otherwise();
                break;
            case Key::up:
                screen_.scroll(-1);
                break;
            case Key::down:
                screen_.scroll(1);
                break;
            case Key::page_up:
                screen_.scroll(-page_of_rows);
                break;
            case Key::page_down:
                screen_.scroll(page_of_rows);
                break;
            case Key::faster:
                seconds_ = std::max(seconds_ / 2, least_seconds);
                return true;
            case Key::slower:
                seconds_ = std::min(seconds_ * 2, most_seconds);
                return true;
            case Key::none:
            case Key::quit:
                break;
        }
        return false;
    }

    Status sample() {
        if (feed_->recorded()) {
            const auto more = feed_->next(interval());
            if (!more) {
                return more.error();
            }
            if (!*more) {
                screen_.pause_or_go_on();  // at the end it stands still
                return util::Done{};
            }
        }
        auto now = feed_->take(model::Extent::ledger);
        if (!now) {
            return now.error();
        }
        screen_.add(model::interval_between(before_, *now));
        before_ = std::move(*now);
        return util::Done{};
    }

    model::Feed* feed_;
    TerminalScreen* terminal_;
    double seconds_;
    bool emphasis_;
    model::Snapshot before_;
    view::LiveScreen screen_;
};

Status watch(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        return feed.error();
    }
    auto stop = StopSignals::take();
    if (!stop) {
        return stop.error();
    }
    auto terminal = TerminalScreen::take();
    if (!terminal) {
        return terminal.error();
    }
    return Live(**feed, *terminal, options.seconds, context.style.emphasis).run(*stop);
}

}  // namespace

void add_live(CLI::App& app, Context& context, const FeedOptions& feed) {
    CLI::App* const verb = app.add_subcommand(
        "watch", "Show on a live screen what each queue and layer does and loses");
    const auto options = std::make_shared<Options>();
    options->from = feed;
    options->from.add_to(*verb);
    verb->add_option("SECONDS", options->seconds, "Every SECONDS (0.1 to 3600, 1 if not given)")
        ->check(CLI::Range(least_seconds, most_seconds));
    verb->footer(
        std::string("Keys: q quit; p pause; v the next view (queues, counters, losses); s sort by "
                    "rate or place;\nup, down, page up, page down scroll; + and - change the "
                    "interval.\n\n") +
        exit_codes_help);
    verb->callback([&context, options] {
        // Back to the shell's page before anything is said.
        if (const Status done = watch(context, *options); !done) {
            context.fail(done.error());
        }
    });
}

}  // namespace igbtune::cli
