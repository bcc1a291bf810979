// SPDX-License-Identifier: GPL-2.0-only
// Interrupts by procfs: what /proc/interrupts counts and where /proc/irq sends them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "util/cpu_set.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct Interrupt {
    std::uint32_t number{};
    std::uint64_t count{};                         // over all CPUs
    std::string chip;                              // "PCI-MSIX-0000:01:00.0", "IO-APIC"
    std::optional<std::uint32_t> hardware_number;  // of that chip
    std::vector<std::string> actions;              // the names under which drivers requested it
};

// The numbered lines of /proc/interrupts; the architecture's own (NMI, LOC) are left out.
util::Result<std::vector<Interrupt>> interrupts(const Files& files);
util::Result<std::vector<Interrupt>> parse_interrupts(std::string_view text);

// The CPUs that take an interrupt: the effective affinity, or what was asked for where the kernel
// does not tell.
util::Result<util::CpuSet> interrupt_cpus(const Files& files, std::uint32_t number);

}  // namespace igbtune::source
