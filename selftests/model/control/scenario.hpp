// SPDX-License-Identifier: GPL-2.0-only
// A TOML file of commands, each with the time at which it is carried out:
//
//     [[step]]
//     after_ms = 500
//     do = "fault"
//     fault = "rx_length"
//     value = 65535
#pragma once

#include <string>
#include <vector>

#include "control/commands.hpp"

namespace igbmodel {

struct ScenarioStep {
    u64 after_ms = 0;
    nlohmann::json command;
};

// Every step is checked as far as `commands` can say beforehand. An error names file and step.
[[nodiscard]] Result<std::vector<ScenarioStep>> parse_scenario(const std::string& path,
                                                               const Commands& commands);

// Steps count from now; one that fails is told on standard error.
void schedule(const std::vector<ScenarioStep>& steps, Commands& commands, Timers& timers);

}  // namespace igbmodel
