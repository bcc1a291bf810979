// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_steering.hpp"

#include <linux/ethtool.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::size_t table_limit = 65536;
constexpr std::size_t key_limit = 4096;
constexpr std::uint32_t table_stays = 0xffffffff;  // ETH_RXFH_INDIR_NO_CHANGE, of newer headers

std::vector<std::byte> bytes_of(const ethtool_rxfh& request, std::size_t room) {
    std::vector<std::byte> bytes(sizeof(request) + room);
    std::memcpy(bytes.data(), &request, sizeof(request));
    return bytes;
}

ethtool_rxfh head_of(const std::vector<std::byte>& bytes) {
    ethtool_rxfh head{};
    std::memcpy(&head, bytes.data(), sizeof(head));
    return head;
}

Status call_with_fields(EthtoolIoctl& ioctl, const std::string& device, ethtool_rxnfc& request) {
    std::vector<std::byte> bytes(sizeof(request));
    std::memcpy(bytes.data(), &request, sizeof(request));
    Status done = ioctl.call(device, bytes);
    std::memcpy(&request, bytes.data(), sizeof(request));
    return done;
}

}  // namespace

Result<ReceiveHash> receive_hash(EthtoolIoctl& ioctl, const std::string& device) {
    ethtool_rxfh request{};
    request.cmd = ETHTOOL_GRSSH;  // sizes of 0 ask for the sizes
    std::vector<std::byte> bytes = bytes_of(request, 0);
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    const ethtool_rxfh sizes = head_of(bytes);
    if (sizes.indir_size > table_limit || sizes.key_size > key_limit) {
        return Error{ErrorKind::failure, "the indirection table or the key is too large to be one"};
    }
    request.indir_size = sizes.indir_size;
    request.key_size = sizes.key_size;
    const std::size_t table_bytes = sizes.indir_size * sizeof(std::uint32_t);
    bytes = bytes_of(request, table_bytes + sizes.key_size);
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    ReceiveHash hash;
    hash.function = head_of(bytes).hfunc;
    hash.table.resize(sizes.indir_size);
    hash.key.resize(sizes.key_size);
    const auto content = std::span<const std::byte>(bytes).subspan(sizeof(request));
    std::ranges::copy(content.first(table_bytes),
                      std::as_writable_bytes(std::span(hash.table)).begin());
    std::ranges::copy(content.subspan(table_bytes, hash.key.size()),
                      std::as_writable_bytes(std::span(hash.key)).begin());
    return hash;
}

Result<std::uint32_t> receive_queues(EthtoolIoctl& ioctl, const std::string& device) {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_GRXRINGS;
    if (const Status status = call_with_fields(ioctl, device, request); !status) {
        return status.error();
    }
    return static_cast<std::uint32_t>(request.data);
}

Status set_receive_table(EthtoolIoctl& ioctl, const std::string& device,
                         const std::vector<std::uint32_t>& table) {
    ethtool_rxfh request{};
    request.cmd = ETHTOOL_SRSSH;
    request.indir_size = static_cast<std::uint32_t>(table.size());
    const std::size_t table_bytes = table.size() * sizeof(std::uint32_t);
    std::vector<std::byte> bytes = bytes_of(request, table_bytes);
    std::ranges::copy(std::as_bytes(std::span(table)), bytes.begin() + sizeof(request));
    return ioctl.call(device, bytes);
}

Status set_receive_key(EthtoolIoctl& ioctl, const std::string& device,
                       const std::vector<std::uint8_t>& key) {
    ethtool_rxfh request{};
    request.cmd = ETHTOOL_SRSSH;
    request.indir_size = table_stays;
    request.key_size = static_cast<std::uint32_t>(key.size());
    std::vector<std::byte> bytes = bytes_of(request, key.size());
    std::ranges::copy(std::as_bytes(std::span(key)), bytes.begin() + sizeof(request));
    return ioctl.call(device, bytes);
}

Result<std::uint64_t> hash_fields(EthtoolIoctl& ioctl, const std::string& device,
                                  std::uint32_t flow_type) {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_GRXFH;
    request.flow_type = flow_type;
    if (const Status status = call_with_fields(ioctl, device, request); !status) {
        return status.error();
    }
    return std::uint64_t{request.data};
}

Status set_hash_fields(EthtoolIoctl& ioctl, const std::string& device, std::uint32_t flow_type,
                       std::uint64_t fields) {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_SRXFH;
    request.flow_type = flow_type;
    request.data = fields;
    return call_with_fields(ioctl, device, request);
}

}  // namespace igbtune::source
