// SPDX-License-Identifier: GPL-2.0-only
// The command line.
#pragma once

#include <string>
#include <vector>

#include "device/nic.hpp"
#include "util/result.hpp"

namespace igbmodel {

struct NicSetup {
    NicOptions nic;
    std::string socket;
    std::string port;     // "none", "cable:NAME", "tap:INTERFACE", "wire:OWN:PEER"
    std::string capture;  // pcap file of what passes the connector
};

struct Options {
    std::vector<NicSetup> nics;
    std::string control;
    std::string scenario;
    bool once = false;
    bool verbose = false;
    bool quiet = false;
};

// One --nic argument: key=value pairs separated by commas.
[[nodiscard]] Result<NicSetup> parse_nic(const std::string& text, std::size_t index);
[[nodiscard]] Result<MacAddress> parse_address(const std::string& text, bool group_too = false);

// An exit status instead of options when the command line asked for help or was wrong.
[[nodiscard]] std::variant<Options, int> parse_command_line(int argc, char** argv);

}  // namespace igbmodel
