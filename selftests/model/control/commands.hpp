// SPDX-License-Identifier: GPL-2.0-only
// What can be asked of a running model, one JSON object each: faults, links, frames, counters.
// The same objects are the steps of a scenario file.
#pragma once

#include <nlohmann/json.hpp>

#include "app/machine.hpp"

namespace igbmodel {

class Commands {
public:
    Commands(Machine& machine, Timers& timers) : machine_(machine), timers_(timers) {}

    // Whether it can be carried out, as far as that is known beforehand; else which key is wrong.
    [[nodiscard]] Status check(const nlohmann::json& command) const;
    // Always an object with "ok"; with "error" when that is false.
    [[nodiscard]] nlohmann::json run(const nlohmann::json& command);
    [[nodiscard]] nlohmann::json run_line(const std::string& line);
    // The same as text. Whatever the line was, this throws nothing: the devices must live on.
    [[nodiscard]] std::string answer(const std::string& line);

private:
    using Json = nlohmann::json;

    Result<Json> execute(const std::string& verb, Nic& nic, Server& server, const Json& command);
    static Status check_fault(const Nic& nic, const Json& command);
    Result<Json> fault(Nic& nic, const Json& command);
    static Result<Json> clear(Nic& nic, const Json& command);
    static Result<Json> random(Nic& nic, const Json& command);
    static Result<Json> inject(Nic& nic, const Json& command);
    static Result<Json> replay(Nic& nic, const Json& command);
    static Result<Json> generate(Nic& nic, const Json& command);
    static Json statistics(Nic& nic);

    Machine& machine_;
    Timers& timers_;
};

}  // namespace igbmodel
