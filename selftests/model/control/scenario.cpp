// SPDX-License-Identifier: GPL-2.0-only
#include "control/scenario.hpp"

#include <toml.hpp>

#include "util/log.hpp"

namespace igbmodel {

namespace {

constexpr u64 millisecond = 1'000'000;

Result<nlohmann::json> to_json(const std::string& key, const toml::value& value) {
    if (value.is_string()) {
        return nlohmann::json(std::string(value.as_string()));
    }
    if (value.is_boolean()) {
        return nlohmann::json(bool(value.as_boolean()));
    }
    if (value.is_integer()) {
        const auto number = value.as_integer();
        if (number < 0) {
            return Error{key + ": a number of zero or more is needed"};
        }
        return nlohmann::json(static_cast<u64>(number));
    }
    if (value.is_floating()) {
        return nlohmann::json(double(value.as_floating()));
    }
    return Error{key + ": a string, number or boolean is needed"};
}

Result<ScenarioStep> to_step(const toml::value& table) {
    ScenarioStep step;
    step.command = nlohmann::json::object();
    for (const auto& [key, value] : table.as_table()) {
        Result<nlohmann::json> one = to_json(key, value);
        if (!one) {
            return one.error();
        }
        step.command[key] = std::move(one.value());
    }
    constexpr u64 longest_ms = 1'000'000'000;
    if (const auto after = step.command.find("after_ms"); after != step.command.end()) {
        if (!after->is_number_unsigned() || after->get<u64>() > longest_ms) {
            return Error{"after_ms: a number of milliseconds is needed, not " + after->dump()};
        }
        step.after_ms = after->get<u64>();
        step.command.erase(after);
    }
    return step;
}

// Line, what was being read, and what was wrong with it.
std::string what_is_wrong(const toml::error_info& error) {
    std::string text;
    for (const auto& [where, message] : error.locations()) {
        text += (text.empty()
                     ? ":" + std::to_string(where.first_line_number()) + ": " + error.title() + ": "
                     : ", ") +
                message;
    }
    return text.empty() ? ": " + error.title() : text;
}

}  // namespace

Result<std::vector<ScenarioStep>> parse_scenario(const std::string& path,
                                                 const Commands& commands) {
    std::vector<ScenarioStep> steps;
    const auto parsed = toml::try_parse(path);
    if (parsed.is_err()) {
        return Error{path + what_is_wrong(parsed.unwrap_err().front())};
    }
    const toml::value& root = parsed.unwrap();
    if (!root.contains("step") || !root.at("step").is_array_of_tables()) {
        return Error{path + ": a scenario consists of [[step]] tables"};
    }
    for (const toml::value& table : root.at("step").as_array()) {
        const std::string where = path + ": step " + std::to_string(steps.size() + 1) + ": ";
        Result<ScenarioStep> step = to_step(table);
        if (!step) {
            return Error{where + step.error().text};
        }
        if (const Status can = commands.check(step.value().command); !can) {
            return Error{where + can.error().text};
        }
        steps.push_back(std::move(step.value()));
    }
    return steps;
}

void schedule(const std::vector<ScenarioStep>& steps, Commands& commands, Timers& timers) {
    const u64 start = timers.now_ns();
    for (const ScenarioStep& step : steps) {
        timers.at(start + (step.after_ms * millisecond), [&commands, command = step.command] {
            const nlohmann::json answer = commands.run(command);
            if (!answer.at("ok").get<bool>()) {
                log_line("scenario: " +
                         command.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                         ": " + answer.at("error").get<std::string>());
            }
        });
    }
}

}  // namespace igbmodel
