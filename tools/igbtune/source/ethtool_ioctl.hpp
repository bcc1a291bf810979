// SPDX-License-Identifier: GPL-2.0-only
// What ethtool's netlink family has nothing for: the driver's name and the values of its private
// statistics; and the indirection table on kernels before 6.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "util/result.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::source {

// The seam: one SIOCETHTOOL call, whose structure the kernel reads and writes.
class EthtoolIoctl {
public:
    EthtoolIoctl() = default;
    EthtoolIoctl(const EthtoolIoctl&) = delete;
    EthtoolIoctl& operator=(const EthtoolIoctl&) = delete;
    EthtoolIoctl(EthtoolIoctl&&) = delete;
    EthtoolIoctl& operator=(EthtoolIoctl&&) = delete;
    virtual ~EthtoolIoctl() = default;

    virtual util::Status call(const std::string& device, std::span<std::byte> command) = 0;
};

class KernelEthtoolIoctl final : public EthtoolIoctl {
public:
    util::Status call(const std::string& device, std::span<std::byte> command) override;

private:
    util::UniqueFd socket_;
};

struct DriverInfo {
    std::string name;
    std::string version;
    std::string firmware;
    std::string bus_address;  // "0000:01:00.0"; also of the PCI device below a virtio device
};

util::Result<DriverInfo> driver_info(EthtoolIoctl& ioctl, const std::string& device);

// The values of `ethtool -S`, of which there must be as many as there are names.
util::Result<std::vector<std::uint64_t>> driver_statistic_values(EthtoolIoctl& ioctl,
                                                                 const std::string& device,
                                                                 std::size_t count);

util::Result<std::vector<std::uint32_t>> rss_table_by_ioctl(EthtoolIoctl& ioctl,
                                                            const std::string& device);

}  // namespace igbtune::source
