// SPDX-License-Identifier: GPL-2.0-only
// Which driver a PCI function has, and another one for it.
#pragma once

#include <string>
#include <vector>

#include "source/files.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// "0000:01:00.0"; ErrorKind::not_supported for a device that is no PCI function.
util::Result<std::string> pci_address(const Files& files, const std::string& device);

// Empty: none.
util::Result<std::string> bound_driver(const Files& files, const std::string& address);

// The network devices of the function, as sysfs shows them.
[[nodiscard]] std::vector<std::string> network_devices(const Files& files,
                                                       const std::string& address);

// Bonds, bridges, VLANs and others that stand upon the device.
[[nodiscard]] std::vector<std::string> devices_above(const Files& files, const std::string& device);

// The only driver that the kernel would bind to it by itself; empty: any that knows it.
util::Result<std::string> driver_override(const Files& files, const std::string& address);

// Takes the function from the driver that it has and gives it to that one, which must be loaded.
// Whether that succeeds or not, afterwards the override is what is said here.
util::Status bind_driver(const Files& files, const std::string& address, const std::string& driver,
                         const std::string& override);

}  // namespace igbtune::source
