// SPDX-License-Identifier: GPL-2.0-only
#include "view/doctor_text.hpp"

#include "util/text.hpp"
#include "view/device_text.hpp"

namespace igbtune::view {

std::string doctor_text(const model::LedgerReport& report,
                        const std::vector<model::Finding>& findings, const Style& style) {
    std::string text = device_text(report.snapshot.topology.device, style);
    text += report.interval ? "examined over " + util::fixed(report.interval->count(), 2) + " s\n"
                            : "examined since the counters began; --for SECONDS examines now\n";
    if (findings.empty()) {
        return text + "\nnothing to do: no packet was lost, and nothing stands out\n";
    }
    std::size_t number = 0;
    for (const model::Finding& finding : findings) {
        text += "\n" + std::to_string(++number) + ". " +
                style.title(std::string(model::to_string(finding.severity)) + ": " +
                            util::printable(finding.title)) +
                "\n";
        for (const std::string& line : {finding.evidence, finding.advice}) {
            if (!line.empty()) {
                text += "   " + util::printable(line) + "\n";
            }
        }
        if (!finding.command.empty()) {
            text += "   $ " + util::printable(finding.command) + "\n";
        }
    }
    return text;
}

}  // namespace igbtune::view
