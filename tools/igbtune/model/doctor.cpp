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

std::string advice_of(const LedgerReport& report, const Flow& flow) {
    const bool ring = flow.id == "no-descriptor" || flow.id == "missed";
    const std::string command = ring ? ring_command(report) : std::string();
    return command.empty() ? advice_for(flow.counters) : command;
}

// Refusing these is what the machine is there for, not a fault.
bool is_wanted(const Flow& flow) {
    constexpr std::array<std::string_view, 4> wanted{"filtered", "xdp", "other-host", "tc"};
    return std::ranges::find(wanted, flow.id) != wanted.end();
}

void find_losses(const LedgerReport& report, std::vector<Finding>& findings) {
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
                                .advice = advice_of(report, flow)});
        }
        const auto unaccounted = step.unaccounted();
        if (report.interval && unaccounted && *unaccounted > 0) {
            findings.push_back(
                {.severity = Severity::warning,
                 .weight = *unaccounted,
                 .title = step.title + ": packets that no counter owns",
                 .evidence = grouped(*unaccounted) + " went in and did not come out" +
                             percent(*unaccounted, step.total_in()),
                 .advice = step.id == "ip" ? "a firewall drops without a counter here: look at the "
                                             "rules' own"
                                           : ""});
        }
    }
}

void find_sockets(const LedgerReport& report, std::vector<Finding>& findings) {
    for (const SocketLine& line : report.sockets) {
        findings.push_back(
            {.severity = Severity::loss,
             .weight = line.drops,
             .title = "socket " + line.socket.protocol + " " + line.socket.local +
                      (line.process.empty() ? "" : " of " + line.process) + " does not keep up",
             .evidence = grouped(line.drops) + " datagrams dropped, " +
                         util::grouped(line.socket.rx_queue) + " bytes wait",
             .advice = "a larger SO_RCVBUF in the program; sysctl.net.core.rmem_max allows it"});
    }
}

void find_squeezes(const LedgerReport& report, std::vector<Finding>& findings) {
    constexpr std::int64_t tolerable = 1000;  // packets for each squeeze
    constexpr std::int64_t some = 10;         // fewer are nobody's trouble
    const std::int64_t squeezes = report.amounts.sum("softnet", "", "time_squeeze").value_or(0);
    const std::int64_t processed = report.amounts.sum("softnet", "", "processed").value_or(0);
    if (squeezes >= some && processed / squeezes < tolerable) {
        findings.push_back({.severity = Severity::warning,
                            .weight = squeezes,
                            .title = "polling stops with work left",
                            .evidence = grouped(squeezes) + " times in " + grouped(processed) +
                                        " packets (softnet.time_squeeze)",
                            .advice = "igbtune set " + report.snapshot.topology.device.name +
                                      " sysctl.net.core.netdev_budget=600 "
                                      "sysctl.net.core.netdev_budget_usecs=8000"});
    }
}

void find_hot_queue(const LedgerReport& report, std::vector<Finding>& findings) {
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
    if (static_cast<double>(most) > hot * static_cast<double>(total)) {
        findings.push_back({.severity = Severity::note,
                            .weight = most,
                            .title = "queue " + hottest->queue + " gets most of the packets",
                            .evidence = grouped(most) + " of " + grouped(total),
                            .advice = "one flow, or one kind of packet that is not hashed: "
                                      "ethtool -n DEV rx-flow-hash udp4; RPS spreads it further"});
    }
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
                            .advice = "igbtune set " + snapshot.topology.device.name +
                                      " rx-0.irq_cpus=0 rx-1.irq_cpus=1, and so on"});
    }
    if (vectors > 1 && cpus.size() > 1 && surroundings.irqbalance) {
        findings.push_back({.severity = Severity::note,
                            .weight = 0,
                            .title = "irqbalance is running",
                            .evidence = "it may move interrupts that were set by hand",
                            .advice = "IRQBALANCE_ARGS=--banirq=N for those that shall stay"});
    }
}

void find_link(const Device& device, std::vector<Finding>& findings) {
    if (!device.admin_up) {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "the device is down",
                            .evidence = "",
                            .advice = "ip link set dev " + device.name + " up"});
    } else if (!device.carrier.value_or(true)) {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "there is no link",
                            .evidence = "",
                            .advice = "look at the cable and at the partner's port"});
    }
    if (device.duplex == "half") {
        findings.push_back({.severity = Severity::warning,
                            .weight = 0,
                            .title = "the link is half duplex",
                            .evidence = "",
                            .advice = "autonegotiation must be on at both ends: ethtool -s " +
                                      device.name + " autoneg on"});
    }
}

}  // namespace

std::vector<Finding> examine(const LedgerReport& receive, const LedgerReport& transmit,
                             const Surroundings& surroundings) {
    std::vector<Finding> findings;
    find_losses(receive, findings);
    find_losses(transmit, findings);
    find_sockets(receive, findings);
    find_squeezes(receive, findings);
    find_hot_queue(receive, findings);
    find_interrupts(receive.snapshot, surroundings, findings);
    find_far_cpus(receive.snapshot, surroundings, findings);
    find_stalls(transmit, findings);
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
