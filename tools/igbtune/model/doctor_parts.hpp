// SPDX-License-Identifier: GPL-2.0-only
// What the doctor looks for in the machine around the device, and in what the device tells of
// itself.
#pragma once

#include <vector>

#include "model/doctor.hpp"

namespace igbtune::model {

// Interrupts and RPS on CPUs of another NUMA node than the device.
void find_far_cpus(const Snapshot& snapshot, const Surroundings& surroundings,
                   std::vector<Finding>& findings);

// Transmit queues from which nothing goes.
void find_stalls(const LedgerReport& transmit, std::vector<Finding>& findings);

// Faults that the driver told devlink of.
void find_faults(const LedgerReport& receive, std::vector<Finding>& findings);

// Flows that wanted to be steered and found no filter.
void find_full_filters(const LedgerReport& receive, std::vector<Finding>& findings);

// Captures, which cost each packet a copy.
void find_taps(const Snapshot& snapshot, std::vector<Finding>& findings);

// Another driver on a port that igbr could have, and why igbr may not come.
void find_driver(const Snapshot& snapshot, const Surroundings& surroundings,
                 std::vector<Finding>& findings);

}  // namespace igbtune::model
