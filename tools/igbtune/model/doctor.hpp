// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with the way of packets, by evidence, the worst first, and what would help.
#pragma once

#include <string>
#include <vector>

#include "model/feed.hpp"
#include "model/ledger_report.hpp"

namespace igbtune::model {

enum class Severity { note, warning, loss };

struct Finding {
    Severity severity{};
    std::int64_t weight{};  // packets that it cost; orders findings of the same severity
    std::string title;
    std::string evidence;
    std::string advice;   // in words
    std::string command;  // that would help, as it can be run
};

// Of a receive and a transmit ledger of the same snapshot.
[[nodiscard]] std::vector<Finding> examine(const LedgerReport& receive,
                                           const LedgerReport& transmit,
                                           const Surroundings& surroundings);

[[nodiscard]] std::string_view to_string(Severity severity);

}  // namespace igbtune::model
