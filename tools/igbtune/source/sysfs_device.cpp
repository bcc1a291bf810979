// SPDX-License-Identifier: GPL-2.0-only
#include "source/sysfs_device.hpp"

#include <algorithm>
#include <optional>

#include "util/text.hpp"

namespace igbtune::source {

using util::CpuSet;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// Above what any kernel gives a device.
constexpr std::uint32_t queue_limit = 65536;

std::string class_path(const std::string& device) {
    return "/sys/class/net/" + device;
}

Result<CpuSet> mask_file(const Files& files, const std::string& path) {
    const auto text = files.read(path);
    if (!text) {
        return text.error();
    }
    auto cpus = CpuSet::from_mask(*text);
    if (!cpus) {
        return Error{cpus.error().kind, path + ": " + cpus.error().message};
    }
    return cpus;
}

std::string hexadecimal_id(const Files& files, const std::string& path) {
    const auto text = files.read(path);
    if (!text) {
        return {};
    }
    const std::string_view id = util::trim(*text);
    return std::string(id.starts_with("0x") ? id.substr(2) : id);
}

}  // namespace

Result<int> sysfs_device_index(const Files& files, const std::string& device) {
    const auto text = files.read(class_path(device) + "/ifindex");
    if (!text) {
        return text.error();
    }
    const auto index = util::number<int>(util::trim(*text));
    if (!index) {
        return Error{ErrorKind::failure, class_path(device) + "/ifindex: not a number"};
    }
    return *index;
}

Result<QueueCounts> queue_counts(const Files& files, const std::string& device) {
    const auto names = files.list(class_path(device) + "/queues");
    if (!names) {
        return names.error();
    }
    QueueCounts counts;
    for (const std::string& name : *names) {
        const bool receive = name.starts_with("rx-");
        if (!receive && !name.starts_with("tx-")) {
            continue;
        }
        const auto queue = util::number<std::uint32_t>(std::string_view(name).substr(3));
        if (queue && *queue < queue_limit) {
            std::uint32_t& count = receive ? counts.rx : counts.tx;
            count = std::max(count, *queue + 1);
        }
    }
    return counts;
}

Result<CpuSet> receive_steering_cpus(const Files& files, const std::string& device,
                                     std::uint32_t queue) {
    return mask_file(files,
                     class_path(device) + "/queues/rx-" + std::to_string(queue) + "/rps_cpus");
}

Result<CpuSet> transmit_steering_cpus(const Files& files, const std::string& device,
                                      std::uint32_t queue) {
    return mask_file(files,
                     class_path(device) + "/queues/tx-" + std::to_string(queue) + "/xps_cpus");
}

Result<ByteQueue> byte_queue(const Files& files, const std::string& device, std::uint32_t queue) {
    const std::string folder =
        class_path(device) + "/queues/tx-" + std::to_string(queue) + "/byte_queue_limits/";
    const auto number = [&](const char* name) -> Result<std::uint64_t> {
        const auto text = files.read(folder + name);
        if (!text) {
            return text.error();
        }
        const auto value = util::number<std::uint64_t>(util::trim(*text));
        return value ? Result(*value)
                     : Result<std::uint64_t>(
                           Error{ErrorKind::failure, folder + name + ": not a number"});
    };
    const auto limit = number("limit");
    const auto inflight = limit ? number("inflight") : limit;
    if (!inflight) {
        return inflight.error();
    }
    const auto stalls = number("stall_cnt");
    return ByteQueue{.limit = *limit,
                     .inflight = *inflight,
                     .stalls = stalls ? std::optional(*stalls) : std::nullopt};
}

Result<std::string> device_driver(const Files& files, const std::string& device) {
    const auto target = files.link(class_path(device) + "/device/driver");
    if (!target) {
        return target.error();
    }
    return target->substr(target->find_last_of('/') + 1);
}

Result<PciDevice> pci_device(const Files& files, const std::string& address) {
    const std::string path = "/sys/bus/pci/devices/" + address;
    // The address comes from a driver: it must name a PCI device, and nothing else below /sys.
    if (address.empty() || address.find('/') != std::string::npos || address.front() == '.') {
        return Error{ErrorKind::not_found, "'" + util::printable(address) + "' is no PCI address"};
    }
    const auto interrupt = files.read(path + "/irq");
    if (!interrupt) {
        return interrupt.error();
    }
    PciDevice device;
    device.vendor = hexadecimal_id(files, path + "/vendor");
    device.device = hexadecimal_id(files, path + "/device");
    device.interrupt = util::number<std::uint32_t>(util::trim(*interrupt)).value_or(0);
    const std::string directory = path + "/msi_irqs";
    if (const auto vectors = files.list(directory)) {  // there only while MSI or MSI-X is on
        for (const std::string& name : *vectors) {
            const auto number = util::number<std::uint32_t>(name);
            const auto mode = files.read(std::string(directory).append("/").append(name));
            if (number && mode) {
                device.vectors.emplace(*number, std::string(util::trim(*mode)));
            }
        }
    }
    return device;
}

}  // namespace igbtune::source
