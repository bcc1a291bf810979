// SPDX-License-Identifier: GPL-2.0-only
#include <string>

#include "model/doctor_parts.hpp"
#include "util/text.hpp"

namespace igbtune::model {
namespace {

std::string grouped(std::int64_t count) {
    return util::grouped(static_cast<std::uint64_t>(count));
}

}  // namespace

void find_faults(const LedgerReport& receive, std::vector<Finding>& findings) {
    const Device& device = receive.snapshot.topology.device;
    for (const std::string& reporter : receive.amounts.instances("health", "")) {
        const std::int64_t errors =
            receive.amounts.find(amount_name("health", reporter, "errors")).value_or(0);
        const std::int64_t recoveries =
            receive.amounts.find(amount_name("health", reporter, "recoveries")).value_or(0);
        const CounterGroup* const group = receive.snapshot.find("health", reporter);
        const bool faulty = group != nullptr && group->value("faulty").value_or(0) != 0;
        if (errors == 0 && !faulty) {
            continue;
        }
        findings.push_back({.severity = Severity::warning,
                            .weight = errors,
                            .title = "the driver reported faults of '" + reporter + "'",
                            .evidence = grouped(errors) + " faults, " + grouped(recoveries) +
                                        " times recovered" +
                                        (faulty ? ", and it is faulty now" : ""),
                            .advice = "the kernel's log and the dump tell what the device did",
                            .command = "devlink health dump show " + device.bus + "/" +
                                       device.bus_address + " reporter " + reporter});
    }
}

void find_full_filters(const LedgerReport& receive, std::vector<Finding>& findings) {
    const std::int64_t refused = receive.amounts.find("arfs.refused_full").value_or(0);
    if (refused > 0) {
        findings.push_back(
            {.severity = Severity::note,
             .weight = refused,
             .title = "busy flows found no filter that leads them to their reader",
             .evidence = grouped(refused) + " times (arfs.refused_full)",
             .advice = "the device has few filters, and rules take them first: fewer rules "
                       "(knob ntuple) leave more; RSS and RPS do the rest",
             .command = ""});
    }
}

void find_taps(const Snapshot& snapshot, std::vector<Finding>& findings) {
    const CounterGroup* const taps = snapshot.find("taps", "");
    const std::uint64_t sockets = taps == nullptr ? 0 : taps->value("sockets").value_or(0);
    if (sockets > 0) {
        findings.push_back({.severity = Severity::note,
                            .weight = 0,
                            .title = "something looks at every packet of the device",
                            .evidence = std::to_string(sockets) + " packet sockets (taps.sockets)",
                            .advice = "a capture, or a daemon: each packet costs a copy more",
                            .command = "ss --packet --processes"});
    }
}

}  // namespace igbtune::model
