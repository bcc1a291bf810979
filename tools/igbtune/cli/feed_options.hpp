// SPDX-License-Identifier: GPL-2.0-only
// Where a verb takes its snapshots from: the device on its command line, or the recording that
// `igbtune replay` plays.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/context.hpp"
#include "model/feed.hpp"
#include "util/result.hpp"

namespace igbtune::cli {

struct Replay {
    std::string file;
    std::string from;
    std::string to;
};

class FeedOptions {
public:
    explicit FeedOptions(std::shared_ptr<const Replay> replay = {}) : replay_(std::move(replay)) {}

    // DEV, where no recording says it. The options must live as long as the verb.
    void add_to(CLI::App& verb);

    // --monitor, where there is no recording, which has what it was made with. Needs the other
    // option, which says for how long.
    void add_monitor_to(CLI::App& verb, CLI::Option* needs);

    [[nodiscard]] util::Result<std::unique_ptr<model::Feed>> open(Context& context) const;

    [[nodiscard]] bool recorded() const { return replay_ != nullptr; }

private:
    [[nodiscard]] util::Result<std::unique_ptr<model::Feed>> open_live(Context& context) const;

    std::shared_ptr<const Replay> replay_;
    std::string device_;
    bool monitor_{};
};

// What a verb without --watch speaks of: all since the counters began, or all of a recording.
struct Whole {
    std::optional<model::Snapshot> before;
    model::Snapshot now;
};
[[nodiscard]] util::Result<Whole> whole_of(model::Feed& feed, model::Extent extent);

}  // namespace igbtune::cli
