// SPDX-License-Identifier: GPL-2.0-only
// The JSON that programs rely on: its keys, its types, its nulls.
#include "view/json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "recorded_sources.hpp"

namespace igbtune::view {
namespace {

using Json = nlohmann::json;
using model::Snapshot;
using test::Recording;

Snapshot recorded(const std::string& name, const std::string& device, model::Extent extent) {
    Recording recording(name);
    auto observer = model::Observer::of(recording.sources, device);
    EXPECT_TRUE(observer.ok());
    auto snapshot = observer->take(extent);
    EXPECT_TRUE(snapshot.ok());
    return std::move(*snapshot);
}

std::set<std::string> keys(const Json& json) {
    std::set<std::string> found;
    for (const auto& item : json.items()) {
        found.insert(item.key());
    }
    return found;
}

TEST(Json, OfShowHasItsKeysOnEveryDevice) {
    for (const auto& [name, device] : {std::pair{"igb", "eth0"}, std::pair{"virtio", "net0"},
                                       std::pair{"loopback", "lo"}, std::pair{"veth", "v0"}}) {
        const Json json = Json::parse(
            show_json(recorded(name, device, model::Extent::queues), JsonLayout::indented));
        EXPECT_EQ(keys(json),
                  (std::set<std::string>{"schema_version", "kind", "igbtune", "time", "reading_us",
                                         "device", "queues", "not_available"}));
        EXPECT_EQ(json["schema_version"], 1);
        EXPECT_EQ(json["kind"], "show");
        EXPECT_EQ(json["device"]["name"], device);
        EXPECT_EQ(keys(json["device"]),
                  (std::set<std::string>{"name", "ifindex", "driver", "driver_version", "firmware",
                                         "bus", "bus_address", "pci_id", "mac", "mtu", "admin_up",
                                         "carrier", "state", "speed_mbps", "duplex", "qdisc",
                                         "time_stamping", "irq_mode", "interrupts"}));
        ASSERT_FALSE(json["queues"].empty()) << name;
        for (const Json& queue : json["queues"]) {
            EXPECT_EQ(keys(queue), (std::set<std::string>{"queue", "rss_percent", "rx", "tx"}));
            EXPECT_EQ(keys(queue["rx"]),
                      (std::set<std::string>{"ring", "vector", "irq", "cpus", "napi_id", "rps_cpus",
                                             "packets", "bytes", "drops"}));
            EXPECT_TRUE(queue["tx"].contains("xps_cpus"));
        }
        for (const Json& gap : json["not_available"]) {
            EXPECT_EQ(keys(gap), (std::set<std::string>{"what", "reason"}));
        }
    }
}

TEST(Json, SaysNullForWhatIsNotKnown) {
    const Json json = Json::parse(
        show_json(recorded("loopback", "lo", model::Extent::queues), JsonLayout::one_line));
    EXPECT_TRUE(json["device"]["driver"].is_null());
    EXPECT_TRUE(json["device"]["mac"].is_null());
    EXPECT_TRUE(json["queues"][0]["rx"]["irq"].is_null());
    EXPECT_TRUE(json["queues"][0]["rx"]["packets"].is_null());
    EXPECT_EQ(json["queues"][0]["rx"]["rps_cpus"], "");
    EXPECT_FALSE(json["not_available"].empty());
}

TEST(Json, OfStatsHasAllGroups) {
    const Json json = Json::parse(
        stats_json(recorded("igb", "eth0", model::Extent::all_layers), JsonLayout::indented));
    EXPECT_EQ(keys(json),
              (std::set<std::string>{"schema_version", "kind", "igbtune", "time", "reading_us",
                                     "device", "groups", "sockets", "not_available"}));
    std::set<std::string> ids;
    for (const Json& group : json["groups"]) {
        EXPECT_EQ(keys(group),
                  (std::set<std::string>{"layer", "id", "instance", "scope", "counters"}));
        for (const auto& counter : group["counters"].items()) {
            EXPECT_TRUE(counter.value().is_number_unsigned()) << counter.key();
        }
        ids.insert(group["id"]);
    }
    for (const char* const id :
         {"stats64", "private", "queue", "interrupts", "softnet", "ip", "ip-ext", "icmp", "ip6",
          "icmp6", "udp", "udp6", "tcp", "tcp-ext"}) {
        EXPECT_TRUE(ids.contains(id)) << id;
    }
}

TEST(Json, OfAWatchIsOneLineWithChangesAndRates) {
    Snapshot before = recorded("igb", "eth0", model::Extent::all_layers);
    Snapshot after = before;
    after.instant += std::chrono::milliseconds(500);
    after.groups.front().counters.front().value += 10;
    after.groups.front().counters.back().value = 0;
    before.groups.front().counters.back().value = 5;
    source::Socket socket;
    socket.drops = 3;
    after.sockets.push_back(socket);

    const std::string text = change_json(after, model::difference(before, after));
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    const Json json = Json::parse(text);
    EXPECT_DOUBLE_EQ(json["interval_s"], 0.5);
    const Json& group = json["groups"][0];
    EXPECT_EQ(group["id"], "stats64");
    EXPECT_EQ(group["change"]["rx_packets"], 10);
    EXPECT_DOUBLE_EQ(group["per_second"]["rx_packets"], 20.0);
    EXPECT_EQ(group["reset"], Json::array({"rx_otherhost_dropped"}));
    EXPECT_EQ(json["sockets"][0]["change"], 3);
}

TEST(Json, KeepsNumbersOf64Bits) {
    Snapshot snapshot;
    model::CounterGroup group;
    group.counters.push_back({"huge", 18446744073709551615U});
    snapshot.groups.push_back(group);
    EXPECT_NE(stats_json(snapshot, JsonLayout::one_line).find("\"huge\":18446744073709551615"),
              std::string::npos);
}

TEST(Json, IsValidWhateverADriverCallsItsCounters) {
    Snapshot snapshot;
    snapshot.topology.device.name = "\xff\"\\\n";
    model::CounterGroup group;
    group.counters.push_back({"\xc3\x28 \"quoted\"", 1});
    snapshot.groups.push_back(group);
    EXPECT_TRUE(Json::accept(stats_json(snapshot, JsonLayout::indented)));
    EXPECT_TRUE(Json::accept(show_json(snapshot, JsonLayout::one_line)));
}

}  // namespace
}  // namespace igbtune::view
