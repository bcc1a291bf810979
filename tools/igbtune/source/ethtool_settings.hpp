// SPDX-License-Identifier: GPL-2.0-only
// Settings of the driver by ethtool's netlink family, to read and to write.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "source/generic_netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

// One number in a message of the family: where to read it, how to write it.
struct EthtoolParameter {
    std::uint8_t get{};
    std::uint8_t set{};
    std::uint16_t attribute{};
    bool byte{};              // a flag of 8 bits; else 32
    std::uint16_t maximum{};  // the attribute with the driver's limit; 0: there is none
};

struct EthtoolValue {
    std::uint64_t value{};
    std::optional<std::uint64_t> maximum;
};

namespace ethtool_parameter {
extern const EthtoolParameter rx_ring;
extern const EthtoolParameter tx_ring;
extern const EthtoolParameter combined_channels;
extern const EthtoolParameter rx_channels;
extern const EthtoolParameter tx_channels;
extern const EthtoolParameter rx_usecs;
extern const EthtoolParameter rx_frames;
extern const EthtoolParameter tx_usecs;
extern const EthtoolParameter tx_frames;
extern const EthtoolParameter adaptive_rx;
extern const EthtoolParameter adaptive_tx;
}  // namespace ethtool_parameter

// ErrorKind::not_supported where the driver does not have it.
util::Result<EthtoolValue> read_parameter(GenericNetlink& netlink, int device,
                                          const EthtoolParameter& parameter);
util::Status write_parameter(GenericNetlink& netlink, int device, const EthtoolParameter& parameter,
                             std::uint64_t value);

struct Features {
    std::set<std::string> active;
    std::set<std::string> changeable;
};

util::Result<Features> features(GenericNetlink& netlink, int device);
util::Status set_feature(GenericNetlink& netlink, int device, const std::string& name, bool on);

}  // namespace igbtune::source
