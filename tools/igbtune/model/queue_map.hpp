// SPDX-License-Identifier: GPL-2.0-only
// Which interrupt serves which queue, where only the interrupts' names tell.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/interrupts.hpp"
#include "source/sysfs_device.hpp"

namespace igbtune::model {

enum class IrqMode { none, intx, msi, msix };

[[nodiscard]] std::string_view to_string(IrqMode mode);

// What kind of interrupt a PCI device uses now.
[[nodiscard]] IrqMode irq_mode(const source::PciDevice& device);

// Those of all interrupts that are the device's: by its PCI function, or by its name if it has
// none.
[[nodiscard]] std::vector<source::Interrupt> interrupts_of(
    std::span<const source::Interrupt> all, const std::optional<source::PciDevice>& device,
    std::string_view name);

// Which of a device's MSI or MSI-X vectors an interrupt is; nothing for INTx.
[[nodiscard]] std::optional<std::uint32_t> vector_index(const source::Interrupt& interrupt);

// What an interrupt's name says it is for: "eth0-TxRx-3", "eth0-rx-0", "virtio2-output.1",
// "ena-Tx-Rx-0@pci:...".
struct QueueName {
    bool rx{};
    bool tx{};
    std::uint32_t queue{};

    bool operator==(const QueueName&) const = default;
};

[[nodiscard]] std::optional<QueueName> queue_of_action(std::string_view action);

// Interrupt numbers by queue.
struct QueueInterrupts {
    std::map<std::uint32_t, std::uint32_t> rx;
    std::map<std::uint32_t, std::uint32_t> tx;
};

[[nodiscard]] QueueInterrupts queue_interrupts(std::span<const source::Interrupt> of_device,
                                               source::QueueCounts queues);

}  // namespace igbtune::model
