// SPDX-License-Identifier: GPL-2.0-only
#include "model/doctor.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "model/doctor_parts.hpp"
#include "model/glossary.hpp"
#include "model/queue_counters.hpp"
#include "util/text.hpp"

namespace igbtune::model {
namespace {

std::string grouped(std::int64_t count) {
    return util::grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, count)));
}

std::string percent(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) {
        return "";
    }
    return ", " + util::fixed(100.0 * static_cast<double>(part) / static_cast<double>(whole), 2) +
           " %";
}

// What the glossary advises about the first counter that a flow's number comes from.
std::string advice_for(const std::string& counters) {
    for (const std::string_view word : util::words(counters)) {
        for (const Term* const term : explain(word)) {
            if (!term->advice.empty()) {
                return std::string(term->advice);
            }
        }
    }
    return {};
}

// Twice the descriptors, where the device says how many it has.
std::string ring_command(const LedgerReport& report) {
    constexpr std::uint32_t most = 4096;
    const Topology& topology = report.snapshot.topology;
    const auto ring = topology.queues.empty() || !topology.queues.front().rx
                          ? std::nullopt
                          : topology.queues.front().rx->ring;
    if (!ring || *ring > most / 2) {
        return {};
    }
    return "igbtune set " + topology.device.name + " rings.rx=" + std::to_string(*ring * 2) +
           " --confirm 60";
}

// Twice what each is now; nothing where one is not known, or is large already.
std::string twice(const LedgerReport& report, const Surroundings& surroundings,
                  std::initializer_list<const char*> settings) {
    constexpr std::uint64_t large = std::uint64_t{1} << 28U;
    std::string command = "igbtune set " + report.snapshot.topology.device.name;
    for (const char* const name : settings) {
        const auto found = surroundings.settings.find(name);
        if (found == surroundings.settings.end() || found->second == 0 || found->second > large) {
            return {};
        }
        command.append(" sysctl.")
            .append(name)
            .append("=")
            .append(std::to_string(found->second * 2));
    }
    return command;
}

std::string command_of(const LedgerReport& report, const Surroundings& surroundings,
                       std::string_view flow) {
    if (flow == "no-descriptor" || flow == "missed") {
        return ring_command(report);
    }
    if (flow == "backlog") {
        return twice(report, surroundings, {"net.core.netdev_max_backlog"});
    }
    if (flow == "udp-buffer") {
        return twice(report, surroundings, {"net.core.rmem_max", "net.core.rmem_default"});
    }
    if (flow == "tcp-listen-overflow") {
        return twice(report, surroundings, {"net.core.somaxconn"});
    }
    return {};
}

// Refusing these is what the machine is there for, not a fault.
bool is_wanted(const Flow& flow) {
    constexpr std::array<std::string_view, 6> wanted{"filtered", "xdp",      "other-host",
                                                     "tc",       "firewall", "udp-ignored"};
    return std::ranges::find(wanted, flow.id) != wanted.end();
}

// The kernel's own reasons, the most frequent first, where the drop monitor was asked.
std::string reasons_of(const LedgerReport& report) {
    constexpr std::size_t most = 4;
    std::vector<std::string> reasons;
    if (report.drops) {
        for (const DropLine& line : report.drops->lines) {
            if (reasons.size() < most) {
                reasons.push_back(line.reason + " " + grouped(line.own + line.others + line.none));
            }
        }
    }
    return reasons.empty() ? std::string() : "; dropped: " + util::join(reasons, ", ");
}

void find_unaccounted(const LedgerReport& report, const LedgerStep& step,
                      std::vector<Finding>& findings) {
    const auto unaccounted = step.unaccounted();
    if (!report.interval || !unaccounted || *unaccounted <= 0) {
        return;
    }
    const std::string device = report.snapshot.topology.device.name;
    findings.push_back(
        {.severity = Severity::warning,
         .weight = *unaccounted,
         .title = step.title + ": packets that no counter owns",
         .evidence = grouped(*unaccounted) + " went in and did not come out" +
                     percent(*unaccounted, step.total_in()) + reasons_of(report),
         .advice = step.id == "ip" ? "a firewall's rules drop without a counter of IP: look at "
                                     "their own, or ask the drop monitor"
                                   : "ARP and other protocols have no counters; for the rest ask "
                                     "the drop monitor",
         .command = report.drops ? std::string()
                                 : "igbtune ledger " + device + " --watch 10 --count 1 --monitor"});
}

void find_losses(const LedgerReport& report, const Surroundings& surroundings,
                 std::vector<Finding>& findings) {
    for (const LedgerStep& step : report.ledger.steps) {
        for (const Flow& flow : step.dropped) {
            if (flow.count <= 0 || is_wanted(flow)) {
                continue;
            }
            findings.push_back({.severity = Severity::loss,
                                .weight = flow.count,
                                .title = step.title + ": " + flow.title,
                                .evidence = grouped(flow.count) + " lost" +
                                            percent(flow.count, step.total_in()) + " (" +
                                            flow.counters + ")",
                                .advice = advice_for(flow.counters),
                                .command = command_of(report, surroundings, flow.id)});
        }
        find_unaccounted(report, step, findings);
    }
}

void find_sockets(const LedgerReport& report, const Surroundings& surroundings,
                  std::vector<Finding>& findings) {
    for (const SocketLine& line : report.sockets) {
        const bool listens = line.socket.protocol.starts_with("tcp");
        findings.push_back(
            {.severity = Severity::loss,
             .weight = line.drops,
             .title = "socket " + line.socket.protocol + " " + line.socket.local +
                      (line.process.empty() ? "" : " of " + line.process) + " does not keep up",
             .evidence = grouped(line.drops) +
                         (listens ? " segments for new connections dropped"
                                  : " datagrams dropped, " + util::grouped(line.socket.rx_queue) +
                                        " bytes wait"),
             .advice = listens
                           ? "the program must accept faster, or ask listen() for more; the "
                             "setting is the most that it gets"
                           : "a larger SO_RCVBUF in the program; the settings are the most that it "
                             "gets, and what it gets without",
             .command =
                 command_of(report, surroundings, listens ? "tcp-listen-overflow" : "udp-buffer")});
    }
}

void find_squeezes(const LedgerReport& report, const Surroundings& surroundings,
                   std::vector<Finding>& findings) {
    constexpr std::int64_t tolerable = 1000;  // packets for each squeeze
    constexpr std::int64_t some = 10;         // fewer are nobody's trouble
    const std::int64_t squeezes = report.amounts.sum("softnet", "", "time_squeeze").value_or(0);
    const std::int64_t processed = report.amounts.sum("softnet", "", "processed").value_or(0);
    if (squeezes >= some && processed / squeezes < tolerable) {
        findings.push_back(
            {.severity = Severity::warning,
             .weight = squeezes,
             .title = "polling stops with work left",
             .evidence = grouped(squeezes) + " times in " + grouped(processed) +
                         " packets (softnet.time_squeeze)",
             .advice = "a larger budget; more queues on more CPUs, where there are some",
             .command = twice(report, surroundings,
                              {"net.core.netdev_budget", "net.core.netdev_budget_usecs"})});
    }
}

// "3" of "rx 3".
std::string number_of(const std::string& queue) {
    return queue.substr(queue.find(' ') + 1);
}

void find_hot_queue(const LedgerReport& report, const Surroundings& surroundings,
                    std::vector<Finding>& findings) {
    constexpr std::int64_t enough = 10000;
    constexpr double hot = 0.8;
    std::int64_t total = 0;
    const QueueLine* hottest = nullptr;
    for (const QueueLine& queue : report.ledger.queues) {
        total += queue.packets.value_or(0);
        if (hottest == nullptr || queue.packets.value_or(0) > hottest->packets.value_or(0)) {
            hottest = &queue;
        }
    }
    if (report.ledger.queues.size() < 2 || total < enough || hottest == nullptr) {
        return;
    }
    const std::int64_t most = hottest->packets.value_or(0);
    if (static_cast<double>(most) <= hot * static_cast<double>(total)) {
        return;
    }
    const util::CpuSet& cpus =
        surroundings.node_cpus.empty() ? surroundings.cpus : surroundings.node_cpus;
    findings.push_back(
        {.severity = Severity::note,
         .weight = most,
         .title = "queue " + hottest->queue + " gets most of the packets",
         .evidence = grouped(most) + " of " + grouped(total),
         .advice = "one flow, or one kind of packet that is not hashed by its ports; RPS spreads "
                   "what several flows bring",
         .command = cpus.size() < 2
                        ? std::string()
                        : "igbtune set " + report.snapshot.topology.device.name + " rx-" +
                              number_of(hottest->queue) + ".rps_cpus=" + cpus.list()});
}

// Each queue's interrupt on the next of the CPUs.
std::string spread_command(const Snapshot& snapshot, const Surroundings& surroundings) {
    const util::CpuSet& cpus =
        surroundings.node_cpus.empty() ? surroundings.cpus : surroundings.node_cpus;
    if (cpus.empty()) {
        return {};
    }
    std::string command = "igbtune set " + snapshot.topology.device.name;
    auto cpu = cpus.begin();
    for (const Queue& queue : snapshot.topology.queues) {
        if (queue.rx && queue.rx->interrupt) {
            command += " rx-" + std::to_string(queue.id) + ".irq_cpus=" + std::to_string(*cpu);
            ++cpu;
            cpu = cpu == cpus.end() ? cpus.begin() : cpu;
        }
    }
    return command;
}

void find_interrupts(const Snapshot& snapshot, const Surroundings& surroundings,
                     std::vector<Finding>& findings) {
    std::set<std::string> cpus;
    std::size_t vectors = 0;
    for (const Queue& queue : snapshot.topology.queues) {
        if (queue.rx && queue.rx->interrupt && queue.rx->cpus) {
            cpus.insert(queue.rx->cpus->list());
            ++vectors;
        }
    }
    if (vectors > 1 && cpus.size() == 1 && surroundings.online_cpus > 1) {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "the interrupts of all queues go to CPU " + *cpus.begin(),
                            .evidence = std::to_string(vectors) + " queues, " +
                                        std::to_string(surroundings.online_cpus) + " CPUs",
                            .advice = "",
                            .command = spread_command(snapshot, surroundings)});
    }
    if (vectors > 1 && cpus.size() > 1 && surroundings.irqbalance) {
        findings.push_back({.severity = Severity::note,
                            .weight = 0,
                            .title = "irqbalance is running",
                            .evidence = "it may move interrupts that were set by hand",
                            .advice = "IRQBALANCE_ARGS=--banirq=N for those that shall stay",
                            .command = ""});
    }
}

void find_link(const Device& device, std::vector<Finding>& findings) {
    if (!device.admin_up) {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "the device is down",
                            .evidence = "",
                            .advice = "",
                            .command = "ip link set dev " + device.name + " up"});
    } else if (!device.carrier.value_or(true)) {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "there is no link",
                            .evidence = "",
                            .advice = "look at the cable and at the partner's port",
                            .command = ""});
    }
    if (device.duplex == "half") {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "the link is half duplex",
                            .evidence = "",
                            .advice = "autonegotiation must be on at both ends",
                            .command = "ethtool -s " + device.name + " autoneg on"});
    }
}

}  // namespace

std::vector<Finding> examine(const LedgerReport& receive, const LedgerReport& transmit,
                             const Surroundings& surroundings) {
    std::vector<Finding> findings;
    find_losses(receive, surroundings, findings);
    find_losses(transmit, surroundings, findings);
    find_sockets(receive, surroundings, findings);
    find_squeezes(receive, surroundings, findings);
    find_hot_queue(receive, surroundings, findings);
    find_interrupts(receive.snapshot, surroundings, findings);
    find_far_cpus(receive.snapshot, surroundings, findings);
    find_stalls(transmit, findings);
    find_faults(receive, findings);
    find_full_filters(receive, findings);
    find_taps(receive.snapshot, findings);
    find_driver(receive.snapshot, surroundings, findings);
    find_link(receive.snapshot.topology.device, findings);
    std::ranges::stable_sort(findings, [](const Finding& left, const Finding& right) {
        return left.severity != right.severity ? left.severity > right.severity
                                               : left.weight > right.weight;
    });
    return findings;
}

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::loss:
            return "loss";
    }
    return "";
}

}  // namespace igbtune::model
