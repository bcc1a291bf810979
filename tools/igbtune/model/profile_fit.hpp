// SPDX-License-Identifier: GPL-2.0-only
// What a profile means on one device: queues by number where it says "rx-*", CPUs by number where
// it says "spread" or "all".
#pragma once

#include "model/knobs.hpp"
#include "model/profile.hpp"
#include "source/files.hpp"
#include "util/cpu_set.hpp"
#include "util/result.hpp"

namespace igbtune::model {

// A setting that is named beats one that a '*' means. What is optional and not there is left out.
[[nodiscard]] util::Result<Settings> fit(const Profile& profile, const Knobs& knobs,
                                         const util::CpuSet& online);

// Of this machine.
[[nodiscard]] util::CpuSet online_cpus(const source::Files& files);

}  // namespace igbtune::model
