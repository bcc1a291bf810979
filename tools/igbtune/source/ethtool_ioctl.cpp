// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_ioctl.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

// The kernel writes as many values as the driver has at that moment, whatever was asked for: room
// for a driver that gained queues since its names were read.
constexpr std::size_t spare_values = 4096;
constexpr std::size_t table_limit = 65536;

template <typename Structure>
Structure load(std::span<const std::byte> bytes) {
    Structure structure{};
    std::memcpy(&structure, bytes.data(), sizeof(structure));
    return structure;
}

template <typename Structure>
std::vector<std::byte> command_bytes(const Structure& structure, std::size_t room) {
    std::vector<std::byte> bytes(sizeof(structure) + room);
    std::memcpy(bytes.data(), &structure, sizeof(structure));
    return bytes;
}

template <typename Number>
std::vector<Number> numbers_after(std::span<const std::byte> bytes, std::size_t offset,
                                  std::size_t count) {
    std::vector<Number> numbers(count);
    std::memcpy(numbers.data(), bytes.subspan(offset, count * sizeof(Number)).data(),
                count * sizeof(Number));
    return numbers;
}

template <std::size_t Size>
std::string text(const char (&field)[Size]) {  // NOLINT(*-avoid-c-arrays): the kernel's structure
    return {field, ::strnlen(field, Size)};
}

}  // namespace

Status KernelEthtoolIoctl::call(const std::string& device, std::span<std::byte> command) {
    if (!socket_.valid()) {
        socket_ = util::UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    }
    if (!socket_.valid()) {  // a kernel without IPv4: any socket will do
        socket_ = util::UniqueFd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
    }
    if (!socket_.valid()) {
        return util::error_from_errno(errno, "socket for ethtool");
    }
    ifreq request{};
    if (device.size() >= sizeof(request.ifr_name)) {
        return Error{ErrorKind::not_found, "no device can have this name"};
    }
    std::ranges::copy(device, request.ifr_name);
    request.ifr_data = reinterpret_cast<char*>(command.data());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    if (::ioctl(socket_.get(), SIOCETHTOOL, &request) < 0) {
        return util::error_from_errno(errno, "");
    }
    return util::Done{};
}

Result<DriverInfo> driver_info(EthtoolIoctl& ioctl, const std::string& device) {
    ethtool_drvinfo request{};
    request.cmd = ETHTOOL_GDRVINFO;
    std::vector<std::byte> bytes = command_bytes(request, 0);
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    const auto answer = load<ethtool_drvinfo>(bytes);
    return DriverInfo{.name = text(answer.driver),
                      .version = text(answer.version),
                      .firmware = text(answer.fw_version),
                      .bus_address = text(answer.bus_info)};
}

Result<std::vector<std::uint64_t>> driver_statistic_values(EthtoolIoctl& ioctl,
                                                           const std::string& device,
                                                           std::size_t count) {
    ethtool_stats request{};
    request.cmd = ETHTOOL_GSTATS;
    request.n_stats = static_cast<std::uint32_t>(count);
    std::vector<std::byte> bytes =
        command_bytes(request, (count + spare_values) * sizeof(std::uint64_t));
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    const std::size_t given = load<ethtool_stats>(bytes).n_stats;
    if (given != count) {
        return Error{ErrorKind::failure, "the driver has " + std::to_string(given) +
                                             " values for " + std::to_string(count) + " names"};
    }
    return numbers_after<std::uint64_t>(bytes, sizeof(ethtool_stats), count);
}

Result<std::vector<std::uint32_t>> rss_table_by_ioctl(EthtoolIoctl& ioctl,
                                                      const std::string& device) {
    ethtool_rxfh_indir request{};
    request.cmd = ETHTOOL_GRXFHINDIR;  // size 0 asks for the size
    std::vector<std::byte> bytes = command_bytes(request, 0);
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    const std::size_t size = load<ethtool_rxfh_indir>(bytes).size;
    if (size > table_limit) {
        return Error{ErrorKind::failure,
                     "an indirection table of " + std::to_string(size) + " entries cannot be"};
    }
    request.size = static_cast<std::uint32_t>(size);
    bytes = command_bytes(request, size * sizeof(std::uint32_t));
    if (const Status status = ioctl.call(device, bytes); !status) {
        return status.error();
    }
    if (load<ethtool_rxfh_indir>(bytes).size != size) {
        return Error{ErrorKind::failure, "the indirection table changed its size"};
    }
    return numbers_after<std::uint32_t>(bytes, sizeof(ethtool_rxfh_indir), size);
}

}  // namespace igbtune::source
