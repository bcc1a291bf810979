// SPDX-License-Identifier: GPL-2.0-only
#include "cli/record.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "cli/doctor.hpp"
#include "cli/feed_options.hpp"
#include "cli/ledger.hpp"
#include "cli/live.hpp"
#include "cli/report.hpp"
#include "cli/show.hpp"
#include "cli/stats.hpp"
#include "cli/stop_signals.hpp"
#include "model/recording.hpp"
#include "source/log_file.hpp"

namespace igbtune::cli {
namespace {

using Clock = std::chrono::steady_clock;
using util::Status;

constexpr double default_seconds = 1.0;
constexpr double least_seconds = 0.01;
constexpr double most_seconds = 86400;

// What a death in between may cost.
constexpr std::chrono::seconds flush_interval(30);

// Facts about the machine change rarely, and cost more to read than the counters.
constexpr std::chrono::seconds surroundings_interval(300);

struct Options {
    FeedOptions from;
    std::string file;
    double seconds{default_seconds};
    std::uint64_t count{};  // 0: until it is ended
    bool append{};
};

class Recording {
public:
    Recording(model::Feed& feed, source::LogFile& file) : feed_(&feed), file_(&file) {}

    Status sample() {
        auto snapshot = feed_->take(model::Extent::ledger);
        if (!snapshot) {
            return snapshot.error();
        }
        sample_.snapshot = std::move(*snapshot);
        read_surroundings();
        find_owners();
        if (Status put = file_->put(writer_.line(sample_)); !put) {
            return put;
        }
        const auto now = sample_.snapshot.instant;
        if (now - flushed_ >= flush_interval) {
            flushed_ = now;
            return file_->flush();
        }
        return util::Done{};
    }

    [[nodiscard]] Clock::time_point instant() const { return sample_.snapshot.instant; }

private:
    void read_surroundings() {
        if (sample_.snapshot.instant - surroundings_read_ >= surroundings_interval) {
            surroundings_read_ = sample_.snapshot.instant;
            sample_.surroundings = feed_->surroundings();
        }
    }

    // Of sockets that were not seen before; looking through all processes takes long.
    void find_owners() {
        std::set<std::uint64_t> unknown;
        for (const source::Socket& socket : sample_.snapshot.sockets) {
            if (socket.inode != 0 && looked_for_.insert(socket.inode).second) {
                unknown.insert(socket.inode);
            }
        }
        sample_.owners.merge(feed_->owners(unknown));
    }

    model::Feed* feed_;
    source::LogFile* file_;
    model::RecordWriter writer_;
    model::Sample sample_;
    std::set<std::uint64_t> looked_for_;
    Clock::time_point flushed_;
    Clock::time_point surroundings_read_;
};

Status run(const Options& options, model::Feed& feed, source::LogFile& file, StopSignals& stop) {
    Recording recording(feed, file);
    const auto interval =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
    Clock::time_point due;
    for (std::uint64_t done = 0; options.count == 0 || done < options.count; ++done) {
        if (done > 0) {
            due = std::max(due + interval, Clock::now());
            if (stop.wait_until(due)) {
                break;
            }
        }
        if (Status sampled = recording.sample(); !sampled) {
            (void)file.flush();
            return sampled;
        }
        if (done == 0) {
            due = recording.instant();
        }
    }
    return file.flush();
}

void record(Context& context, const Options& options) {
    const auto feed = options.from.open(context);
    if (!feed) {
        context.fail(feed.error());
        return;
    }
    auto stop = StopSignals::take();
    if (!stop) {
        context.fail(stop.error());
        return;
    }
    auto file =
        source::LogFile::write(options.file, options.append ? source::LogFile::Mode::append
                                                            : source::LogFile::Mode::create);
    if (!file) {
        context.fail(file.error());
        return;
    }
    if (const Status done = run(options, **feed, *file, *stop); !done) {
        context.fail(done.error());
    }
}

}  // namespace

void add_record(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand(
        "record", "Write the counters of all layers to a file, until it is ended");
    const auto options = std::make_shared<Options>();
    options->from.add_to(*verb);
    verb->add_option("FILE", options->file, "Where to; compressed lines of JSON")->required();
    verb->add_option("--every", options->seconds, "Every SECONDS (0.01 to 86400, 1 if not given)")
        ->option_text("SECONDS")
        ->check(CLI::Range(least_seconds, most_seconds));
    verb->add_option("--count", options->count, "End after so many samples")
        ->option_text("N")
        ->check(CLI::PositiveNumber);
    options->from.add_monitor_to(*verb, nullptr);
    verb->add_flag("--append", options->append, "Go on with a recording that is there");
    verb->footer(
        std::string("Ends well by SIGINT, SIGTERM and SIGHUP; a crash costs 30 seconds at most.\n"
                    "igbtune replay FILE shows it.\n\n") +
        exit_codes_help);
    verb->callback([&context, options] { record(context, *options); });
}

void add_replay(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand("replay", "Show a recording, by any of the views");
    const auto options = std::make_shared<Replay>();
    verb->add_option("FILE", options->file, "What 'igbtune record' wrote")->required();
    verb->add_option("--from", options->from, "Leave out what was before TIME (UTC)")
        ->option_text("TIME");
    verb->add_option("--to", options->to, "Leave out what was after TIME (UTC)")
        ->option_text("TIME");
    const FeedOptions feed(options);
    add_show(*verb, context, feed);
    add_stats(*verb, context, feed);
    add_ledger(*verb, context, feed);
    add_live(*verb, context, feed);
    add_doctor(*verb, context, feed);
    add_report(*verb, context, feed);
    verb->require_subcommand(1);
    verb->footer(std::string("stats, ledger and doctor speak of the whole recording, or of what "
                             "--from and --to leave;\nwith --watch of each of its intervals. "
                             "Example: igbtune replay FILE ledger --watch 60\n\n") +
                 exit_codes_help);
}

}  // namespace igbtune::cli
