// SPDX-License-Identifier: GPL-2.0-only
// Which queue a packet goes to: indirection table, hash key and function, hash fields. By the
// ioctl, because netlink writes them only since Linux 6.17.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "source/ethtool_ioctl.hpp"
#include "util/result.hpp"

namespace igbtune::source {

struct ReceiveHash {
    std::vector<std::uint32_t> table;  // the queue of each entry
    std::vector<std::uint8_t> key;     // empty where the driver has none to show
    std::uint8_t function{};           // ETH_RSS_HASH_TOP, ...; 0: it does not say
};

util::Result<ReceiveHash> receive_hash(EthtoolIoctl& ioctl, const std::string& device);

// How many queues there are to choose from.
util::Result<std::uint32_t> receive_queues(EthtoolIoctl& ioctl, const std::string& device);

// An empty table is the driver's own, which follows the number of queues.
util::Status set_receive_table(EthtoolIoctl& ioctl, const std::string& device,
                               const std::vector<std::uint32_t>& table);
util::Status set_receive_key(EthtoolIoctl& ioctl, const std::string& device,
                             const std::vector<std::uint8_t>& key);

// The fields of a kind of flow that go into the hash, as RXH_ bits.
util::Result<std::uint64_t> hash_fields(EthtoolIoctl& ioctl, const std::string& device,
                                        std::uint32_t flow_type);
util::Status set_hash_fields(EthtoolIoctl& ioctl, const std::string& device,
                             std::uint32_t flow_type, std::uint64_t fields);

}  // namespace igbtune::source
