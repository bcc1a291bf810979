// SPDX-License-Identifier: GPL-2.0-only
#include "view/ledger_json.hpp"

#include "util/text.hpp"
#include "view/json_parts.hpp"

namespace igbtune::view {

using Json = nlohmann::ordered_json;
using model::Baseline;
using model::Flow;
using model::LedgerReport;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

template <typename Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json flows_json(const std::vector<Flow>& flows) {
    Json list = Json::array();
    for (const Flow& flow : flows) {
        list.push_back({{"id", flow.id},
                        {"title", flow.title},
                        {"count", flow.count},
                        {"counters", flow.counters},
                        {"inferred", flow.inferred}});
    }
    return list;
}

Json steps_json(const model::Ledger& ledger) {
    Json steps = Json::array();
    for (const model::LedgerStep& step : ledger.steps) {
        steps.push_back({
            {"id", step.id},
            {"title", step.title},
            {"scope", model::to_string(step.scope)},
            {"in", flows_json(step.in)},
            {"dropped", flows_json(step.dropped)},
            {"taken", flows_json(step.taken)},
            {"out", flows_json(step.out)},
            {"also", flows_json(step.also)},
            {"unaccounted", or_null(step.unaccounted())},
            {"open", step.open.empty() ? Json(nullptr) : Json(step.open)},
        });
    }
    return steps;
}

Json queues_json(const model::Ledger& ledger) {
    Json queues = Json::array();
    for (const model::QueueLine& queue : ledger.queues) {
        queues.push_back({{"queue", queue.queue},
                          {"packets", or_null(queue.packets)},
                          {"no_descriptor", or_null(queue.no_descriptor)},
                          {"driver_drops", or_null(queue.driver_drops)},
                          {"no_memory", or_null(queue.no_memory)},
                          {"xdp_drops", or_null(queue.xdp_drops)},
                          {"in_flight_bytes", or_null(queue.in_flight)},
                          {"limit_bytes", or_null(queue.limit)}});
    }
    return queues;
}

Json sockets_json(const LedgerReport& report) {
    Json sockets = Json::array();
    for (const model::SocketLine& line : report.sockets) {
        Json socket = json_socket(line.socket);
        socket["drops"] = line.drops;
        socket["process"] = line.process.empty() ? Json(nullptr) : Json(line.process);
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

// Null where the drop monitor was not asked.
Json drops_json(const std::optional<model::Drops>& drops) {
    if (!drops) {
        return nullptr;
    }
    Json reasons = Json::array();
    for (const model::DropLine& line : drops->lines) {
        reasons.push_back({{"reason", line.reason},
                           {"device", line.own},
                           {"others", line.others},
                           {"none", line.none}});
    }
    return {{"reasons", std::move(reasons)}, {"missed", drops->missed}};
}

Json counters_json(const model::Amounts& amounts) {
    Json counters = Json::object();
    for (const auto& [name, amount] : amounts.all()) {
        counters[name] = {amount.value, amount.bits};
    }
    return counters;
}

std::int64_t microseconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

Error not_a_ledger() {
    return {ErrorKind::failure, "it is not what 'igbtune ledger --json' prints"};
}

}  // namespace

std::string ledger_json(const LedgerReport& report, JsonLayout layout) {
    Json json = json_document(report.snapshot, "ledger");
    json["direction"] = report.direction == source::Direction::rx ? "rx" : "tx";
    json["interval_s"] = report.interval ? Json(report.interval->count()) : Json(nullptr);
    json["steps"] = steps_json(report.ledger);
    json["queues"] = queues_json(report.ledger);
    json["sockets"] = sockets_json(report);
    json["drop_monitor"] = drops_json(report.drops);
    json["dropped"] = report.ledger.dropped();
    json["unaccounted"] = report.ledger.unaccounted();
    json["restarted"] = report.restarted;
    json["not_available"] = json_gaps(report.snapshot);
    json["unix_us"] = microseconds(report.snapshot.time);
    json["counters"] = counters_json(report.amounts);
    return json_text(json, layout);
}

Result<Baseline> baseline_of_json(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    const auto lines = util::lines(util::trim(text));
    if (json.is_discarded() && !lines.empty()) {
        json = Json::parse(lines.back(), nullptr, false);
    }
    if (!json.is_object() || json.value("kind", Json()) != "ledger" ||
        !json.value("counters", Json()).is_object() ||
        !json.value("unix_us", Json()).is_number_integer() ||
        !json.value("device", Json()).is_object() ||
        !json["device"].value("name", Json()).is_string()) {
        return not_a_ledger();
    }
    if (json.value("schema_version", Json()) != json_schema_version) {
        return Error{ErrorKind::failure,
                     "it has another schema_version than " + std::to_string(json_schema_version)};
    }
    Baseline baseline;
    baseline.device = json["device"]["name"].get<std::string>();
    baseline.time = std::chrono::system_clock::time_point(
        std::chrono::microseconds(json["unix_us"].get<std::int64_t>()));
    for (const auto& [name, amount] : json["counters"].items()) {
        if (!amount.is_array() || amount.size() != 2 || !amount[0].is_number_unsigned() ||
            !amount[1].is_number_unsigned()) {
            return not_a_ledger();
        }
        baseline.amounts.set(
            name, {.value = amount[0].get<std::uint64_t>(), .bits = amount[1].get<unsigned>()});
    }
    return baseline;
}

}  // namespace igbtune::view
