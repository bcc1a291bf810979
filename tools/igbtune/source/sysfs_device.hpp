// SPDX-License-Identifier: GPL-2.0-only
// A network device in sysfs: its queues and their CPUs, its driver, its interrupts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "source/files.hpp"
#include "util/cpu_set.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct QueueCounts {
    std::uint32_t rx{};
    std::uint32_t tx{};
};

// sysfs shows the network namespace it was mounted in, which need not be that of this process.
util::Result<int> sysfs_device_index(const Files& files, const std::string& device);

util::Result<QueueCounts> queue_counts(const Files& files, const std::string& device);
util::Result<util::CpuSet> receive_steering_cpus(const Files& files, const std::string& device,
                                                 std::uint32_t queue);
util::Result<util::CpuSet> transmit_steering_cpus(const Files& files, const std::string& device,
                                                  std::uint32_t queue);

// Byte queue limits: how much may be on its way to the device, and how much is.
struct ByteQueue {
    std::uint64_t limit{};                // bytes
    std::uint64_t inflight{};             // bytes, at this moment
    std::optional<std::uint64_t> stalls;  // since Linux 6.9
};
util::Result<ByteQueue> byte_queue(const Files& files, const std::string& device,
                                   std::uint32_t queue);

// The name of the bound driver, as its link says.
util::Result<std::string> device_driver(const Files& files, const std::string& device);

struct PciDevice {
    std::string vendor;                            // "8086"
    std::string device;                            // "10c9"
    std::uint32_t interrupt{};                     // INTx; 0: none
    std::map<std::uint32_t, std::string> vectors;  // "msi" or "msix" by interrupt number
};

util::Result<PciDevice> pci_device(const Files& files, const std::string& address);

}  // namespace igbtune::source
