// SPDX-License-Identifier: GPL-2.0-only
// The driver of a PCI function as a knob of its own device, "pci:0000:01:00.0": the network device
// goes and comes with the driver, the function stays. What it reads is "igbr/OVERRIDE/LINK", the
// driver, driver_override and what the device would lose with its driver, so that a way back from
// any moment gives that back, too.
#pragma once

#include <string>
#include <string_view>

#include "model/knobs.hpp"
#include "source/sources.hpp"

namespace igbtune::model {

inline constexpr std::string_view pci_prefix = "pci:";

// How long a new driver may take to show the device, and the link to come.
inline constexpr int device_patience_seconds = 15;
inline constexpr int link_patience_seconds = 20;

// "igbr" of "igbr/OVERRIDE/LINK".
[[nodiscard]] std::string_view driver_name(std::string_view value);

[[nodiscard]] Knob driver_knob(source::Sources& sources, const std::string& address);

}  // namespace igbtune::model
