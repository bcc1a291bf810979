// SPDX-License-Identifier: GPL-2.0-only
// Counters: whose they are, and what happened between two readings.
#include <gtest/gtest.h>

#include <limits>

#include "model/delta.hpp"
#include "model/queue_counters.hpp"
#include "model/unavailable.hpp"

namespace igbtune::model {
namespace {

using source::Direction;
using source::NamedValue;

TEST(QueueCounterName, IsFoundInTheNamesThatDriversGive) {
    EXPECT_EQ(parse_queue_counter("rx_queue_0_packets"),
              (QueueCounterName{.direction = Direction::rx, .queue = 0, .counter = "packets"}));
    EXPECT_EQ(parse_queue_counter("tx_queue_12_xdp_xmit"),
              (QueueCounterName{.direction = Direction::tx, .queue = 12, .counter = "xdp_xmit"}));
    EXPECT_EQ(parse_queue_counter("tx-3.bytes"),
              (QueueCounterName{.direction = Direction::tx, .queue = 3, .counter = "bytes"}));
    EXPECT_EQ(parse_queue_counter("rx1_drops"),
              (QueueCounterName{.direction = Direction::rx, .queue = 1, .counter = "drops"}));
}

TEST(QueueCounterName, IsNotSeenInOtherNames) {
    for (const char* const name :
         {"rx_packets", "rx_64_bytes", "tx_65_to_127", "rx_queue__packets", "rx_queue_0",
          "rx_queue_0_", "rx", "", "queue_0_packets", "rx_queue_99999999999_packets", "rx0"}) {
        EXPECT_EQ(parse_queue_counter(name), std::nullopt) << name;
    }
}

TEST(DriverCounters, AreSortedByQueueAndTheRestIsKept) {
    const std::vector<NamedValue> statistics{{"rx_packets", 9},         {"tx_queue_0_packets", 1},
                                             {"rx_queue_0_packets", 2}, {"rx_queue_0_drops", 3},
                                             {"rx_queue_1_packets", 4}, {"rx_queue_2_packets", 5}};
    const DriverCounters counters = driver_counters(statistics, {}, {.rx = 2, .tx = 1});
    ASSERT_EQ(counters.queues.size(), 3U);
    EXPECT_EQ(counters.queues[0].instance, "rx 0");
    EXPECT_EQ(counters.queues[0].value("packets"), 2U);
    EXPECT_EQ(queue_drops(counters.queues[0]), 3U);
    EXPECT_EQ(counters.queues[1].instance, "tx 0");
    EXPECT_EQ(queue_drops(counters.queues[1]), std::nullopt);
    EXPECT_EQ(counters.queues[2].instance, "rx 1");
    // A name with a number that no queue has is the driver's own.
    EXPECT_EQ(counters.rest,
              (std::vector<NamedValue>{{"rx_packets", 9}, {"rx_queue_2_packets", 5}}));
}

TEST(DriverCounters, OfQstatsWinOverPrivateOnes) {
    const std::vector<NamedValue> statistics{{"rx_queue_0_packets", 1}, {"rx_queue_0_drops", 2}};
    const std::vector<source::NetdevQueueStatistics> queues{
        {.direction = Direction::rx, .id = 0, .counters = {{"packets", 10}, {"hw_drops", 20}}},
        {.direction = Direction::rx, .id = 7, .counters = {{"packets", 1}}}};
    const DriverCounters counters = driver_counters(statistics, queues, {.rx = 1, .tx = 1});
    ASSERT_EQ(counters.queues.size(), 1U);
    EXPECT_EQ(counters.queues[0].value("packets"), 10U);
    EXPECT_EQ(counters.queues[0].value("drops"), 2U);
    EXPECT_EQ(queue_drops(counters.queues[0]), 22U) << "of the device and of the driver";
}

TEST(Change, IsTheDifference) {
    const CounterChange change = change_of(10, 15, 64);
    EXPECT_EQ(change.count, 5U);
    EXPECT_FALSE(change.reset);
    EXPECT_EQ(change_of(7, 7, 64).count, 0U);
    EXPECT_EQ(change_of(0, std::numeric_limits<std::uint64_t>::max(), 64).count,
              std::numeric_limits<std::uint64_t>::max());
}

TEST(Change, AcrossAResetIsWhatWasCountedSince) {
    const CounterChange change = change_of(1000, 30, 64);
    EXPECT_EQ(change.count, 30U);
    EXPECT_TRUE(change.reset);
    EXPECT_TRUE(change_of(1000, 30, 32).reset);
    EXPECT_EQ(change_of(1000, 0, 64).count, 0U);
}

TEST(Change, AcrossTheWrapOfANarrowCounterGoesOn) {
    const CounterChange change = change_of(0xfffffff0U, 0x10, 32);
    EXPECT_EQ(change.count, 0x20U);
    EXPECT_FALSE(change.reset);
    // From the upper half down by more than half of the range is no wrap.
    EXPECT_TRUE(change_of(0xfffffff0U, 0xf0000000U, 32).reset);
    // A value that the counter cannot have had is no wrap either.
    EXPECT_TRUE(change_of(0x1fffffff0U, 0x10, 32).reset);
}

CounterGroup group(std::string instance, std::vector<Counter> counters) {
    CounterGroup result;
    result.layer = Layer::softnet;
    result.id = "softnet";
    result.instance = std::move(instance);
    result.bits = 32;
    result.counters = std::move(counters);
    return result;
}

source::Socket socket(std::uint64_t inode, std::uint64_t drops) {
    source::Socket result;
    result.protocol = "udp";
    result.inode = inode;
    result.drops = drops;
    return result;
}

TEST(Delta, FollowsTheLaterSnapshot) {
    Snapshot before;
    Snapshot after;
    after.instant = before.instant + std::chrono::milliseconds(500);
    before.groups.push_back(group("1", {{"processed", 5}, {"gone", 1}}));
    before.groups.push_back(group("0", {{"processed", 100}, {"backlog_length", 9, true}}));
    after.groups.push_back(group("0", {{"backlog_length", 3, true}, {"processed", 110}}));
    after.groups.push_back(group("1", {{"processed", 7}, {"new", 8}}));
    after.groups.push_back(group("2", {{"processed", 7}}));

    const Delta delta = difference(before, after);
    EXPECT_DOUBLE_EQ(delta.interval.count(), 0.5);
    ASSERT_EQ(delta.groups.size(), 3U);
    EXPECT_FALSE(delta.groups[0].counters[0]) << "a level has no change";
    ASSERT_TRUE(delta.groups[0].counters[1]);
    EXPECT_EQ(delta.groups[0].counters[1]->count, 10U);
    EXPECT_DOUBLE_EQ(delta.per_second(10), 20.0);
    EXPECT_EQ(delta.groups[1].counters[0]->count, 2U);
    EXPECT_FALSE(delta.groups[1].counters[1]) << "a new counter has no earlier value";
    EXPECT_FALSE(delta.groups[2].counters[0]) << "a new CPU neither";
}

TEST(Delta, OfSocketsCountsNewOnesFromZero) {
    Snapshot before;
    Snapshot after;
    before.sockets = {socket(1, 10)};
    after.sockets = {socket(2, 7), socket(1, 15)};
    EXPECT_EQ(difference(before, after).sockets, (std::vector<std::uint64_t>{7, 5}));
    EXPECT_DOUBLE_EQ(difference(before, after).per_second(5), 0.0) << "no time has passed";
}

TEST(Gaps, SayWhatIsMissingOnceAndWhy) {
    Gaps gaps;
    EXPECT_EQ(gaps.value_of(util::Result<int>(5), "five"), 5);
    const util::Error refused = util::error_from_errno(EOPNOTSUPP, "");
    EXPECT_EQ(gaps.value_of(util::Result<int>(refused), "rings"), std::nullopt);
    EXPECT_EQ(gaps.value_of(util::Result<int>(refused), "rings"), std::nullopt);
    gaps.add("RPS", util::error_from_errno(EACCES, "/sys/x"));
    EXPECT_EQ(gaps.all(), (std::vector<Unavailable>{{"rings", "the driver does not offer it"},
                                                    {"RPS", "/sys/x: Permission denied"}}));
}

}  // namespace
}  // namespace igbtune::model
