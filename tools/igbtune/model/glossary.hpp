// SPDX-License-Identifier: GPL-2.0-only
// What the counters and knobs that igbtune shows mean. One table feeds `igbtune explain`, the HELP
// texts of the metrics and the manual.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace igbtune::model {

enum class Verdict {
    fine,  // counts what went well
    look,  // worth a look when it grows
    loss,  // each count is a packet that was lost
    knob,  // no counter: a setting
};

struct Term {
    std::string_view name;     // "udp.RcvbufErrors": the group, then the counter
    std::string_view layer;    // where on the way
    std::string_view counter;  // who increments it, or reads the setting
    std::string_view meaning;
    std::string_view contains;  // how it overlaps with others; empty if it does not
    std::string_view since;     // the first kernel, where that matters
    Verdict verdict{};
    std::string_view advice;  // empty where there is nothing to do
};

[[nodiscard]] std::span<const Term> glossary();
[[nodiscard]] std::vector<const Term*> all_terms();

// By the whole name, by the counter alone, with or without an instance in brackets, or by a name of
// `ethtool -S` that belongs to a queue. A bare name can mean several.
[[nodiscard]] std::vector<const Term*> explain(std::string_view name);

// All whose names begin with the group's: "softnet", "queue.rx".
[[nodiscard]] std::vector<const Term*> terms_of_group(std::string_view group);

// The name that was likely meant; empty if none is near.
[[nodiscard]] std::string likely_term(std::string_view name);

[[nodiscard]] std::string_view to_string(Verdict verdict);

}  // namespace igbtune::model
