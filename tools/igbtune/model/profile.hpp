// SPDX-License-Identifier: GPL-2.0-only
// Profiles: settings in a file. The part of TOML that settings need: keys, numbers, strings, true
// and false, comments, and the tables [knobs] and [optional]. In a name "rx-*" means every
// receive queue; for CPUs "spread" means one after the other, queue by queue, and "all" all.
#pragma once

#include <string>
#include <string_view>

#include "model/knobs.hpp"
#include "model/plan.hpp"
#include "util/result.hpp"

namespace igbtune::model {

struct Profile {
    std::string device;  // empty where the profile is for any
    Settings settings;
    Settings optional;  // only where the device has it
};

// An Error names the line and what would be right there.
[[nodiscard]] util::Result<Profile> parse_profile(std::string_view text);

// The present state.
[[nodiscard]] util::Result<Profile> present_profile(const Knobs& knobs);
[[nodiscard]] std::string profile_text(const Profile& profile);

// "knob=value"
[[nodiscard]] util::Result<std::pair<std::string, std::string>> parse_setting(
    std::string_view text);

}  // namespace igbtune::model
