// SPDX-License-Identifier: GPL-2.0-only
// Whole snapshots from recorded machines: QEMU's 82576 with in-tree igb of Linux 6.12 and 7.2,
// virtio_net (7.2), veth and lo (6.12).
#include "model/snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fake_netlink.hpp"
#include "model/queue_counters.hpp"
#include "recorded_sources.hpp"

namespace igbtune::model {
namespace {

using test::FakeNetlink;
using test::Recording;
using util::ErrorKind;

util::Result<Snapshot> take(Recording& recording, const std::string& device, Extent extent) {
    auto observer = Observer::of(recording.sources, device);
    if (!observer) {
        return observer.error();
    }
    return observer->take(extent);
}

bool lacks(const Snapshot& snapshot, const std::string& what) {
    return std::ranges::any_of(snapshot.unavailable,
                               [&](const Unavailable& gap) { return gap.what == what; });
}

TEST(Snapshot, OfIgbHasAVectorForEachQueue) {
    Recording recording("igb");
    const auto snapshot = take(recording, "eth0", Extent::queues);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
    const Device& device = snapshot->topology.device;
    EXPECT_EQ(device.driver, "igb");
    EXPECT_EQ(device.bus, "pci");
    EXPECT_EQ(device.bus_address, "0000:01:00.0");
    EXPECT_EQ(device.pci_id, "8086:10c9");
    EXPECT_EQ(device.speed, 1000U);
    EXPECT_EQ(device.duplex, "full");
    EXPECT_EQ(device.irq_mode, IrqMode::msix);
    EXPECT_EQ(device.interrupts.size(), 5U);
    ASSERT_EQ(snapshot->topology.queues.size(), 2U);
    for (const Queue& queue : snapshot->topology.queues) {
        EXPECT_EQ(queue.rss_share, 50.0);
        ASSERT_TRUE(queue.rx && queue.tx);
        EXPECT_EQ(queue.rx->ring, 256U);
        EXPECT_EQ(queue.rx->vector, queue.id + 1);
        EXPECT_EQ(queue.tx->vector, queue.id + 3);
        ASSERT_TRUE(queue.rx->interrupt && queue.tx->interrupt);
        EXPECT_EQ(*queue.tx->interrupt, *queue.rx->interrupt + 2);
        EXPECT_EQ(queue.rx->cpus->size(), 1U);
        EXPECT_EQ(queue.rx->steering, util::CpuSet{});
        EXPECT_EQ(queue.tx->steering, util::CpuSet{});
        const CounterGroup* const counters =
            snapshot->find(queue_group_id, queue_instance(source::Direction::rx, queue.id));
        ASSERT_NE(counters, nullptr);
        EXPECT_TRUE(counters->value("packets"));
        EXPECT_TRUE(queue_drops(*counters));
    }
    EXPECT_TRUE(lacks(*snapshot, "NAPI ids"));
    EXPECT_EQ(snapshot->unavailable.size(), 1U);
}

TEST(Snapshot, OfVirtioHasNapisAndInterruptsByName) {
    Recording recording("virtio");
    const auto snapshot = take(recording, "net0", Extent::queues);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
    const Device& device = snapshot->topology.device;
    EXPECT_EQ(device.driver, "virtio_net");
    EXPECT_EQ(device.bus, "virtio");
    ASSERT_EQ(snapshot->topology.queues.size(), 1U);
    const Queue& queue = snapshot->topology.queues.front();
    EXPECT_EQ(queue.rss_share, 100.0);
    EXPECT_TRUE(queue.rx->napi);
    EXPECT_EQ(queue.rx->vector, 1U);
    EXPECT_EQ(queue.tx->vector, 2U);
    EXPECT_EQ(queue.tx->steering, std::nullopt) << "one transmit queue: no XPS";
    EXPECT_TRUE(snapshot->unavailable.empty()) << snapshot->unavailable.front().what;
}

TEST(Snapshot, OfLoopbackSaysWhatItDoesNotHave) {
    Recording recording("loopback");
    const auto snapshot = take(recording, "lo", Extent::all_layers);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
    EXPECT_TRUE(snapshot->topology.device.loopback);
    EXPECT_EQ(snapshot->topology.device.irq_mode, IrqMode::none);
    EXPECT_EQ(snapshot->topology.queues.size(), 1U);
    EXPECT_TRUE(lacks(*snapshot, "ring sizes"));
    EXPECT_TRUE(lacks(*snapshot, "interrupts of the queues"));
    EXPECT_TRUE(lacks(*snapshot, "counters of the queues"));
    EXPECT_FALSE(lacks(*snapshot, "driver"));
}

TEST(Snapshot, OfVethHasItsKindAsDriver) {
    Recording recording("veth");
    const auto snapshot = take(recording, "v0", Extent::queues);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
    EXPECT_EQ(snapshot->topology.device.driver, "veth");
    EXPECT_EQ(snapshot->topology.device.bus, "");
}

TEST(Snapshot, OfAllLayersGoesFromTheMacToTcp) {
    Recording recording("igb");
    const auto snapshot = take(recording, "eth0", Extent::all_layers);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
    EXPECT_TRUE(std::ranges::is_sorted(snapshot->groups, {}, &CounterGroup::layer));
    const auto value = [&](const char* id, const char* instance, const char* name) {
        const CounterGroup* const group = snapshot->find(id, instance);
        return group == nullptr ? std::nullopt : group->value(name);
    };
    // 200 echo requests went out before the recording.
    EXPECT_EQ(value("icmp", "", "InEchoReps"), 200U);
    EXPECT_GE(*value("stats64", "", "rx_packets"), 200U);
    EXPECT_EQ(*value("queue", "rx 0", "packets") + *value("queue", "rx 1", "packets"),
              *value("stats64", "", "rx_packets"));
    EXPECT_GE(*value("softnet", "0", "processed") + *value("softnet", "1", "processed"), 200U);
    EXPECT_EQ(value("softnet", "2", "processed"), std::nullopt);
    EXPECT_EQ(value("tcp", "", "RtoMin"), std::nullopt) << "a setting, not a counter";
    EXPECT_TRUE(value("tcp", "", "CurrEstab"));
    EXPECT_TRUE(value("tcp-ext", "", "ListenOverflows"));
    EXPECT_TRUE(value("udp", "", "RcvbufErrors"));
    EXPECT_TRUE(value("udp6", "", "RcvbufErrors"));
    EXPECT_EQ(value("private", "", "rx_queue_0_packets"), std::nullopt) << "moved to the queue";
    EXPECT_EQ(snapshot->find("softnet", "0")->bits, 32U);
    EXPECT_GT(snapshot->reading.count(), 0);
}

TEST(Observer, AnUnknownDeviceIsAnErrorWithASuggestion) {
    Recording recording("igb");
    // The names of all links are recorded with a request that nothing else sends.
    const auto missing = Observer::of(recording.sources, "eht0");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
    EXPECT_EQ(missing.error().message, "no such device eht0; did you mean eth0?");
    EXPECT_EQ(Observer::of(recording.sources, "wlan7").error().message,
              "no such device wlan7; there are: lo, eth0, eth1");
}

TEST(Observer, ARefusalIsNoMissingDevice) {
    for (const int number : {EPERM, EPROTONOSUPPORT}) {
        FakeNetlink netlink([=](int, source::ByteView) -> FakeNetlink::Answer {
            return util::error_from_errno(number, "");
        });
        Recording recording("igb");
        source::Sources sources(recording.files, netlink, recording.ethtool);
        const auto refused = Observer::of(sources, "eth0");
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().kind, util::kind_of_errno(number));
    }
}

TEST(Observer, ADeviceThatGoesAwayIsAnError) {
    Recording recording("igb");
    bool gone = false;
    FakeNetlink netlink([&](int protocol, source::ByteView request) -> FakeNetlink::Answer {
        if (gone) {
            return util::error_from_errno(ENODEV, "");
        }
        return recording.netlink.ask(protocol, request);
    });
    source::Sources sources(recording.files, netlink, recording.ethtool);
    auto observer = Observer::of(sources, "eth0");
    ASSERT_TRUE(observer.ok());
    gone = true;
    EXPECT_EQ(observer->take(Extent::queues).error().message, "device eth0: it is gone");
}

TEST(Observer, SysfsOfAnotherNamespaceIsNotBelieved) {
    // What netlink says is one device; in sysfs another one has its name.
    Recording igb("igb");
    source::Files files(std::string(IGBTUNE_TEST_DIRECTORY) + "/recorded/other-namespace");
    source::Sources sources(files, igb.netlink, igb.ethtool);
    auto observer = Observer::of(sources, "eth0");
    ASSERT_TRUE(observer.ok());
    const auto snapshot = observer->take(Extent::queues);
    ASSERT_TRUE(snapshot.ok());
    EXPECT_TRUE(lacks(*snapshot, "sysfs"));
    EXPECT_EQ(snapshot->topology.device.driver, "igb") << "by ethtool, not by the other's link";
    for (const Queue& queue : snapshot->topology.queues) {
        EXPECT_FALSE(queue.rx && queue.rx->steering);
    }
}

}  // namespace
}  // namespace igbtune::model
