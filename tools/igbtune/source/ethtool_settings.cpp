// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_settings.hpp"

#include <linux/ethtool_netlink.h>

#include <array>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

// The header is the first attribute of every message of the family.
constexpr std::uint16_t header = 1;

void put_header(Message& message, int device) {
    message.nest(header, [&] {
        message.put(ETHTOOL_A_HEADER_DEV_INDEX, static_cast<std::uint32_t>(device));
        message.put(ETHTOOL_A_HEADER_FLAGS, std::uint32_t{0});
    });
}

Result<Bytes> ask(GenericNetlink& netlink, std::uint8_t command, int device) {
    auto replies = netlink.get(ETHTOOL_GENL_NAME, command,
                               [&](Message& message) { put_header(message, device); });
    if (!replies) {
        return replies.error();
    }
    if (replies->empty()) {
        return Error{ErrorKind::failure, "ethtool netlink: no answer"};
    }
    return std::move(replies->front());
}

// Of a bitset: the names of its bits, all or those that are set. One without a mask lists only
// those.
std::set<std::string> bit_names(const Attributes& bitset, bool only_set) {
    const bool without_mask = bitset.find(ETHTOOL_A_BITSET_NOMASK) != nullptr;
    std::set<std::string> names;
    for (const Attribute& item : bitset.nested(ETHTOOL_A_BITSET_BITS)) {
        const Attributes bit = item.nested();
        const auto name = bit.text(ETHTOOL_A_BITSET_BIT_NAME);
        const bool set = without_mask || bit.find(ETHTOOL_A_BITSET_BIT_VALUE) != nullptr;
        if (name && (set || !only_set)) {
            names.insert(*name);
        }
    }
    return names;
}

constexpr EthtoolParameter coalesce(std::uint16_t attribute, bool byte) noexcept {
    return {.get = ETHTOOL_MSG_COALESCE_GET,
            .set = ETHTOOL_MSG_COALESCE_SET,
            .attribute = attribute,
            .byte = byte,
            .maximum = 0};
}

constexpr EthtoolParameter ring(std::uint16_t attribute, std::uint16_t maximum) noexcept {
    return {.get = ETHTOOL_MSG_RINGS_GET,
            .set = ETHTOOL_MSG_RINGS_SET,
            .attribute = attribute,
            .byte = false,
            .maximum = maximum};
}

constexpr EthtoolParameter channels(std::uint16_t attribute, std::uint16_t maximum) noexcept {
    return {.get = ETHTOOL_MSG_CHANNELS_GET,
            .set = ETHTOOL_MSG_CHANNELS_SET,
            .attribute = attribute,
            .byte = false,
            .maximum = maximum};
}

}  // namespace

namespace ethtool_parameter {
const EthtoolParameter rx_ring = ring(ETHTOOL_A_RINGS_RX, ETHTOOL_A_RINGS_RX_MAX);
const EthtoolParameter tx_ring = ring(ETHTOOL_A_RINGS_TX, ETHTOOL_A_RINGS_TX_MAX);
const EthtoolParameter combined_channels =
    channels(ETHTOOL_A_CHANNELS_COMBINED_COUNT, ETHTOOL_A_CHANNELS_COMBINED_MAX);
const EthtoolParameter rx_channels =
    channels(ETHTOOL_A_CHANNELS_RX_COUNT, ETHTOOL_A_CHANNELS_RX_MAX);
const EthtoolParameter tx_channels =
    channels(ETHTOOL_A_CHANNELS_TX_COUNT, ETHTOOL_A_CHANNELS_TX_MAX);
const EthtoolParameter rx_usecs = coalesce(ETHTOOL_A_COALESCE_RX_USECS, false);
const EthtoolParameter rx_frames = coalesce(ETHTOOL_A_COALESCE_RX_MAX_FRAMES, false);
const EthtoolParameter tx_usecs = coalesce(ETHTOOL_A_COALESCE_TX_USECS, false);
const EthtoolParameter tx_frames = coalesce(ETHTOOL_A_COALESCE_TX_MAX_FRAMES, false);
const EthtoolParameter adaptive_rx = coalesce(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, true);
const EthtoolParameter adaptive_tx = coalesce(ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, true);
}  // namespace ethtool_parameter

Result<EthtoolValue> read_parameter(GenericNetlink& netlink, int device,
                                    const EthtoolParameter& parameter) {
    const auto reply = ask(netlink, parameter.get, device);
    if (!reply) {
        return reply.error();
    }
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    const auto value = attributes.unsigned_number(parameter.attribute);
    if (!value) {
        return Error{ErrorKind::not_supported, "the driver does not have it"};
    }
    EthtoolValue found{.value = *value, .maximum = std::nullopt};
    if (parameter.maximum != 0) {
        found.maximum = attributes.unsigned_number(parameter.maximum);
    }
    return found;
}

Status write_parameter(GenericNetlink& netlink, int device, const EthtoolParameter& parameter,
                       std::uint64_t value) {
    const auto replies = netlink.get(ETHTOOL_GENL_NAME, parameter.set, [&](Message& message) {
        put_header(message, device);
        if (parameter.byte) {
            const std::array<std::byte, 1> byte{static_cast<std::byte>(value)};
            message.put(parameter.attribute, ByteView(byte));
        } else {
            message.put(parameter.attribute, static_cast<std::uint32_t>(value));
        }
    });
    if (!replies) {
        return replies.error();
    }
    return util::Done{};
}

Result<Features> features(GenericNetlink& netlink, int device) {
    const auto reply = ask(netlink, ETHTOOL_MSG_FEATURES_GET, device);
    if (!reply) {
        return reply.error();
    }
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    return Features{.active = bit_names(attributes.nested(ETHTOOL_A_FEATURES_ACTIVE), true),
                    .changeable = bit_names(attributes.nested(ETHTOOL_A_FEATURES_HW), true)};
}

Status set_feature(GenericNetlink& netlink, int device, const std::string& name, bool on) {
    const auto replies =
        netlink.get(ETHTOOL_GENL_NAME, ETHTOOL_MSG_FEATURES_SET, [&](Message& message) {
            put_header(message, device);
            message.nest(ETHTOOL_A_FEATURES_WANTED, [&] {
                message.nest(ETHTOOL_A_BITSET_BITS, [&] {
                    message.nest(ETHTOOL_A_BITSET_BITS_BIT, [&] {
                        message.put(ETHTOOL_A_BITSET_BIT_NAME, std::string_view(name));
                        if (on) {
                            message.put_flag(ETHTOOL_A_BITSET_BIT_VALUE);
                        }
                    });
                });
            });
        });
    if (!replies) {
        return replies.error();
    }
    return util::Done{};
}

}  // namespace igbtune::source
