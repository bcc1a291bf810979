// SPDX-License-Identifier: GPL-2.0-only
// Snapshots over hours as lines of text, each a JSON object: now and then one that says all (a key
// line), between them what changed since the line before.
//
//   {"recording":1, "time_us":..., "instant_us":..., "shape":{...}, "values":[...], ...}
//   {"t":1000040, "r":812, "c":[0,12,3,7]}      microseconds since the last line, of which reading
//                                                took r; counters as the distance from the one
//                                                before in the list, and what was added to it
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"
#include "model/snapshot.hpp"
#include "source/log_file.hpp"
#include "util/result.hpp"

namespace igbtune::model {

// One point of a recording.
struct Sample {
    Snapshot snapshot;
    Owners owners;
    Surroundings surroundings;
};

// Makes the lines.
class RecordWriter {
public:
    [[nodiscard]] std::string line(const Sample& sample);

private:
    std::optional<Sample> before_;
};

// Takes lines, and has the sample that they add up to.
class RecordReader {
public:
    // The value is false, and nothing changed, for a sample later than that.
    util::Result<bool> take(std::string_view line,
                            std::optional<std::chrono::system_clock::time_point> to = {});

    [[nodiscard]] bool has_sample() const { return begun_; }
    [[nodiscard]] const Sample& sample() const { return sample_; }

private:
    bool begun_{};
    Sample sample_;
};

// A recording that is played.
class RecordedFeed final : public Feed {
public:
    struct Range {
        std::optional<std::chrono::system_clock::time_point> from;
        std::optional<std::chrono::system_clock::time_point> to;
    };

    // At the first sample of the range.
    static util::Result<std::unique_ptr<RecordedFeed>> open(const std::string& path,
                                                            const Range& range);

    util::Result<Snapshot> take(Extent extent) override;
    util::Result<bool> next(std::chrono::steady_clock::duration interval) override;
    [[nodiscard]] bool recorded() const override { return true; }
    [[nodiscard]] Owners owners(const std::set<std::uint64_t>& inodes) override;
    [[nodiscard]] Surroundings surroundings() override { return reader_.sample().surroundings; }

private:
    RecordedFeed(std::string path, source::LogFile file)
        : path_(std::move(path)), file_(std::move(file)) {}

    // To the following sample; false where there is none in the range.
    util::Result<bool> step();

    std::string path_;
    source::LogFile file_;
    std::optional<std::chrono::system_clock::time_point> to_;
    RecordReader reader_;
    std::uint64_t lines_{};
};

}  // namespace igbtune::model
