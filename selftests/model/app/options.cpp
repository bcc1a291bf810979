// SPDX-License-Identifier: GPL-2.0-only
#include "app/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <optional>

namespace igbmodel {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

std::optional<u64> parse_number(const std::string& text, int base = 10) {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

Status apply(NicSetup& setup, const std::string& key, const std::string& value) {
    if (key == "socket") {
        setup.socket = value;
    } else if (key == "name") {
        setup.nic.name = value;
    } else if (key == "port") {
        setup.port = value;
    } else if (key == "capture") {
        setup.capture = value;
    } else if (key == "mac") {
        setup.nic.spec = find_mac(value);
        if (setup.nic.spec == nullptr) {
            return Error{"--nic: no MAC is called " + value + "; there are " +
                         std::string(mac_names())};
        }
    } else if (key == "address") {
        const Result<MacAddress> address = parse_address(value);
        if (!address) {
            return address.error();
        }
        setup.nic.address = address.value();
    } else if (key == "irq") {
        if (value != "msix" && value != "msi" && value != "intx") {
            return Error{"--nic: irq=" + value + "; it is msix, msi or intx"};
        }
        setup.nic.with_msix = value == "msix";
        setup.nic.with_msi = value != "intx";
    } else if (key == "vectors") {
        constexpr u64 most_vectors = 2048;  // of MSI-X
        const auto number = parse_number(value);
        if (!number || *number == 0 || *number > most_vectors) {
            return Error{"--nic: vectors=" + value + "; it is a number from 1 to " +
                         std::to_string(most_vectors)};
        }
        setup.nic.msix_vectors = static_cast<u32>(*number);
    } else if (key == "seed") {
        const auto number = parse_number(value);
        if (!number) {
            return Error{"--nic: seed=" + value + "; it is a decimal number below 2^64"};
        }
        setup.nic.seed = *number;
    } else {
        return Error{"--nic: " + key +
                     " is not known; there are socket, name, mac, address, port, capture, irq, "
                     "vectors, seed"};
    }
    return {};
}

}  // namespace

Result<MacAddress> parse_address(const std::string& text, bool group_too) {
    const std::vector<std::string> parts = split(text, ':');
    MacAddress address{};
    if (parts.size() == address.size()) {
        std::size_t good = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto value = parse_number(parts[i], 16);
            if (value && *value <= 0xff && parts[i].size() == 2) {
                address.at(i) = static_cast<u8>(*value);
                ++good;
            }
        }
        if (good == address.size() && (group_too || (address[0] & 1U) == 0)) {
            return address;
        }
    }
    return Error{text + " is no " + (group_too ? "" : "unicast ") +
                 "address like 02:00:00:00:00:01"};
}

Result<NicSetup> parse_nic(const std::string& text, std::size_t index) {
    NicSetup setup;
    setup.nic.name = "nic" + std::to_string(index);
    setup.nic.address[5] = static_cast<u8>(index + 1);
    setup.nic.spec = find_mac("82576");
    setup.port = "none";
    for (const std::string& pair : split(text, ',')) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) {
            return Error{"--nic: '" + pair + "' is not of the form key=value"};
        }
        if (const Status done = apply(setup, pair.substr(0, equals), pair.substr(equals + 1));
            !done) {
            return done.error();
        }
    }
    if (setup.nic.msix_vectors > setup.nic.spec->msix_vectors) {
        return Error{"--nic: vectors=" + std::to_string(setup.nic.msix_vectors) + ": the " +
                     std::string(setup.nic.spec->name) + " has " +
                     std::to_string(setup.nic.spec->msix_vectors)};
    }
    if (setup.socket.empty()) {
        return Error{"--nic: socket=PATH is missing"};
    }
    return setup;
}

std::variant<Options, int> parse_command_line(int argc, char** argv) {
    CLI::App app{"igb-model: an Intel igb-family network card for QEMU, over vfio-user"};
    Options options;
    std::vector<std::string> nics;
    app.add_option("--nic", nics,
                   "socket=PATH[,name=N][,mac=82576][,address=02:..][,port=cable:NAME|tap:IF|"
                   "wire:OWN:PEER|none][,capture=FILE][,irq=msix|msi|intx][,vectors=N][,seed=N]")
        ->required()
        ->delimiter('\0');
    app.add_option("--control", options.control,
                   "unix socket for commands, one JSON object a line");
    app.add_option("--scenario", options.scenario, "TOML file of faults to begin with");
    app.add_flag("--once", options.once, "end when every device's client has gone");
    app.add_flag("-v,--verbose", options.verbose, "tell of resets, links and maps");
    app.add_flag("-q,--quiet", options.quiet, "tell nothing but the summary");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    for (std::size_t i = 0; i < nics.size(); ++i) {
        Result<NicSetup> setup = parse_nic(nics[i], i);
        if (!setup) {
            std::cerr << "igb-model: " << setup.error().text << "\n";
            return 2;
        }
        options.nics.push_back(std::move(setup.value()));
    }
    return options;
}

}  // namespace igbmodel
