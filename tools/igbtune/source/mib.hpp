// SPDX-License-Identifier: GPL-2.0-only
// The protocols' counters: /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "source/files.hpp"
#include "source/named_value.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// Counters by protocol ("Ip", "Udp", "TcpExt"), in the kernel's order. Values that are negative (a
// "no limit" among the settings that snmp mixes in) are left out: no counter is.
using Mibs = std::map<std::string, std::vector<NamedValue>>;

// Two lines for each protocol: names, then values.
util::Result<Mibs> parse_paired_mibs(std::string_view text);

// "Ip6InReceives 4" on each line; the protocol is the part of the name up to and with the "6" or
// "Lite6".
util::Result<Mibs> parse_listed_mibs(std::string_view text);

// snmp and netstat together.
util::Result<Mibs> ipv4_mibs(const Files& files);
util::Result<Mibs> ipv6_mibs(const Files& files);

}  // namespace igbtune::source
