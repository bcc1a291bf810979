// SPDX-License-Identifier: GPL-2.0-only
// Facts about the machine that no snapshot holds, and about the device's place in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "source/files.hpp"
#include "util/cpu_set.hpp"

namespace igbtune::model {

struct Surroundings {
    unsigned online_cpus{1};
    util::CpuSet cpus;  // the same by their numbers
    bool irqbalance{};  // is running

    // Where the machine has several NUMA nodes and the device is near one of them.
    std::optional<unsigned> node;
    util::CpuSet node_cpus;

    // igbr, for a device that another driver has.
    bool igbr_loaded{};
    std::string igbr_file;            // its module for the running kernel; empty: there is none
    std::optional<bool> igbr_signed;  // nothing: the module is compressed

    // Settings of the machine that advice is computed from: "net.core.netdev_budget".
    std::map<std::string, std::uint64_t> settings;

    std::string signatures;  // what makes the kernel refuse modules without one; empty: nothing

    bool operator==(const Surroundings&) const = default;
};

[[nodiscard]] Surroundings read_surroundings(const source::Files& files, const std::string& device);

}  // namespace igbtune::model
