// SPDX-License-Identifier: GPL-2.0-only
// The table that explain, the manual and the doctor's advice come from.
#include "model/glossary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "model/doctor.hpp"
#include "model/ledger.hpp"
#include "model/snapshot.hpp"
#include "recorded_sources.hpp"
#include "util/text.hpp"
#include "view/doctor_text.hpp"
#include "view/explain_text.hpp"

namespace igbtune::model {
namespace {

TEST(Glossary, HasEachNameOnceAndSaysSomethingOfIt) {
    std::set<std::string_view> names;
    for (const Term& term : glossary()) {
        EXPECT_TRUE(names.insert(term.name).second) << term.name;
        EXPECT_GT(term.meaning.size(), 10U) << term.name;
        EXPECT_TRUE(term.meaning.ends_with('.')) << term.name;
        EXPECT_FALSE(term.layer.empty()) << term.name;
        EXPECT_FALSE(term.counter.empty()) << term.name;
    }
    EXPECT_GT(names.size(), 80U);
}

TEST(Glossary, IsFoundByEveryFormOfAName) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"udp.RcvbufErrors", "udp.RcvbufErrors"},      {"RcvbufErrors", "udp.RcvbufErrors"},
        {"rcvbuferrors", "udp.RcvbufErrors"},          {"softnet[3].dropped", "softnet.dropped"},
        {"queue[rx 0].hw_drops", "queue.rx.hw_drops"}, {"rx_queue_1_hw_drops", "queue.rx.hw_drops"},
        {"tx_queue_0_packets", "queue.tx.packets"},    {"qdisc[root mq].drops", "qdisc.drops"},
        {"link[lo].rx_to_stack", "link.rx_to_stack"},  {"udp6.NoPorts", "udp.NoPorts"},
        {"ip6.InNoRoutes", "ip-ext.InNoRoutes"},       {"ip6.OutForwDatagrams", "ip.ForwDatagrams"},
    };
    for (const auto& [name, wanted] : cases) {
        const auto found = explain(name);
        ASSERT_FALSE(found.empty()) << name;
        EXPECT_EQ(found.front()->name, wanted) << name;
    }
    for (const char* const nothing : {"", "x", "[", "]", "][", "a[b", "udp.", "."}) {
        EXPECT_TRUE(explain(nothing).empty()) << nothing;
    }
    EXPECT_EQ(likely_term("RcvbufEror"), "RcvbufErrors");
}

// Of every kind of device, whatever its driver calls its counters.
TEST(Glossary, KnowsEveryCounterThatIsShown) {
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"veth", "v0"}, std::pair{"loopback", "lo"}}) {
        test::Recording recording(name);
        auto observer = Observer::of(recording.sources, device);
        ASSERT_TRUE(observer) << observer.error().message;
        const auto snapshot = observer->take(Extent::ledger);
        ASSERT_TRUE(snapshot) << snapshot.error().message;
        for (const CounterGroup& group : snapshot->groups) {
            for (const Counter& counter : group.counters) {
                const std::string full = amount_name(group.id, group.instance, counter.name);
                EXPECT_FALSE(explain(full).empty()) << full;
            }
        }
    }
    // Not by the name of its group, where it is one of the protocols' known counters.
    for (const char* const known : {"tcp-ext.TCPTimeouts", "icmp6.InEchos", "udp6.IgnoredMulti"}) {
        EXPECT_NE(explain(known).front()->name.find('.'), std::string_view::npos) << known;
    }
}

TEST(Glossary, ListsWhatAGroupHas) {
    const auto terms = terms_of_group("softnet[3]");
    EXPECT_GT(terms.size(), 4U);
    EXPECT_TRUE(std::ranges::all_of(
        terms, [](const Term* term) { return term->name.starts_with("softnet."); }));
    EXPECT_TRUE(terms_of_group("softne").empty());
    EXPECT_TRUE(terms_of_group("").empty());
}

// Every counter that the ledger can name, taken from its own sources.
TEST(Glossary, KnowsEveryCounterOfTheLedger) {
    std::size_t seen = 0;
    for (const char* const name : {"ledger.cpp", "ledger_receive.cpp", "ledger_transmit.cpp"}) {
        std::ifstream file(std::string(IGBTUNE_SOURCE_DIRECTORY) + "/model/" + name);
        std::ostringstream text;
        text << file.rdbuf();
        const std::string source = text.str();
        for (const std::string_view piece : util::split(source, '"')) {
            const std::size_t dot = piece.find('.');
            const bool counter = dot != std::string_view::npos && dot > 1 &&
                                 piece.find_first_of(" ()/<>\n") == std::string_view::npos &&
                                 piece.find(".hpp") == std::string_view::npos;
            if (counter) {
                ++seen;
                EXPECT_FALSE(explain(piece).empty()) << piece;
            }
        }
    }
    EXPECT_GT(seen, 60U);
}

TEST(Glossary, IsThePageOfTheManual) {
    std::ifstream file(std::string(IGBTUNE_SOURCE_DIRECTORY) +
                       "/../../Documentation/igbtune-counters.rst");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(text.str() == view::term_manual())
        << "make it anew: igbtune explain --rst >Documentation/igbtune-counters.rst";
}

TEST(Glossary, IsAManualPage) {
    const std::string page = view::term_page();
    EXPECT_TRUE(page.starts_with(".\\\" SPDX"));
    std::size_t entries = 0;
    for (const std::string_view line : util::lines(page)) {
        entries += line == ".TP" ? 1U : 0U;
    }
    EXPECT_EQ(entries, glossary().size());
    EXPECT_NE(page.find("\n.TP\n\\fBip\\-ext.InCsumErrors\\fR\n"), std::string::npos);
}

LedgerReport quiet_report() {
    LedgerReport report;
    report.snapshot.topology.device.name = "eth0";
    report.snapshot.topology.device.admin_up = true;
    report.snapshot.topology.device.carrier = true;
    return report;
}

LedgerStep step_with(std::vector<Flow> in, std::vector<Flow> dropped) {
    LedgerStep step;
    step.id = "transport";
    step.title = "UDP, TCP, ICMP";
    step.in = std::move(in);
    step.dropped = std::move(dropped);
    step.open = "for the test";
    return step;
}

Flow flow(std::string id, std::int64_t count, std::string counters) {
    return {.id = std::move(id),
            .title = "of the test",
            .count = count,
            .counters = std::move(counters),
            .inferred = false};
}

TEST(Doctor, FindsNothingWhereNothingIsWrong) {
    const LedgerReport report = quiet_report();
    const auto findings = examine(report, quiet_report(), {});
    EXPECT_TRUE(findings.empty());
    EXPECT_NE(view::doctor_text(report, findings, {}).find("nothing to do"), std::string::npos);
}

TEST(Doctor, PutsTheGreatestLossFirstWithAdviceFromTheGlossary) {
    LedgerReport report = quiet_report();
    report.ledger.steps.push_back(step_with(
        {flow("in", 1000, "")},
        {flow("udp-no-port", 3, "udp.NoPorts"), flow("udp-buffer", 20, "udp.RcvbufErrors + x"),
         flow("tc", 500, "qdisc[ingress *].drops")}));
    const auto findings = examine(report, quiet_report(), {});
    ASSERT_EQ(findings.size(), 2U) << "what a filter refuses is wanted";
    EXPECT_EQ(findings[0].weight, 20);
    EXPECT_EQ(findings[0].evidence, "20 lost, 2.00 % (udp.RcvbufErrors + x)");
    EXPECT_NE(findings[0].advice.find("SO_RCVBUF"), std::string::npos);
    EXPECT_EQ(findings[1].weight, 3);
}

TEST(Doctor, SeesOneHotQueueAndInterruptsOnOneCpu) {
    LedgerReport report = quiet_report();
    for (const auto& [queue, packets] : {std::pair("rx 0", 95000), std::pair("rx 1", 5000)}) {
        QueueLine line;
        line.queue = queue;
        line.packets = packets;
        report.ledger.queues.push_back(line);
    }
    for (std::uint32_t id = 0; id < 2; ++id) {
        Queue queue;
        queue.id = id;
        queue.rx.emplace();
        queue.rx->interrupt = 40 + id;
        queue.rx->cpus = util::CpuSet{0};
        report.snapshot.topology.queues.push_back(queue);
    }
    Surroundings surroundings;
    surroundings.online_cpus = 4;
    surroundings.cpus = util::CpuSet{0, 1, 2, 3};
    const auto findings = examine(report, quiet_report(), surroundings);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].title, "the interrupts of all queues go to CPU 0");
    EXPECT_EQ(findings[0].command, "igbtune set eth0 rx-0.irq_cpus=0 rx-1.irq_cpus=1");
    EXPECT_EQ(findings[1].title, "queue rx 0 gets most of the packets");
    EXPECT_EQ(findings[1].command, "igbtune set eth0 rx-0.rps_cpus=0-3");
    EXPECT_EQ(examine(report, quiet_report(), {}).size(), 1U);
}

TEST(Doctor, TellsTheCommandThatGivesMoreDescriptors) {
    LedgerReport report = quiet_report();
    Queue queue;
    queue.rx.emplace();
    queue.rx->ring = 256;
    report.snapshot.topology.queues.push_back(queue);
    report.ledger.steps.push_back(
        step_with({}, {flow("no-descriptor", 9, "queue[rx *].hw_drops")}));
    const auto command = examine(report, quiet_report(), {}).at(0).command;
    EXPECT_EQ(command, "igbtune set eth0 rings.rx=512 --confirm 60");
    const std::string text = view::doctor_text(report, examine(report, quiet_report(), {}), {});
    EXPECT_NE(text.find("\n   $ " + command + "\n"), std::string::npos) << text;
    report.snapshot.topology.queues[0].rx->ring = 4096;
    EXPECT_EQ(examine(report, quiet_report(), {}).at(0).command, "") << "there are no more";
}

TEST(Doctor, SeesPollingThatStopsOften) {
    LedgerReport report = quiet_report();
    report.amounts.set("softnet[0].processed", {.value = 5000, .bits = 32});
    report.amounts.set("softnet[0].time_squeeze", {.value = 9, .bits = 32});
    EXPECT_TRUE(examine(report, quiet_report(), {}).empty());
    report.amounts.set("softnet[0].time_squeeze", {.value = 10, .bits = 32});
    ASSERT_EQ(examine(report, quiet_report(), {}).size(), 1U);
    EXPECT_EQ(examine(report, quiet_report(), {}).at(0).command, "") << "its value is not known";
    Surroundings surroundings;
    surroundings.settings = {{"net.core.netdev_budget", 300},
                             {"net.core.netdev_budget_usecs", 8000}};
    EXPECT_EQ(examine(report, quiet_report(), surroundings).at(0).command,
              "igbtune set eth0 sysctl.net.core.netdev_budget=600 "
              "sysctl.net.core.netdev_budget_usecs=16000");
    report.amounts.set("softnet[0].processed", {.value = 20000, .bits = 32});
    EXPECT_TRUE(examine(report, quiet_report(), {}).empty()) << "a squeeze now and then";
}

TEST(Doctor, SeesTheLink) {
    LedgerReport report = quiet_report();
    report.snapshot.topology.device.carrier = false;
    report.snapshot.topology.device.duplex = "half";
    EXPECT_EQ(examine(report, quiet_report(), {}).size(), 2U);
}

}  // namespace
}  // namespace igbtune::model
