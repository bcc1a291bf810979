// SPDX-License-Identifier: GPL-2.0-only
#include "model/doctor_parts.hpp"

#include <string>
#include <utility>

#include "model/queue_counters.hpp"
#include "util/text.hpp"

namespace igbtune::model {
namespace {

bool is_far(const std::optional<util::CpuSet>& cpus, const util::CpuSet& near) {
    return cpus && !cpus->empty() && !cpus->within(near);
}

Finding far_finding(const Surroundings& surroundings, const util::CpuSet& cpus, std::string title,
                    const std::string& command) {
    const std::string near = surroundings.node_cpus.list();
    return {.severity = Severity::warning,
            .weight = 0,
            .title = std::move(title),
            .evidence = "CPUs " + cpus.list() + "; the device is at node " +
                        std::to_string(surroundings.node.value_or(0)) + ", CPUs " + near,
            .advice = "",
            .command = command + near + " --confirm 60"};
}

std::int64_t level_of(const CounterGroup& group, std::string_view name) {
    for (const Counter& counter : group.counters) {
        if (counter.name == name) {
            return static_cast<std::int64_t>(counter.value);
        }
    }
    return 0;
}

}  // namespace

void find_far_cpus(const Snapshot& snapshot, const Surroundings& surroundings,
                   std::vector<Finding>& findings) {
    if (!surroundings.node) {
        return;
    }
    for (const Queue& queue : snapshot.topology.queues) {
        if (queue.rx && is_far(queue.rx->steering, surroundings.node_cpus)) {
            findings.push_back(far_finding(
                surroundings, *queue.rx->steering,
                "RPS takes packets of queue " + std::to_string(queue.id) + " to another NUMA node",
                "igbtune set " + snapshot.topology.device.name + " rx-" + std::to_string(queue.id) +
                    ".rps_cpus="));
        }
        if (queue.rx && queue.rx->interrupt && is_far(queue.rx->cpus, surroundings.node_cpus)) {
            findings.push_back(far_finding(
                surroundings, *queue.rx->cpus,
                "the interrupt of queue " + std::to_string(queue.id) + " goes to another NUMA node",
                "igbtune set " + snapshot.topology.device.name + " rx-" + std::to_string(queue.id) +
                    ".irq_cpus="));
        }
    }
}

void find_stalls(const LedgerReport& transmit, std::vector<Finding>& findings) {
    const std::int64_t stalls = transmit.amounts.sum("bql", "tx", "stall_cnt").value_or(0);
    if (stalls > 0) {
        findings.push_back({.severity = Severity::warning,
                            .weight = stalls,
                            .title = "the device kept frames longer than BQL's limit of time",
                            .evidence = std::to_string(stalls) + " times (bql.stall_cnt)",
                            .advice = "stall_max beside byte_queue_limits/stall_cnt has the "
                                      "longest; pause frames of the partner are one cause",
                            .command = "igbtune stats " + transmit.snapshot.topology.device.name});
    }
    if (!transmit.interval) {
        return;
    }
    for (const QueueLine& line : transmit.ledger.queues) {
        const CounterGroup* const bytes = transmit.snapshot.find("bql", line.queue);
        const std::int64_t waiting = bytes == nullptr ? 0 : level_of(*bytes, "inflight");
        if (waiting > 0 && line.packets == std::optional<std::int64_t>(0)) {
            findings.push_back({.severity = Severity::warning,
                                .weight = waiting,
                                .title = "queue " + line.queue + " stands still",
                                .evidence = util::grouped(static_cast<std::uint64_t>(waiting)) +
                                            " bytes are with the device, and none was sent in " +
                                            util::fixed(transmit.interval->count(), 2) + " s",
                                .advice = "the kernel's log tells whether the driver reset it; "
                                          "pause frames of the partner are another cause",
                                .command = ""});
        }
    }
}

void find_driver(const Snapshot& snapshot, const Surroundings& surroundings,
                 std::vector<Finding>& findings) {
    const Device& device = snapshot.topology.device;
    const bool here = surroundings.igbr_loaded || !surroundings.igbr_file.empty();
    if (device.driver != "igb" || !here) {
        return;
    }
    const std::string change = "igbtune driver " + device.name + " igbr --confirm 60";
    if (!surroundings.igbr_loaded && !surroundings.signatures.empty() &&
        surroundings.igbr_signed == std::optional(false)) {
        findings.push_back(
            {.severity = Severity::warning,
             .weight = 0,
             .title = "igbr cannot be loaded: it has no signature",
             .evidence = surroundings.igbr_file + ", and " + surroundings.signatures + " wants one",
             .advice = "sign it (scripts/sign-file of the kernel's headers) with a "
                       "key that 'mokutil --import KEY.der' made known",
             .command = ""});
        return;
    }
    findings.push_back(
        {.severity = Severity::note,
         .weight = 0,
         .title = "igb has this port, and igbr is here",
         .evidence = surroundings.igbr_loaded ? "igbr is loaded" : surroundings.igbr_file,
         .advice = "",
         .command = surroundings.igbr_loaded ? change : "modprobe igbr && " + change});
}

}  // namespace igbtune::model
