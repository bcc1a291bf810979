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
    step.after_ms = step.command.value("after_ms", u64{0});
    step.command.erase("after_ms");
    return step;
}

}  // namespace

Result<std::vector<ScenarioStep>> parse_scenario(const std::string& path) {
    std::vector<ScenarioStep> steps;
    const auto parsed = toml::try_parse(path);
    if (parsed.is_err()) {
        return Error{path + ": " + parsed.unwrap_err().front().title()};
    }
    const toml::value& root = parsed.unwrap();
    if (!root.contains("step") || !root.at("step").is_array_of_tables()) {
        return Error{path + ": a scenario consists of [[step]] tables"};
    }
    for (const toml::value& table : root.at("step").as_array()) {
        Result<ScenarioStep> step = to_step(table);
        if (!step) {
            return Error{path + ": " + step.error().text};
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
