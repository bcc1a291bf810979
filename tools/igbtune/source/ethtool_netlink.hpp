// SPDX-License-Identifier: GPL-2.0-only
// The driver by ethtool's netlink family. Devices are named by index: a rename in between does not
// matter.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "source/generic_netlink.hpp"
#include "source/named_value.hpp"
#include "util/result.hpp"

namespace igbtune::source {

enum class Duplex { half, full };

struct LinkModes {
    std::optional<std::uint32_t> speed;  // Mb/s
    std::optional<Duplex> duplex;
};

struct Rings {
    std::optional<std::uint32_t> rx;  // descriptors
    std::optional<std::uint32_t> tx;
};

// What the device and its driver can do with time.
struct TimeStamping {
    std::vector<std::string> abilities;   // "hardware-transmit", "software-receive"
    std::vector<std::string> tx_types;    // "off", "on"
    std::vector<std::string> rx_filters;  // "none", "all", "ptpv2-event"
    std::optional<std::uint32_t> clock;   // the N of /dev/ptpN

    bool operator==(const TimeStamping&) const = default;
};

// One group of standard statistics ("eth-mac", "rmon") with those counters that the driver fills.
struct StatisticsGroup {
    std::string name;
    std::vector<NamedValue> counters;
};

// The names of ethtool's standard statistics by the number of their string set. They are the
// kernel's, not a device's: read once.
using StringSets = std::map<std::uint32_t, std::vector<std::string>>;

util::Result<LinkModes> link_modes(GenericNetlink& netlink, int device);
util::Result<Rings> rings(GenericNetlink& netlink, int device);

util::Result<TimeStamping> time_stamping(GenericNetlink& netlink, int device);

// The indirection table: the Rx queue of each entry. Empty where the driver has none.
util::Result<std::vector<std::uint32_t>> rss_table(GenericNetlink& netlink, int device);

util::Result<StringSets> standard_names(GenericNetlink& netlink);
util::Result<std::vector<StatisticsGroup>> standard_statistics(GenericNetlink& netlink, int device,
                                                               const StringSets& names);
util::Result<std::vector<NamedValue>> pause_statistics(GenericNetlink& netlink, int device);

// The names of what `ethtool -S` shows.
util::Result<std::vector<std::string>> driver_statistic_names(GenericNetlink& netlink, int device);

}  // namespace igbtune::source
