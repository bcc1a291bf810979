// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_queue_coalescing.hpp"

#include <linux/ethtool.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::uint32_t bits = 32;
constexpr std::uint32_t most_queues = MAX_NUM_QUEUE;

// struct ethtool_per_queue_op with the settings of one queue, which the kernel's header leaves
// open.
struct Request {
    std::uint32_t command{ETHTOOL_PERQUEUE};
    std::uint32_t sub_command{};
    std::array<std::uint32_t, most_queues / bits> mask{};
    ethtool_coalesce settings{};
};
static_assert(offsetof(Request, settings) == sizeof(ethtool_per_queue_op));

Status call(EthtoolIoctl& ioctl, const std::string& device, Request& request) {
    std::array<std::byte, sizeof(Request)> bytes{};
    std::memcpy(bytes.data(), &request, sizeof(request));
    Status done = ioctl.call(device, bytes);
    std::memcpy(&request, bytes.data(), sizeof(request));
    return done;
}

Result<Request> read(EthtoolIoctl& ioctl, const std::string& device, std::uint32_t queue) {
    if (queue >= most_queues) {
        return Error{ErrorKind::not_supported, "the kernel has no such queue"};
    }
    Request request;
    request.sub_command = ETHTOOL_GCOALESCE;
    request.mask.at(queue / bits) = std::uint32_t{1} << queue % bits;
    request.settings.cmd = ETHTOOL_GCOALESCE;
    const Status done = call(ioctl, device, request);
    return done ? Result(request) : Result<Request>(done.error());
}

}  // namespace

Result<QueueCoalescing> queue_coalescing(EthtoolIoctl& ioctl, const std::string& device,
                                         std::uint32_t queue) {
    const auto answer = read(ioctl, device, queue);
    if (!answer) {
        return answer.error();
    }
    return QueueCoalescing{.rx_usecs = answer->settings.rx_coalesce_usecs,
                           .tx_usecs = answer->settings.tx_coalesce_usecs,
                           .adaptive_rx = answer->settings.use_adaptive_rx_coalesce != 0};
}

Status set_queue_coalescing(EthtoolIoctl& ioctl, const std::string& device, std::uint32_t queue,
                            const QueueCoalescing& wanted) {
    auto request = read(ioctl, device, queue);
    if (!request) {
        return request.error();
    }
    request->sub_command = ETHTOOL_SCOALESCE;
    request->settings.cmd = ETHTOOL_SCOALESCE;
    request->settings.rx_coalesce_usecs = wanted.rx_usecs;
    request->settings.tx_coalesce_usecs = wanted.tx_usecs;
    request->settings.use_adaptive_rx_coalesce = wanted.adaptive_rx ? 1 : 0;
    return call(ioctl, device, *request);
}

}  // namespace igbtune::source
