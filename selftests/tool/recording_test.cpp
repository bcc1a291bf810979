// SPDX-License-Identifier: GPL-2.0-only
// What was recorded comes out as it was, whatever became of who wrote it.
#include "model/recording.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "folder.hpp"
#include "recorded_sources.hpp"
#include "source/log_file.hpp"
#include "view/json.hpp"

namespace igbtune::model {
namespace {

namespace fs = std::filesystem;
using source::LogFile;
using std::chrono::seconds;
using test::Recording;

Sample sample_of(const std::string& name, const std::string& device) {
    Recording recording(name);
    auto observer = Observer::of(recording.sources, device);
    EXPECT_TRUE(observer.ok());
    auto snapshot = observer->take(Extent::ledger);
    EXPECT_TRUE(snapshot.ok());
    Sample sample;
    sample.snapshot = std::move(*snapshot);
    sample.surroundings.online_cpus = 4;
    sample.surroundings.irqbalance = true;
    sample.surroundings.node = 1;
    sample.surroundings.node_cpus = util::CpuSet{2, 3};
    sample.surroundings.igbr_file = "/lib/modules/x/updates/igbr.ko";
    sample.surroundings.igbr_signed = false;
    sample.surroundings.signatures = "lockdown integrity";
    return sample;
}

// Equal to the last number, by the view that shows all of them.
std::string all_of(const Sample& sample) {
    return view::stats_json(sample.snapshot, view::JsonLayout::one_line) +
           view::show_json(sample.snapshot, view::JsonLayout::one_line);
}

Sample played(const std::vector<std::string>& lines) {
    RecordReader reader;
    for (const std::string& line : lines) {
        const auto taken = reader.take(line);
        EXPECT_TRUE(taken.ok()) << taken.error().message;
    }
    EXPECT_TRUE(reader.has_sample());
    return reader.sample();
}

void later(Sample& sample, std::chrono::microseconds by) {
    sample.snapshot.time += by;
    sample.snapshot.instant += by;
}

class RecordFile : public test::InFolder {};

TEST(RecordLines, KeepEveryDeviceAsItWas) {
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"loopback", "lo"}, std::pair{"veth", "v0"}}) {
        const Sample sample = sample_of(name, device);
        RecordWriter writer;
        const Sample again = played({writer.line(sample)});
        EXPECT_EQ(all_of(again), all_of(sample)) << name;
        EXPECT_EQ(again.surroundings, sample.surroundings);
    }
}

TEST(RecordLines, TellOnlyWhatChanged) {
    Sample sample = sample_of("igb", "eth0");
    RecordWriter writer;
    std::vector<std::string> lines{writer.line(sample)};
    later(sample, seconds(1));
    sample.snapshot.groups.front().counters.front().value += 7;
    sample.snapshot.groups.back().counters.back().value += 1'000'000'000'000;
    lines.push_back(writer.line(sample));
    EXPECT_LT(lines.back().size(), 80U) << lines.back();
    later(sample, seconds(1));
    lines.push_back(writer.line(sample));
    EXPECT_LT(lines.back().size(), 40U) << lines.back();
    // A counter that begins again, and one that was at its end.
    later(sample, seconds(1));
    sample.snapshot.groups.front().counters.front().value = 0;
    sample.snapshot.groups.back().counters.back().value = ~std::uint64_t{0};
    lines.push_back(writer.line(sample));
    EXPECT_EQ(all_of(played(lines)), all_of(sample));
}

TEST(RecordLines, FollowSocketsAndTheirProcesses) {
    Sample sample = sample_of("igb", "eth0");
    RecordWriter writer;
    std::vector<std::string> lines{writer.line(sample)};
    later(sample, seconds(1));
    source::Socket socket;
    socket.protocol = "udp";
    socket.local = "0.0.0.0:53";
    socket.inode = 4711;
    socket.drops = 12;
    sample.snapshot.sockets.push_back(socket);
    sample.snapshot.waiting_bytes = 99;
    sample.owners.emplace(4711, "named (12)");
    lines.push_back(writer.line(sample));
    const Sample again = played(lines);
    EXPECT_EQ(again.snapshot.sockets, sample.snapshot.sockets);
    EXPECT_EQ(again.snapshot.waiting_bytes, 99U);
    EXPECT_EQ(again.owners, sample.owners);
}

TEST(RecordLines, BeginAnewWhereTheDeviceChanged) {
    Sample sample = sample_of("igb", "eth0");
    RecordWriter writer;
    std::vector<std::string> lines{writer.line(sample)};
    later(sample, seconds(1));
    sample.snapshot.topology.device.speed = 100;
    sample.snapshot.groups.pop_back();
    lines.push_back(writer.line(sample));
    EXPECT_EQ(all_of(played(lines)), all_of(sample));
    // How often an interrupt came is a counter, no change of the device.
    later(sample, seconds(1));
    sample.snapshot.topology.device.interrupts.front().count += 5;
    EXPECT_LT(writer.line(sample).size(), 40U);
}

TEST(RecordLines, FollowAClockThatWasSet) {
    Sample sample = sample_of("igb", "eth0");
    RecordWriter writer;
    std::vector<std::string> lines{writer.line(sample)};
    later(sample, seconds(1));
    sample.snapshot.time -= seconds(3600);
    lines.push_back(writer.line(sample));
    EXPECT_EQ(all_of(played(lines)), all_of(sample));
}

TEST(RecordLines, ThatAreDamagedAreRefused) {
    Sample sample = sample_of("virtio", "net0");
    RecordWriter writer;
    const std::string key = writer.line(sample);
    later(sample, seconds(1));
    sample.snapshot.groups.front().counters.front().value += 7;
    const std::string change = writer.line(sample);

    RecordReader unbegun;
    EXPECT_EQ(unbegun.take(change).error().message, "not a recording of igbtune");
    for (const char* const wrong :
         {"", "x", "[]", "{}", "{\"t\":1}", R"({"t":9e30,"r":1})", R"({"t":"1","r":1})",
          R"({"t":9000000000000000000,"r":1})", R"({"t":1,"r":1,"c":[1000000,1]})",
          R"({"t":1,"r":1,"c":["a",1]})", R"({"t":1,"r":1,"s":[[1]]})", R"({"recording":2})",
          R"({"recording":1})"}) {
        RecordReader reader;
        ASSERT_TRUE(reader.take(key).ok());
        EXPECT_FALSE(reader.take(wrong).ok()) << wrong;
    }
    std::mt19937 dice{20261121};  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed)
    for (int round = 0; round < 400; ++round) {
        std::string damaged = round % 2 == 0 ? key : change;
        for (int byte = 0; byte < 3; ++byte) {
            damaged[dice() % damaged.size()] =
                static_cast<char>("0123456789\"[]{},:-\xff"[dice() % 19]);
        }
        RecordReader reader;
        (void)reader.take(key).ok();
        for (int again = 0; again < 3; ++again) {
            (void)reader.take(damaged).ok();
        }
        (void)reader.take(key.substr(0, dice() % key.size())).ok();
    }
}

void write_samples(const std::string& path, LogFile::Mode mode, Sample sample, int count) {
    auto file = LogFile::write(path, mode);
    ASSERT_TRUE(file.ok()) << file.error().message;
    RecordWriter writer;
    for (int done = 0; done < count; ++done) {
        ASSERT_TRUE(file->put(writer.line(sample)).ok());
        if (done == 0) {
            ASSERT_TRUE(file->flush().ok());
        }
        later(sample, seconds(1));
        sample.snapshot.groups.front().counters.front().value += 10;
    }
    ASSERT_TRUE(file->flush().ok());
}

int samples_in(const std::string& path, const RecordedFeed::Range& range = {}) {
    auto feed = RecordedFeed::open(path, range);
    if (!feed) {
        ADD_FAILURE() << feed.error().message;
        return 0;
    }
    int count = 1;
    while (true) {
        const auto more = (*feed)->next(std::chrono::nanoseconds(1));
        EXPECT_TRUE(more.ok());
        if (!more || !*more) {
            return count;
        }
        ++count;
    }
}

TEST_F(RecordFile, ARecordingIsPlayedSampleBySample) {
    const Sample sample = sample_of("igb", "eth0");
    write_samples(path(), LogFile::Mode::create, sample, 11);
    EXPECT_EQ(samples_in(path()), 11);
    auto feed = RecordedFeed::open(path(), {});
    ASSERT_TRUE(feed.ok());
    const auto first = (*feed)->take(Extent::ledger);
    // Intervals of five seconds, and what is left.
    EXPECT_TRUE(*(*feed)->next(seconds(5)));
    const auto fifth = (*feed)->take(Extent::ledger);
    EXPECT_EQ(fifth->instant - first->instant, seconds(5));
    EXPECT_EQ(fifth->groups.front().counters.front().value,
              first->groups.front().counters.front().value + 50);
    EXPECT_TRUE(*(*feed)->next(seconds(100)));
    EXPECT_FALSE(*(*feed)->next(seconds(1)));
    EXPECT_EQ((*feed)->take(Extent::ledger)->instant - first->instant, seconds(10));
}

TEST_F(RecordFile, APartOfARecordingIsPlayed) {
    const Sample sample = sample_of("igb", "eth0");
    write_samples(path(), LogFile::Mode::create, sample, 11);
    // As exact as a recording is.
    const auto begin = std::chrono::floor<std::chrono::microseconds>(sample.snapshot.time);
    EXPECT_EQ(samples_in(path(), {.from = begin + seconds(4), .to = std::nullopt}), 7);
    EXPECT_EQ(samples_in(path(), {.from = std::nullopt, .to = begin + seconds(4)}), 5);
    EXPECT_EQ(samples_in(path(), {.from = begin + seconds(3), .to = begin + seconds(4)}), 2);
    const auto nothing = RecordedFeed::open(path(), {.from = begin + seconds(60), .to = {}});
    ASSERT_FALSE(nothing.ok());
    EXPECT_EQ(nothing.error().message, path() + ": there is no sample in that time");
}

TEST_F(RecordFile, AnExistingFileIsNotOverwrittenButGoneOnWith) {
    const Sample sample = sample_of("igb", "eth0");
    write_samples(path(), LogFile::Mode::create, sample, 3);
    const auto refused = LogFile::write(path(), LogFile::Mode::create);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message, path() + ": the file exists; --append would go on with it");
    write_samples(path(), LogFile::Mode::append, sample, 4);
    EXPECT_EQ(samples_in(path()), 7);
}

TEST_F(RecordFile, ACutOffRecordingIsReadUpToThereAndGoneOnWith) {
    const Sample sample = sample_of("igb", "eth0");
    write_samples(path(), LogFile::Mode::create, sample, 20);
    const auto size = fs::file_size(path());
    for (std::uintmax_t kept = size - 1; kept > size - 36; kept -= 3) {
        fs::resize_file(path(), kept);
        const int whole = samples_in(path());
        EXPECT_GT(whole, 0);
        EXPECT_LE(whole, 20);
    }
    const int before = samples_in(path());
    Sample next = sample;
    later(next, seconds(3600));
    write_samples(path(), LogFile::Mode::append, next, 4);
    EXPECT_EQ(samples_in(path()), before + 4);
}

TEST_F(RecordFile, WhatIsNoRecordingIsNamed) {
    EXPECT_EQ(RecordedFeed::open(path(), {}).error().kind, util::ErrorKind::not_found);
    std::ofstream(path()) << "";
    EXPECT_EQ(RecordedFeed::open(path(), {}).error().message, path() + ": it is empty");
    std::ofstream(path()) << "hello\n";
    EXPECT_EQ(RecordedFeed::open(path(), {}).error().message,
              path() + ": it is not what 'igbtune record' writes");
    std::ofstream(path()) << std::string(LogFile::line_limit + 10'000, 'x');
    EXPECT_EQ(RecordedFeed::open(path(), {}).error().message,
              path() + ": not a recording: a line without an end");
}

// Eight queues under load, every second: what moves there does so by numbers that no compression
// foresees.
TEST_F(RecordFile, ADayTakesLessThan50Megabytes) {
    Sample sample = sample_of("igb-7.2", "eth0");
    auto& groups = sample.snapshot.groups;
    const auto queue = std::ranges::find(groups, "queue", &CounterGroup::id);
    ASSERT_NE(queue, groups.end());
    CounterGroup more = *queue;
    for (int number = 8; number < 20; ++number) {  // 8 for each direction
        more.instance = "rx " + std::to_string(number);
        groups.push_back(more);
    }
    std::mt19937 dice{8};  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed)
    auto file = LogFile::write(path(), LogFile::Mode::create);
    ASSERT_TRUE(file.ok());
    RecordWriter writer;
    constexpr int samples = 1200;
    std::size_t moved = 0;
    for (int done = 0; done < samples; ++done) {
        ASSERT_TRUE(file->put(writer.line(sample)).ok());
        if (done % 30 == 0) {
            ASSERT_TRUE(file->flush().ok());
        }
        later(sample, std::chrono::microseconds(999'000 + (dice() % 2'000)));
        moved = 0;
        for (CounterGroup& group : groups) {
            const bool device = group.id == "queue" || group.id == "interrupts" ||
                                group.id == "stats64" || group.id == "softnet";
            for (Counter& counter : group.counters) {
                // Of the protocols' many counters a few move.
                if (counter.value != 0 && (device || dice() % 3 == 0)) {
                    counter.value += 100'000 + dice() % 20'000;
                    ++moved;
                }
            }
        }
    }
    ASSERT_TRUE(file->flush().ok());
    const double day = static_cast<double>(fs::file_size(path())) / samples * 86400;
    RecordProperty("bytes_per_day", static_cast<int>(day));
    RecordProperty("counters_moving", static_cast<int>(moved));
    EXPECT_GT(moved, 50U);
    EXPECT_LT(day, 50e6);
}

}  // namespace
}  // namespace igbtune::model
