// SPDX-License-Identifier: GPL-2.0-only
#include "view/doctor_json.hpp"

#include "view/json_parts.hpp"

namespace igbtune::view {

using Json = nlohmann::ordered_json;

std::string doctor_json(const model::LedgerReport& report,
                        const std::vector<model::Finding>& findings, JsonLayout layout) {
    const auto or_null = [](const std::string& text) {
        return text.empty() ? Json(nullptr) : Json(text);
    };
    Json json = json_document(report.snapshot, "doctor");
    json["interval_s"] = report.interval ? Json(report.interval->count()) : Json(nullptr);
    Json list = Json::array();
    for (const model::Finding& finding : findings) {
        list.push_back({{"severity", model::to_string(finding.severity)},
                        {"weight", finding.weight},
                        {"title", finding.title},
                        {"evidence", or_null(finding.evidence)},
                        {"advice", or_null(finding.advice)},
                        {"command", or_null(finding.command)}});
    }
    json["findings"] = std::move(list);
    json["not_available"] = json_gaps(report.snapshot);
    return json_text(json, layout);
}

}  // namespace igbtune::view
