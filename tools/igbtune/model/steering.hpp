// SPDX-License-Identifier: GPL-2.0-only
// Which frames are led to which queue, by whom; and what a wish to change that means in settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/knobs.hpp"
#include "model/plan.hpp"
#include "source/igbr_family.hpp"
#include "source/sources.hpp"
#include "util/cpu_set.hpp"
#include "util/result.hpp"

namespace igbtune::model {

struct Steering {
    std::string device;
    std::vector<source::HardwareFilter> filters;
    std::vector<source::AskedFlow> flows;
    std::vector<source::NamedValue> counters;
};

// Only igbr tells that.
[[nodiscard]] util::Result<Steering> read_steering(source::Sources& sources,
                                                   const std::string& device);

// The knob "ntuple" as it would be with these rules more, in ethtool's words, and without those at
// these locations.
[[nodiscard]] util::Result<Settings> change_rules(const Knobs& knobs,
                                                  const std::vector<std::string>& added,
                                                  const std::vector<std::uint32_t>& deleted);

// The same of its text.
[[nodiscard]] util::Result<std::string> edited_rules(const std::string& present,
                                                     const std::vector<std::string>& added,
                                                     const std::vector<std::uint32_t>& deleted);

// All that it takes for flows to come to the CPU of their reader: the driver's feature, the stack's
// tables, a CPU for each queue. Off: nobody asks the driver any more.
[[nodiscard]] util::Result<Settings> flow_steering(const Knobs& knobs, bool on,
                                                   const util::CpuSet& online);

}  // namespace igbtune::model
