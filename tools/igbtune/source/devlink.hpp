// SPDX-License-Identifier: GPL-2.0-only
// What devlink knows of a device: the reporters of its faults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "source/generic_netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct HealthReporter {
    std::string name;  // "tx"
    bool healthy{};
    std::uint64_t errors{};
    std::uint64_t recoveries{};
};

// Of the device with this name on the bus ("pci", "0000:01:00.0"); empty where its driver has none.
util::Result<std::vector<HealthReporter>> health_reporters(GenericNetlink& netlink,
                                                           const std::string& bus,
                                                           const std::string& name);

}  // namespace igbtune::source
