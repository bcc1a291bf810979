// SPDX-License-Identifier: GPL-2.0-only
// Which settings change from what to what, in the order in which they are written.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/knobs.hpp"
#include "util/result.hpp"

namespace igbtune::model {

using Settings = std::vector<std::pair<std::string, std::string>>;  // knob, value

struct Change {
    std::string knob;
    std::string before;
    std::string after;
    Order order{};

    // Only written again because another change resets it.
    [[nodiscard]] bool kept() const { return before == after; }

    bool operator==(const Change&) const = default;
};

struct Plan {
    std::string device;
    int index{};  // of the device, should it be renamed; 0: it has none
    std::vector<Change> changes;

    // Of those that were asked for, without what is kept.
    [[nodiscard]] std::size_t size() const;
};

// Everything is looked at before anything is written: unknown knobs, wrong values, knobs that were
// named twice. What has its value already is no change.
[[nodiscard]] util::Result<Plan> make_plan(const Knobs& knobs, const Settings& wanted);

// Those of the wanted settings that the machine does not have.
[[nodiscard]] util::Result<std::vector<Change>> differences(const Knobs& knobs,
                                                            const Settings& wanted);

// That every setting that changes still is what the plan says it was: somebody may have been there
// in between.
[[nodiscard]] util::Status still_before(source::Sources& sources, const Plan& plan);

// Writes all; the first that fails ends it.
[[nodiscard]] util::Status carry_out(source::Sources& sources, const Plan& plan);

// Writes back what differs from before. Goes on after a failure, and tells the first. With a device
// that is gone its settings went, too: then only those of the machine are left.
[[nodiscard]] util::Status take_back(source::Sources& sources, const Plan& plan);

}  // namespace igbtune::model
