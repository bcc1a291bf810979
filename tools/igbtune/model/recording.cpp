// SPDX-License-Identifier: GPL-2.0-only
#include "model/recording.hpp"

#include <cstdlib>
#include <stdexcept>

#include "model/recording_json.hpp"

namespace igbtune::model {

using recording::Json;
using std::chrono::microseconds;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr int format = 1;

// More between the two clocks means that the machine's time was set.
constexpr std::int64_t clock_tolerance_us = 1000;

template <typename TimePoint>
std::int64_t us_of(TimePoint time) {
    return std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
}

std::int64_t us_of(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration_cast<microseconds>(duration).count();
}

// A point in time or a distance of two, as far as the clocks can hold it.
std::int64_t us_from(const Json& json) {
    constexpr std::int64_t most_us = 4'000'000'000'000'000;  // in the year 2096
    // A fraction is refused here: what is too large for a number of the other kind has no value.
    const auto value = json.is_number_integer() ? json.get<std::int64_t>() : most_us + 1;
    if (value < -most_us || value > most_us) {
        throw std::out_of_range("a time of " + std::to_string(value) + " us");
    }
    return value;
}

std::int64_t whole_number(const Json& json) {
    if (!json.is_number_integer()) {
        throw std::invalid_argument("'" + json.dump() + "' is no whole number");
    }
    return json.get<std::int64_t>();
}

std::string text_of(const Json& json) {
    // Names come from drivers and need not be UTF-8.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string key_line(const Sample& sample) {
    const Snapshot& snapshot = sample.snapshot;
    Json values = Json::array();
    for (const CounterGroup& group : snapshot.groups) {
        for (const Counter& counter : group.counters) {
            values.push_back(counter.value);
        }
    }
    return text_of({{"recording", format},
                    {"time_us", us_of(snapshot.time)},
                    {"instant_us", us_of(snapshot.instant)},
                    {"r", us_of(snapshot.reading)},
                    {"shape", recording::shape_json(sample)},
                    {"values", std::move(values)},
                    {"s", recording::sockets_json(sample)},
                    {"w", snapshot.waiting_bytes}});
}

std::string changes_text(const Snapshot& before, const Snapshot& after) {
    std::string text;
    std::size_t distance = 0;
    for (std::size_t group = 0; group < after.groups.size(); ++group) {
        const auto& counters = after.groups[group].counters;
        for (std::size_t index = 0; index < counters.size(); ++index, ++distance) {
            const std::uint64_t earlier = before.groups[group].counters[index].value;
            if (counters[index].value == earlier) {
                continue;
            }
            // What fell is negative: that is what two's complement makes of it.
            const auto change = static_cast<std::int64_t>(counters[index].value - earlier);
            text +=
                (text.empty() ? "" : ",") + std::to_string(distance) + "," + std::to_string(change);
            distance = 0;
        }
    }
    return text;
}

std::string change_line(const Sample& before, const Sample& after) {
    const std::int64_t elapsed = us_of(after.snapshot.instant) - us_of(before.snapshot.instant);
    const std::int64_t by_clock = us_of(after.snapshot.time) - us_of(before.snapshot.time);
    std::string line = "{\"t\":" + std::to_string(elapsed) +
                       ",\"r\":" + std::to_string(us_of(after.snapshot.reading));
    if (std::abs(by_clock - elapsed) > clock_tolerance_us) {
        line += ",\"j\":" + std::to_string(by_clock - elapsed);
    }
    if (const std::string changes = changes_text(before.snapshot, after.snapshot);
        !changes.empty()) {
        line += ",\"c\":[" + changes + "]";
    }
    if (!recording::same_sockets(before, after)) {
        line += ",\"s\":" + text_of(recording::sockets_json(after));
    }
    if (before.snapshot.waiting_bytes != after.snapshot.waiting_bytes) {
        line += ",\"w\":" + std::to_string(after.snapshot.waiting_bytes);
    }
    return line + "}";
}

// The library's and our own complaints, which do not leave this room.
Error not_understood(const std::exception& error) {
    return {ErrorKind::failure, std::string("not understood: ") + error.what()};
}

void take_key(const Json& json, Sample& sample) {
    if (json.at("recording").get<int>() != format) {
        throw std::invalid_argument("its format is " + json.at("recording").dump() + ", not " +
                                    std::to_string(format));
    }
    Sample fresh;
    Snapshot& snapshot = fresh.snapshot;
    recording::take_shape(json.at("shape"), fresh);
    recording::take_sockets(json.at("s"), fresh);
    json.at("w").get_to(snapshot.waiting_bytes);
    snapshot.time =
        std::chrono::system_clock::time_point(microseconds(us_from(json.at("time_us"))));
    snapshot.instant =
        std::chrono::steady_clock::time_point(microseconds(us_from(json.at("instant_us"))));
    snapshot.reading = microseconds(us_from(json.at("r")));
    const Json& values = json.at("values");
    std::size_t index = 0;
    for (CounterGroup& group : snapshot.groups) {
        for (Counter& counter : group.counters) {
            values.at(index++).get_to(counter.value);
        }
    }
    sample = std::move(fresh);
}

// The counters in the order of the lines, by their distances.
class Cursor {
public:
    explicit Cursor(std::vector<CounterGroup>& groups) : groups_(&groups) {}

    Counter& forward(std::uint64_t distance) {
        index_ += distance;
        while (group_ < groups_->size() && index_ >= (*groups_)[group_].counters.size()) {
            index_ -= (*groups_)[group_].counters.size();
            ++group_;
        }
        if (group_ == groups_->size()) {
            throw std::out_of_range("a counter beyond the last");
        }
        return (*groups_)[group_].counters[index_];
    }

private:
    std::vector<CounterGroup>* groups_;
    std::size_t group_{};
    std::uint64_t index_{};
};

std::int64_t elapsed_by_clock(const Json& json) {
    return us_from(json.at("t")) + us_from(json.value("j", Json(0)));
}

void take_changes(const Json& json, Sample& sample) {
    Snapshot& snapshot = sample.snapshot;
    // Sums are checked like what they are made of.
    snapshot.instant = std::chrono::steady_clock::time_point(
        microseconds(us_from(us_of(snapshot.instant) + us_from(json.at("t")))));
    snapshot.time = std::chrono::system_clock::time_point(
        microseconds(us_from(us_of(snapshot.time) + elapsed_by_clock(json))));
    snapshot.reading = microseconds(us_from(json.at("r")));
    if (const auto changes = json.find("c"); changes != json.end()) {
        Cursor cursor(snapshot.groups);
        for (std::size_t index = 0; index + 1 < changes->size(); index += 2) {
            Counter& counter =
                cursor.forward(static_cast<std::uint64_t>(whole_number(changes->at(index))));
            counter.value += static_cast<std::uint64_t>(whole_number(changes->at(index + 1)));
        }
    }
    if (const auto sockets = json.find("s"); sockets != json.end()) {
        recording::take_sockets(*sockets, sample);
    }
    if (const auto waiting = json.find("w"); waiting != json.end()) {
        waiting->get_to(snapshot.waiting_bytes);
    }
}

}  // namespace

std::string RecordWriter::line(const Sample& sample) {
    const bool key = !before_ || !recording::same_shape(*before_, sample);
    std::string line = key ? key_line(sample) : change_line(*before_, sample);
    before_ = sample;
    return line;
}

Result<bool> RecordReader::take(std::string_view line,
                                std::optional<std::chrono::system_clock::time_point> to) {
    try {
        const Json json = Json::parse(line);
        Sample after;
        const bool key = json.contains("recording");
        if (key) {
            take_key(json, after);
        } else if (!begun_) {
            return Error{ErrorKind::failure, "not a recording of igbtune"};
        } else if (to && us_of(sample_.snapshot.time) + elapsed_by_clock(json) > us_of(*to)) {
            return false;
        }
        if (key && to && after.snapshot.time > *to) {
            return false;
        }
        if (key) {
            sample_ = std::move(after);
        } else {
            take_changes(json, sample_);
        }
        begun_ = true;
        return true;
    } catch (const std::exception& error) {
        return not_understood(error);
    }
}

Result<std::unique_ptr<RecordedFeed>> RecordedFeed::open(const std::string& path,
                                                         const Range& range) {
    auto file = source::LogFile::read(path);
    if (!file) {
        return file.error();
    }
    std::unique_ptr<RecordedFeed> feed(new RecordedFeed(path, std::move(*file)));
    feed->to_ = range.to;
    bool more = true;
    while (more && (!feed->reader_.has_sample() ||
                    (range.from && feed->reader_.sample().snapshot.time < *range.from))) {
        const auto stepped = feed->step();
        if (!stepped) {
            return stepped.error();
        }
        more = *stepped;
    }
    if (!more) {
        return Error{
            ErrorKind::failure,
            path + (feed->lines_ == 0 ? ": it is empty" : ": there is no sample in that time")};
    }
    return feed;
}

Result<bool> RecordedFeed::step() {
    const auto line = file_.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return false;
    }
    ++lines_;
    if (lines_ == 1 && !(*line)->starts_with('{')) {
        return Error{ErrorKind::failure, path_ + ": it is not what 'igbtune record' writes"};
    }
    const auto taken = reader_.take(**line, to_);
    if (!taken) {
        return Error{taken.error().kind,
                     path_ + ": line " + std::to_string(lines_) + ": " + taken.error().message};
    }
    return *taken;
}

Result<Snapshot> RecordedFeed::take(Extent /*extent*/) {
    return reader_.sample().snapshot;
}

Result<bool> RecordedFeed::next(std::chrono::steady_clock::duration interval) {
    // A little less, because no two samples are exactly as far apart as was asked for.
    const auto before = reader_.sample().snapshot.instant;
    const auto least = interval - interval / 10;
    bool moved = false;
    while (!moved || reader_.sample().snapshot.instant - before < least) {
        auto stepped = step();
        if (!stepped) {
            return stepped;
        }
        if (!*stepped) {
            // What is left at the end is an interval, too.
            return moved;
        }
        moved = true;
        // Another boot, or another machine: the clock says nothing there.
        if (reader_.sample().snapshot.instant < before) {
            break;
        }
    }
    return true;
}

Owners RecordedFeed::owners(const std::set<std::uint64_t>& inodes) {
    Owners owners;
    for (const auto& [inode, name] : reader_.sample().owners) {
        if (inodes.contains(inode)) {
            owners.emplace(inode, name);
        }
    }
    return owners;
}

}  // namespace igbtune::model
