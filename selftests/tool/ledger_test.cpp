// SPDX-License-Identifier: GPL-2.0-only
// Each lost packet has one owner, and each step adds up.
#include "model/ledger.hpp"

#include <gtest/gtest.h>

#include "model/ledger_report.hpp"
#include "recorded_sources.hpp"
#include "view/ledger_json.hpp"
#include "view/ledger_text.hpp"

namespace igbtune::model {
namespace {

using Values = std::vector<std::pair<std::string, std::uint64_t>>;

Amounts amounts(const Values& values) {
    Amounts result;
    for (const auto& [name, value] : values) {
        result.set(name, {.value = value, .bits = 64});
    }
    return result;
}

Snapshot machine(const std::string& driver) {
    Snapshot snapshot;
    snapshot.topology.device.name = "eth0";
    snapshot.topology.device.driver = driver;
    snapshot.topology.device.bus = driver == "veth" ? "" : "pci";
    snapshot.topology.device.qdisc = "mq";
    return snapshot;
}

std::optional<std::int64_t> count(const std::vector<Flow>& flows, std::string_view id) {
    const auto found = std::ranges::find(flows, id, &Flow::id);
    return found == flows.end() ? std::nullopt : std::optional(found->count);
}

std::optional<std::int64_t> drop(const Ledger& ledger, std::string_view step, std::string_view id) {
    const LedgerStep* const found = ledger.find(step);
    return found == nullptr ? std::nullopt : count(found->dropped, id);
}

// 1,000 frames on the wire, of which 900 reach a socket.
Values way_of_igbr() {
    return {
        {"private.rx_frames_total", 1000},
        {"private.rx_crc_errors", 5},
        {"private.rx_align_errors", 0},
        {"private.rx_short_length_errors", 2},
        {"private.rx_fragments", 1},
        {"private.rx_long_length_errors", 3},
        {"private.rx_jabbers", 1},
        {"private.rx_flow_control_xon", 1},
        {"private.rx_flow_control_xoff", 1},
        {"private.rx_frames_good", 970},
        {"private.rx_missed_errors", 7},
        {"queue[rx 0].packets", 500},
        {"queue[rx 0].hw_drops", 4},
        {"queue[rx 0].drops", 1},
        {"queue[rx 1].packets", 455},
        {"queue[rx 1].hw_drops", 2},
        {"queue[rx 1].drops", 1},
        {"stats64.rx_packets", 955},
        {"stats64.rx_dropped", 12},
        {"stats64.rx_otherhost_dropped", 0},
        {"stats64.rx_nohandler", 0},
        {"softnet[0].dropped", 6},
        {"softnet[0].flow_limit", 2},
        {"softnet[1].dropped", 0},
        {"softnet[1].flow_limit", 0},
        {"qdisc[ingress clsact].drops", 3},
        {"link[lo].rx_to_stack", 10},
        {"link[lo].rx_dropped", 0},
        {"ip.InReceives", 940},
        {"ip-ext.InNoECTPkts", 940},
        {"ip.InHdrErrors", 8},
        {"ip-ext.InCsumErrors", 5},
        {"ip-ext.InNoRoutes", 4},
        {"ip.InAddrErrors", 0},
        {"ip.InDelivers", 928},
        {"udp.NoPorts", 6},
        {"udp.InErrors", 12},
        {"udp.InCsumErrors", 4},
        {"udp.RcvbufErrors", 5},
        {"udp.MemErrors", 2},
        {"udp.InDatagrams", 400},
        {"tcp.InSegs", 500},
        {"tcp.InErrs", 3},
        {"tcp.InCsumErrors", 2},
        {"tcp-ext.ListenOverflows", 4},
        {"tcp-ext.ListenDrops", 5},
        {"icmp.InMsgs", 10},
        {"icmp.InErrors", 1},
    };
}

TEST(Ledger, OfIgbrGivesEveryLostPacketOneOwner) {
    const Ledger ledger = receive_ledger(amounts(way_of_igbr()), machine("igbr"));
    ASSERT_EQ(ledger.steps.size(), 6U);
    EXPECT_EQ(drop(ledger, "mac", "crc"), 5);
    EXPECT_EQ(drop(ledger, "mac", "short"), 3);
    EXPECT_EQ(drop(ledger, "mac", "oversize"), 4);
    EXPECT_EQ(drop(ledger, "mac", "missed"), 7);
    EXPECT_EQ(drop(ledger, "mac", "filtered"), 1000 - 12 - 2 - 970);
    EXPECT_EQ(drop(ledger, "ring", "no-descriptor"), 6);
    EXPECT_EQ(drop(ledger, "ring", "driver"), 2);
    EXPECT_EQ(drop(ledger, "stack", "backlog"), 4) << "without the flow limit's";
    EXPECT_EQ(drop(ledger, "stack", "flow-limit"), 2);
    EXPECT_EQ(drop(ledger, "stack", "tc"), 3);
    EXPECT_EQ(drop(ledger, "stack", "no-protocol"), 12 - 2 - 6) << "without driver and backlog";
    EXPECT_EQ(drop(ledger, "ip", "checksum"), 5);
    EXPECT_EQ(drop(ledger, "ip", "header"), 3) << "without the checksum errors";
    EXPECT_EQ(drop(ledger, "ip", "no-route"), 4);
    EXPECT_EQ(drop(ledger, "transport", "udp-no-port"), 6);
    EXPECT_EQ(drop(ledger, "transport", "udp-checksum"), 4);
    EXPECT_EQ(drop(ledger, "transport", "udp-buffer"), 5);
    EXPECT_EQ(drop(ledger, "transport", "udp-memory"), 2);
    EXPECT_EQ(drop(ledger, "transport", "udp-other"), 1);
    EXPECT_EQ(drop(ledger, "transport", "tcp-checksum"), 2);
    EXPECT_EQ(drop(ledger, "transport", "tcp-header"), 1);
    EXPECT_EQ(drop(ledger, "transport", "tcp-listen-overflow"), 4);
    EXPECT_EQ(drop(ledger, "transport", "tcp-listen"), 1);
    EXPECT_EQ(count(ledger.find("stack")->in, "other:lo"), 10);
    for (const LedgerStep& step : ledger.steps) {
        EXPECT_EQ(step.unaccounted(), step.id == "stack" ? 12 : 0) << step.id;
    }
    EXPECT_FALSE(ledger.has_open_steps());
}

TEST(Ledger, TellsWhatOtherDevicesLostOnTheWayToIp) {
    Values values = way_of_igbr();
    values.insert(values.end(), {{"link[eth1].rx_to_stack", 40},
                                 {"link[eth1].rx_dropped", 0},
                                 {"link[eth1].rx_otherhost_dropped", 7},
                                 {"link[bond1].rx_to_stack", 33},
                                 {"link[bond1].rx_nohandler", 33},
                                 {"link[bond1].rx_otherhost_dropped", 0}});
    const Ledger before = receive_ledger(amounts(way_of_igbr()), machine("igbr"));
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(drop(ledger, "stack", "other-host"), 0);
    EXPECT_EQ(drop(ledger, "stack", "other-host:eth1"), 7);
    EXPECT_EQ(drop(ledger, "stack", "other-host:bond1"), std::nullopt);
    EXPECT_EQ(drop(ledger, "stack", "nohandler:bond1"), 33);
    EXPECT_EQ(ledger.find("stack")->unaccounted(),
              before.find("stack")->unaccounted().value_or(0) + 40 + 33 - 7 - 33);
}

TEST(Ledger, KnowsWhatNoSocketWantedAndWhatWasPruned) {
    Values values = way_of_igbr();
    values.insert(values.end(), {{"udp.IgnoredMulti", 3},
                                 {"udp6.IgnoredMulti", 4},
                                 {"tcp-ext.RcvPruned", 2},
                                 {"tcp-ext.OfoPruned", 1}});
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    const LedgerStep* const transport = ledger.find("transport");
    EXPECT_EQ(drop(ledger, "transport", "udp-ignored"), 7);
    EXPECT_EQ(transport->unaccounted(), -7) << "seven more than were delivered";
    EXPECT_EQ(count(transport->also, "tcp-pruned"), 3);
}

TEST(Ledger, DoesNotCountTwiceWhatCameThroughADeviceBelow) {
    for (const char* const driver : {"bonding", "bridge", "802.1Q VLAN Support", "macvlan"}) {
        const Ledger ledger = receive_ledger(amounts(way_of_igbr()), machine(driver));
        EXPECT_EQ(ledger.find("stack")->unaccounted(), std::nullopt) << driver;
        EXPECT_EQ(ledger.find("ip")->unaccounted(), 0) << driver;
    }
}

TEST(Ledger, TellsDamagedFramesFromThoseThatMemoryWasShortFor) {
    Values values = way_of_igbr();
    values.insert(values.end(), {{"queue[rx 0].errors", 1},
                                 {"queue[rx 0].bad_descs", 0},
                                 {"queue[rx 1].errors", 0},
                                 {"queue[rx 1].bad_descs", 0},
                                 {"queue[rx 1].alloc_failed", 3},
                                 {"softnet[0].time_squeeze", 8},
                                 {"softnet[1].time_squeeze", 1}});
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(drop(ledger, "ring", "damaged"), 1);
    EXPECT_EQ(drop(ledger, "ring", "driver"), 1);
    EXPECT_EQ(ledger.find("ring")->unaccounted(), 0);
    ASSERT_EQ(ledger.queues.size(), 2U);
    EXPECT_EQ(ledger.queues[1].no_memory, 3);
    EXPECT_EQ(count(ledger.find("stack")->also, "squeezed"), 9);
    EXPECT_EQ(ledger.find("stack")->unaccounted(), 12) << "a squeeze is no packet";
}

TEST(Ledger, OneMorePacketThatNobodyCountsIsUnaccounted) {
    Values values = way_of_igbr();
    for (auto& [name, value] : values) {
        value += name == "queue[rx 1].packets" ? 1U : 0U;
    }
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(ledger.find("ring")->unaccounted(), -1);
    EXPECT_EQ(ledger.find("stack")->unaccounted(), 13);
    EXPECT_EQ(ledger.unaccounted(), 12);
}

TEST(Ledger, MissedFramesAreCountedOnceWhereverTheMacCountsThem) {
    // The MAC of way_of_igbr() counts missed frames as good; this one does not.
    Values values = way_of_igbr();
    for (auto& [name, value] : values) {
        value -= name == "private.rx_frames_good" ? 7U : 0U;
    }
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(drop(ledger, "mac", "missed"), 7);
    EXPECT_EQ(drop(ledger, "mac", "filtered"), 16);
    EXPECT_EQ(ledger.find("mac")->unaccounted(), 0);
    EXPECT_EQ(ledger.find("ring")->unaccounted(), 0);
}

TEST(Ledger, GroIsWhatIpSeesAsSegments) {
    const Values values{
        {"private.rx_packets", 100}, {"queue[rx 0].packets", 100}, {"queue[rx 0].drops", 0},
        {"stats64.rx_packets", 100}, {"ip.InReceives", 30},        {"ip-ext.InECT0Pkts", 100},
        {"ip.InDelivers", 30},       {"tcp.InSegs", 30},
    };
    const Ledger ledger = receive_ledger(amounts(values), machine("igb"));
    EXPECT_EQ(count(ledger.find("gro")->taken, "merged"), 70);
    EXPECT_EQ(ledger.find("stack")->unaccounted(), 0);

    Values lossy = values;
    lossy[5].second = 80;  // of 100 frames, IP saw 80
    const Ledger with_loss = receive_ledger(amounts(lossy), machine("igb"));
    EXPECT_EQ(count(with_loss.find("gro")->taken, "merged"), 50);
    EXPECT_EQ(with_loss.find("stack")->unaccounted(), 20);
}

TEST(Ledger, DriversThatCountMergedFramesAreBelieved) {
    Values values{
        {"queue[rx 0].packets", 100}, {"queue[rx 0].gro_merged", 60},
        {"ip.InReceives", 40},        {"ip.InDelivers", 40},
        {"tcp.InSegs", 40},
    };
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    const LedgerStep& gro = *ledger.find("gro");
    EXPECT_EQ(count(gro.taken, "merged"), 60);
    EXPECT_FALSE(gro.taken[0].inferred);
    EXPECT_EQ(ledger.find("stack")->unaccounted(), 0);
}

TEST(Ledger, WhatAnXdpProgramMakesOfFramesIsAStepOfItsOwn) {
    const Values values{
        {"private.rx_frames_good", 100}, {"queue[rx 0].packets", 98},
        {"queue[rx 0].hw_drops", 2},     {"queue[rx 0].drops", 0},
        {"queue[rx 0].xdp_drop", 40},    {"queue[rx 0].xdp_tx", 5},
        {"queue[rx 0].xdp_redirect", 6}, {"queue[rx 0].xdp_aborted", 1},
        {"queue[rx 0].xdp_failed", 2},   {"ip.InReceives", 44},
        {"ip.InDelivers", 44},           {"udp.InDatagrams", 44},
    };
    const Ledger ledger = receive_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(ledger.find("ring")->unaccounted(), 0);
    EXPECT_EQ(drop(ledger, "xdp", "xdp"), 40);
    EXPECT_EQ(drop(ledger, "xdp", "xdp-aborted"), 1);
    EXPECT_EQ(drop(ledger, "xdp", "xdp-failed"), 2);
    EXPECT_EQ(count(ledger.find("xdp")->taken, "xdp-tx"), 5);
    EXPECT_EQ(count(ledger.find("gro")->in, "packets"), 44);
    EXPECT_EQ(ledger.find("xdp")->unaccounted(), 0);
    EXPECT_EQ(ledger.find("stack")->unaccounted(), 0);
}

TEST(Ledger, StepsThatCannotBeToldSaySo) {
    const Values values{{"stats64.rx_packets", 10},
                        {"stats64.rx_dropped", 2},
                        {"ip.InReceives", 10},
                        {"ip.InDelivers", 10},
                        {"udp.InDatagrams", 10}};
    for (const char* const driver : {"virtio_net", "veth", "igb"}) {
        const Ledger ledger = receive_ledger(amounts(values), machine(driver));
        EXPECT_TRUE(ledger.has_open_steps()) << driver;
        EXPECT_EQ(ledger.find("ring")->unaccounted(), std::nullopt) << driver;
        EXPECT_EQ(ledger.find("ip")->unaccounted(), 0) << driver;
    }
}

// Of a snapshot in which an XDP program has the device.
Snapshot with_program(const std::string& driver, const std::string& place) {
    Snapshot snapshot = machine(driver);
    CounterGroup programs;
    programs.id = "xdp";
    programs.counters = {{.name = place, .value = 7, .gauge = true}};
    snapshot.groups.push_back(std::move(programs));
    return snapshot;
}

TEST(Ledger, AProgramWhoseVerdictsNobodyCountsLeavesItsStepsOpen) {
    const Values values{{"queue[rx 0].packets", 50},
                        {"private.rx_packets", 50},
                        {"ip.InReceives", 10},
                        {"ip.InDelivers", 10},
                        {"udp.InDatagrams", 10}};
    const Ledger native = receive_ledger(amounts(values), with_program("igb", "native"));
    ASSERT_NE(native.find("xdp"), nullptr);
    EXPECT_FALSE(native.find("xdp")->open.empty());
    EXPECT_FALSE(native.find("stack")->open.empty());
    EXPECT_EQ(native.find("ring")->unaccounted(), 0);
    EXPECT_EQ(native.find("ip")->unaccounted(), 0);

    const Ledger generic = receive_ledger(amounts(values), with_program("igb", "generic"));
    EXPECT_EQ(generic.find("xdp"), nullptr);
    EXPECT_FALSE(generic.find("stack")->open.empty());

    Values counted = values;
    counted.emplace_back("queue[rx 0].xdp_drop", 40);
    const Ledger told = receive_ledger(amounts(counted), with_program("igbr", "native"));
    EXPECT_EQ(told.find("xdp")->unaccounted(), 0);
    EXPECT_EQ(told.find("stack")->unaccounted(), 0);
}

TEST(Ledger, WithoutCountersOfIpItsStepsAreOpen) {
    const Ledger ledger = receive_ledger(amounts({{"stats64.rx_packets", 10}}), machine("veth"));
    for (const char* const step : {"stack", "ip", "transport"}) {
        EXPECT_EQ(ledger.find(step)->unaccounted(), std::nullopt) << step;
    }
}

TEST(Ledger, DatagramsInSocketsAreNotLost) {
    const Values values{{"stats64.rx_packets", 10},
                        {"ip.InReceives", 10},
                        {"ip.InDelivers", 10},
                        {"udp.InDatagrams", 4}};
    Snapshot snapshot = machine("veth");
    EXPECT_EQ(receive_ledger(amounts(values), snapshot).find("transport")->unaccounted(), 6);
    snapshot.waiting_bytes = std::uint64_t{6} * 768;
    EXPECT_EQ(receive_ledger(amounts(values), snapshot).find("transport")->unaccounted(), 0);
    snapshot.waiting_bytes = 768;  // no room for six
    EXPECT_EQ(receive_ledger(amounts(values), snapshot).find("transport")->unaccounted(), 5);
}

TEST(Ledger, OfTheWayOutAddsUp) {
    const Values values{
        {"udp.OutDatagrams", 100},   {"udp.SndbufErrors", 3},        {"ip.OutRequests", 100},
        {"ip.OutNoRoutes", 2},       {"ip.OutDiscards", 0},          {"ip.FragOKs", 1},
        {"ip.FragCreates", 3},       {"ip.OutTransmits", 102},       {"qdisc[root mq].packets", 95},
        {"qdisc[root mq].drops", 7}, {"queue[tx 0].packets", 94},    {"queue[tx 0].drops", 1},
        {"stats64.tx_dropped", 1},   {"private.tx_frames_good", 94},
    };
    const Ledger ledger = transmit_ledger(amounts(values), machine("igbr"));
    EXPECT_EQ(drop(ledger, "socket", "udp-buffer"), 3);
    EXPECT_EQ(drop(ledger, "ip", "no-route"), 2);
    EXPECT_EQ(drop(ledger, "qdisc", "qdisc"), 7);
    EXPECT_EQ(drop(ledger, "ring", "driver"), 1);
    EXPECT_EQ(drop(ledger, "ring", "device"), 0) << "tx_dropped holds the queues' drops";
    for (const char* const step : {"ip", "ring", "mac"}) {
        EXPECT_EQ(ledger.find(step)->unaccounted(), 0) << step;
    }
}

TEST(Ledger, OfTheWayOutSaysWhereTheDeviceCannotTell) {
    const Values values{{"queue[tx 0].packets", 94}};
    const Ledger device = transmit_ledger(amounts(values), machine("virtio_net"));
    const LedgerStep* const mac = device.find("mac");
    ASSERT_NE(mac, nullptr);
    EXPECT_EQ(count(mac->in, "packets"), 94);
    EXPECT_EQ(mac->unaccounted(), std::nullopt);
    EXPECT_FALSE(mac->open.empty());
    EXPECT_EQ(transmit_ledger(amounts(values), machine("veth")).find("mac"), nullptr)
        << "what has no wire has no MAC";
}

TEST(Ledger, OfTheWayOutShowsWhatBqlHolds) {
    const Values values{{"queue[tx 0].packets", 94}, {"queue[tx 0].stop", 2}};
    Snapshot snapshot = machine("igbr");
    CounterGroup bytes;
    bytes.id = "bql";
    bytes.instance = "tx 0";
    bytes.counters = {{.name = "limit", .value = 3000, .gauge = true},
                      {.name = "inflight", .value = 1514, .gauge = true}};
    snapshot.groups.push_back(bytes);
    const Ledger ledger = transmit_ledger(amounts(values), snapshot);
    ASSERT_EQ(ledger.queues.size(), 1U);
    EXPECT_EQ(ledger.queues[0].in_flight, 1514);
    EXPECT_EQ(ledger.queues[0].limit, 3000);
    EXPECT_EQ(count(ledger.find("ring")->also, "stopped"), 2);
}

TEST(Amounts, OfAnIntervalWrapAndBeginAgain) {
    Amounts before;
    Amounts after;
    before.set("softnet[0].dropped", {.value = 0xfffffff0, .bits = 32});
    after.set("softnet[0].dropped", {.value = 4, .bits = 32});
    before.set("stats64.rx_packets", {.value = 100, .bits = 64});
    after.set("stats64.rx_packets", {.value = 7, .bits = 64});
    after.set("new", {.value = 3, .bits = 64});
    const Amounts added = after.since(before);
    EXPECT_EQ(added.find("softnet[0].dropped"), 20);
    EXPECT_EQ(added.find("stats64.rx_packets"), 7);
    EXPECT_EQ(added.find("new"), 3);
    EXPECT_EQ(added.restarted(), std::vector<std::string>{"stats64.rx_packets"});
}

TEST(Amounts, AreAddedUpOverTheirInstancesOnly) {
    const Amounts some = amounts({{"queue[rx 0].drops", 1},
                                  {"queue[rx 10].drops", 2},
                                  {"queue[tx 0].drops", 4},
                                  {"queue[rx 0].hw_drops", 8},
                                  {"queues[rx 0].drops", 16},
                                  {"queue.drops", 32}});
    EXPECT_EQ(some.sum("queue", "rx", "drops"), 3);
    EXPECT_EQ(some.sum("queue", "", "drops"), 7);
    EXPECT_EQ(some.sum("queue", "rx", "nothing"), std::nullopt);
    EXPECT_EQ(some.instances("queue", "rx"), (std::vector<std::string>{"rx 0", "rx 10"}));
}

TEST(Ledger, OfRecordedDevicesIsMadeWithoutError) {
    for (const char* const name : {"igb", "igb-7.2", "virtio", "veth", "loopback"}) {
        test::Recording recording(name);
        const auto devices = std::map<std::string, std::string>{{"igb", "eth0"},
                                                                {"igb-7.2", "eth0"},
                                                                {"virtio", "net0"},
                                                                {"veth", "v0"},
                                                                {"loopback", "lo"}};
        auto observer = Observer::of(recording.sources, devices.at(name));
        ASSERT_TRUE(observer) << name << ": " << observer.error().message;
        auto snapshot = observer->take(Extent::ledger);
        ASSERT_TRUE(snapshot) << name;
        for (const auto direction : {source::Direction::rx, source::Direction::tx}) {
            const LedgerReport report = report_of(*snapshot, nullptr, direction);
            EXPECT_GE(report.ledger.steps.size(), 3U) << name;
            EXPECT_FALSE(view::ledger_text(report, view::Zeros::shown, {}).empty());
            const LedgerReport nothing = [&] {
                const Baseline now = baseline_of(*snapshot);
                return report_of(*snapshot, &now, direction);
            }();
            EXPECT_EQ(nothing.ledger.dropped(), 0) << name;
            EXPECT_EQ(nothing.ledger.unaccounted(), 0) << name;
        }
    }
}

LedgerReport some_report() {
    Snapshot snapshot = machine("igbr");
    CounterGroup group;
    group.id = "stats64";
    group.counters = {{.name = "rx_packets", .value = 955, .gauge = false}};
    snapshot.groups.push_back(group);
    return report_of(std::move(snapshot), nullptr, source::Direction::rx);
}

TEST(LedgerJson, ComesBackAsABaseline) {
    const std::string text = view::ledger_json(some_report(), view::JsonLayout::one_line);
    for (const std::string& form : {text, text + text, " " + text + "\n"}) {
        const auto baseline = view::baseline_of_json(form);
        ASSERT_TRUE(baseline) << baseline.error().message;
        EXPECT_EQ(baseline->device, "eth0");
        EXPECT_EQ(baseline->amounts.find("stats64.rx_packets"), 955);
    }
}

TEST(LedgerJson, OfAnotherKindIsRefused) {
    std::string text = view::ledger_json(some_report(), view::JsonLayout::one_line);
    const std::size_t place = text.find("\"ledger\"");
    ASSERT_NE(place, std::string::npos);
    const std::string other = std::string(text).replace(place, 8, "\"stats\"");
    for (const std::string& bad : {std::string(), std::string("{}"), std::string("[1]"),
                                   std::string("\xff"), other, text.substr(0, text.size() / 2),
                                   std::string(R"({"kind":"ledger","counters":{"a":1}})")}) {
        EXPECT_FALSE(view::baseline_of_json(bad).ok()) << bad;
    }
}

TEST(LedgerText, HidesDropsOfNothingAndShowsWhatIsOpen) {
    LedgerReport report;
    report.snapshot = machine("igbr");
    report.ledger = receive_ledger(amounts(way_of_igbr()), report.snapshot);
    const std::string brief = view::ledger_text(report, view::Zeros::hidden, {});
    EXPECT_EQ(brief.find("broken last byte"), std::string::npos) << brief;
    EXPECT_NE(brief.find("wrong CRC"), std::string::npos);
    EXPECT_EQ(brief.find("private.rx_crc_errors"), std::string::npos);
    const std::string full = view::ledger_text(report, view::Zeros::shown, {});
    EXPECT_NE(full.find("broken last byte"), std::string::npos) << full;
    EXPECT_NE(full.find("private.rx_crc_errors"), std::string::npos);
}

}  // namespace
}  // namespace igbtune::model
