// SPDX-License-Identifier: GPL-2.0-only
// The metrics: Prometheus' format and rules, and one series for each thing counted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "command_line.hpp"
#include "folder.hpp"
#include "util/text.hpp"
#include "view/prometheus.hpp"

namespace igbtune::view {
namespace {

using cli::ExitCode;
using test::run_recorded;
using test::Said;

struct Parts {
    std::string name;
    std::string labels;
    std::string value;
};

// name{label="value",...} number; what is no such line has no value.
Parts parts_of(std::string_view line) {
    const std::size_t end = line.find_first_of("{ ");
    Parts parts{.name = std::string(line.substr(0, end)), .labels = {}, .value = {}};
    std::size_t at = end;
    while (at < line.size() && line[at] != ' ') {  // at '{' or ','
        const std::size_t equals = line.find("=\"", at);
        if (equals == std::string_view::npos || equals == at + 1) {
            return parts;
        }
        at = equals + 2;
        while (at < line.size() && line[at] != '"') {
            at += line[at] == '\\' ? 2U : 1U;
        }
        at += 1;
        at += at < line.size() && line[at] == '}' ? 1U : 0U;
    }
    if (at < line.size()) {
        parts.labels = line.substr(end, at - end);
        parts.value = line.substr(at + 1);
    }
    return parts;
}

// What `promtool check metrics` holds against metrics, and what the text format demands.
void check_rules(const std::string& text) {
    std::set<std::string> series;
    std::map<std::string, std::string> types;
    std::set<std::string> ended;
    std::string current;
    std::string helped;
    ASSERT_TRUE(text.ends_with('\n'));
    for (const std::string_view line : util::lines(text)) {
        const std::vector<std::string_view> words = util::words(line);
        ASSERT_GE(words.size(), 2U) << line;
        if (line.starts_with("# HELP ")) {
            ASSERT_GE(words.size(), 4U) << line;
            helped = words[2];
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            const std::string name(words[2]);
            EXPECT_EQ(helped, name);
            EXPECT_TRUE(words[3] == "counter" || words[3] == "gauge") << line;
            EXPECT_EQ(name.ends_with("_total"), words[3] == "counter") << line;
            EXPECT_TRUE(types.emplace(name, words[3]).second) << name << " comes twice";
            current = name;
            continue;
        }
        const auto [name, labels, value] = parts_of(line);
        EXPECT_EQ(name, current) << line;
        EXPECT_TRUE(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
                    std::string::npos)
            << line;
        EXPECT_TRUE(util::number<double>(value)) << line;
        EXPECT_TRUE(series.insert(name + labels).second) << line;
        for (const char* const reserved : {"_count", "_sum", "_bucket"}) {
            EXPECT_FALSE(name.ends_with(reserved)) << line;
        }
    }
    EXPECT_GT(series.size(), 40U);
}

TEST(Metrics, FollowTheRulesOnEveryDevice) {
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"loopback", "lo"}, std::pair{"veth", "v0"}}) {
        const Said said = run_recorded({"metrics", device}, name);
        EXPECT_EQ(said.code, ExitCode::ok) << said.err;
        check_rules(said.out);
    }
}

TEST(Metrics, HaveTheNamesThatPrometheusWants) {
    EXPECT_EQ(metric_name("udp", "RcvbufErrors"), "igbtune_udp_rcvbuf_errors");
    EXPECT_EQ(metric_name("tcp-ext", "TCPTimeouts"), "igbtune_tcp_ext_tcp_timeouts");
    EXPECT_EQ(metric_name("tcp-ext", "TCPACKSkippedSynRecv"),
              "igbtune_tcp_ext_tcpack_skipped_syn_recv");
    EXPECT_EQ(metric_name("queue", "hw-drops"), "igbtune_queue_hw_drops");
    EXPECT_EQ(metric_name("eth-mac", "FramesReceivedOK"), "igbtune_eth_mac_frames_received_ok");
    EXPECT_EQ(metric_name("private", "rx 0: \xff%drops%"), "igbtune_private_rx_0_drops");
}

TEST(Metrics, CarryTheirLabelsAndMeanings) {
    const std::string text = run_recorded({"metrics", "eth0"}).out;
    for (const char* const line :
         {"# TYPE igbtune_udp_rcvbuf_errors_total counter\n",
          "# TYPE igbtune_tcp_curr_estab gauge\n",
          "igbtune_queue_packets_total{device=\"eth0\",direction=\"rx\",queue=\"0\"} ",
          "igbtune_softnet_dropped_total{cpu=\"0\"} ",
          "igbtune_interrupts_total{device=\"eth0\",irq=\"33\",action=\"eth0-",
          "igbtune_lost_packets_total{device=\"eth0\",direction=\"rx\",step=\"",
          "igbtune_device_info{device=\"eth0\",driver=\"igb\","}) {
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
    // The glossary's words.
    EXPECT_EQ(text.find("# HELP igbtune_udp_rcvbuf_errors_total RcvbufErrors"), std::string::npos);
}

TEST(Metrics, OfSeveralDevicesShareWhatIsTheMachines) {
    test::Recording recording("igb");
    auto observer = model::Observer::of(recording.sources, "eth0");
    ASSERT_TRUE(observer.ok());
    const auto snapshot = observer->take(model::Extent::ledger);
    ASSERT_TRUE(snapshot.ok());
    model::Snapshot other = *snapshot;
    other.topology.device.name = "eth1";
    std::vector<Reports> reports;
    for (const model::Snapshot& one : {*snapshot, other}) {
        reports.push_back({.receive = model::report_of(one, nullptr, source::Direction::rx),
                           .transmit = model::report_of(one, nullptr, source::Direction::tx)});
    }
    const std::string text = prometheus_text(reports);
    check_rules(text);
    EXPECT_NE(text.find("igbtune_stats64_rx_packets_total{device=\"eth1\"}"), std::string::npos);
}

std::map<std::string, std::int64_t> losses_in(const model::Snapshot& snapshot) {
    const std::vector<Reports> reports{
        {.receive = model::report_of(snapshot, nullptr, source::Direction::rx),
         .transmit = model::report_of(snapshot, nullptr, source::Direction::tx)}};
    std::map<std::string, std::int64_t> losses;
    const std::string text = prometheus_text(reports);
    for (const std::string_view line : util::lines(text)) {
        const Parts parts = line.starts_with('#') ? Parts{} : parts_of(line);
        if (parts.name == "igbtune_lost_packets_total") {
            losses[parts.labels] = util::number<std::int64_t>(parts.value).value_or(-1);
        }
    }
    return losses;
}

TEST(Metrics, OfLossesDoNotFallWhenAnotherDeviceGoes) {
    test::Recording recording("igb");
    auto observer = model::Observer::of(recording.sources, "eth0");
    ASSERT_TRUE(observer.ok());
    const auto alone = observer->take(model::Extent::ledger);
    ASSERT_TRUE(alone.ok());
    model::Snapshot both = *alone;
    model::CounterGroup link;
    link.id = "link";
    link.instance = "eth9";
    link.counters = {{"rx_to_stack", 1000, false}, {"rx_dropped", 50, false}};
    both.groups.push_back(link);
    model::Snapshot after = *alone;
    for (model::Snapshot* const snapshot : {&both, &after}) {
        for (model::CounterGroup& group : snapshot->groups) {
            for (model::Counter& counter : group.counters) {
                if (group.id == "softnet" && group.instance == "0") {
                    counter.value = counter.name == "dropped"      ? 40
                                    : counter.name == "flow_limit" ? 15
                                                                   : counter.value;
                }
            }
        }
    }
    const auto with = losses_in(both);
    const std::string backlog = R"({direction="rx",step="stack",cause="backlog"})";
    ASSERT_TRUE(with.contains(backlog));
    EXPECT_EQ(with.at(backlog), 25);
    for (const auto& [series, count] : losses_in(after)) {
        EXPECT_GE(count, with.contains(series) ? with.at(series) : 0) << series;
    }
}

TEST(Metrics, SurviveWhateverADriverCallsItsCounters) {
    test::Recording recording("igb");
    auto observer = model::Observer::of(recording.sources, "eth0");
    ASSERT_TRUE(observer.ok());
    auto snapshot = observer->take(model::Extent::ledger);
    ASSERT_TRUE(snapshot.ok());
    snapshot->topology.device.firmware = "a\"b\\c\nd\xff";
    model::CounterGroup group;
    group.id = "private";
    group.scope = model::Scope::device;
    group.counters = {{"same name", 1, false}, {"same-name", 2, false}, {"\"\\\n\xff", 3, false}};
    snapshot->groups = {group};
    const std::vector<Reports> reports{
        {.receive = model::report_of(*snapshot, nullptr, source::Direction::rx),
         .transmit = model::report_of(*snapshot, nullptr, source::Direction::tx)}};
    const std::string text = prometheus_text(reports);
    EXPECT_NE(text.find("igbtune_private_same_name_total{device=\"eth0\"} 1"), std::string::npos)
        << text;
    EXPECT_NE(text.find("counter=\"same-name\"} 2"), std::string::npos) << text;
    EXPECT_EQ(text.find('\xff'), std::string::npos);
}

class MetricsFile : public test::InFolder {};

TEST_F(MetricsFile, IsReplacedWholeAndReadableForAll) {
    const std::string file = path("igbtune.prom");
    std::ofstream(file) << "old";
    const Said said = run_recorded({"metrics", "eth0", "--output", file.c_str()});
    EXPECT_EQ(said.code, ExitCode::ok) << said.err;
    EXPECT_EQ(said.out, "");
    check_rules(content(file));
    EXPECT_FALSE(std::filesystem::exists(file + ".new"));
    const auto mode = std::filesystem::status(file).permissions();
    EXPECT_EQ(mode, static_cast<std::filesystem::perms>(0644));

    const std::string nowhere = path("no/igbtune.prom");
    const Said failed = run_recorded({"metrics", "eth0", "--output", nowhere.c_str()});
    EXPECT_EQ(failed.code, ExitCode::failure);
    EXPECT_EQ(failed.err, "igbtune: " + nowhere + ".new: No such file or directory\n");
}

// Prometheus' own judge, where it is installed.
TEST_F(MetricsFile, PassPromtool) {
    if (std::system("command -v promtool >/dev/null") != 0) {  // NOLINT(concurrency-mt-unsafe)
        GTEST_SKIP() << "there is no promtool (package prometheus)";
    }
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"}}) {
        const std::string file = path("metrics");
        ASSERT_EQ(run_recorded({"metrics", device, "--output", file.c_str()}, name).code,
                  ExitCode::ok);
        const std::string command = "promtool check metrics <" + file;
        EXPECT_EQ(std::system(command.c_str()), 0) << name;  // NOLINT(concurrency-mt-unsafe)
    }
}

}  // namespace
}  // namespace igbtune::view
