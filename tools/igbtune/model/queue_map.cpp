// SPDX-License-Identifier: GPL-2.0-only
#include "model/queue_map.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "util/text.hpp"

namespace igbtune::model {
namespace {

struct Word {
    std::string_view text;
    bool rx;
    bool tx;
};

// Longer ones first: "txrx" ends in "rx".
constexpr std::array<Word, 9> queue_words{{
    {.text = "txrx", .rx = true, .tx = true},
    {.text = "rxtx", .rx = true, .tx = true},
    {.text = "tx-rx", .rx = true, .tx = true},
    {.text = "rx-tx", .rx = true, .tx = true},
    {.text = "output", .rx = false, .tx = true},
    {.text = "input", .rx = true, .tx = false},
    {.text = "comp", .rx = true, .tx = true},  // completion queue of a channel
    {.text = "rx", .rx = true, .tx = false},
    {.text = "tx", .rx = false, .tx = true},
}};

bool is_digit(char character) {
    return std::isdigit(static_cast<unsigned char>(character)) != 0;
}

bool is_letter(char character) {
    return std::isalpha(static_cast<unsigned char>(character)) != 0;
}

bool belongs_by_name(const source::Interrupt& interrupt, std::string_view name) {
    return std::ranges::any_of(interrupt.actions, [&](std::string_view action) {
        return action.starts_with(name) &&
               (action.size() == name.size() || action[name.size()] == '-' ||
                action[name.size()] == '.' || action[name.size()] == ':');
    });
}

}  // namespace

std::string_view to_string(IrqMode mode) {
    switch (mode) {
        case IrqMode::intx:
            return "INTx";
        case IrqMode::msi:
            return "MSI";
        case IrqMode::msix:
            return "MSI-X";
        case IrqMode::none:
            break;
    }
    return "none";
}

IrqMode irq_mode(const source::PciDevice& device) {
    const auto has = [&](std::string_view mode) {
        return std::ranges::any_of(device.vectors,
                                   [&](const auto& vector) { return vector.second == mode; });
    };
    if (has("msix")) {
        return IrqMode::msix;
    }
    if (has("msi")) {
        return IrqMode::msi;
    }
    return device.interrupt != 0 ? IrqMode::intx : IrqMode::none;
}

std::vector<source::Interrupt> interrupts_of(std::span<const source::Interrupt> all,
                                             const std::optional<source::PciDevice>& device,
                                             std::string_view name) {
    std::vector<source::Interrupt> found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](const source::Interrupt& interrupt) {
        if (!device) {
            return belongs_by_name(interrupt, name);
        }
        return device->vectors.empty() ? interrupt.number == device->interrupt
                                       : device->vectors.contains(interrupt.number);
    });
    return found;
}

std::optional<std::uint32_t> vector_index(const source::Interrupt& interrupt) {
    const std::size_t domain = interrupt.chip.find("PCI-MSI");
    if (domain == std::string::npos || !interrupt.hardware_number) {
        return std::nullopt;
    }
    // A domain of the device's own ("PCI-MSIX-0000:01:00.0") counts its vectors; the one that all
    // devices share on older kernels ("PCI-MSI") has the device's address above the vector's 11
    // bits.
    const bool own_domain = interrupt.chip.find(':', domain) != std::string::npos;
    constexpr std::uint32_t shared_domain_mask = 0x7ff;
    return own_domain ? *interrupt.hardware_number
                      : *interrupt.hardware_number & shared_domain_mask;
}

std::optional<QueueName> queue_of_action(std::string_view action) {
    action = action.substr(0, action.find('@'));
    std::size_t digits = action.size();
    while (digits > 0 && is_digit(action[digits - 1])) {
        --digits;
    }
    const auto queue = util::number<std::uint32_t>(action.substr(digits));
    if (!queue) {
        return std::nullopt;
    }
    std::string name = util::lower(action.substr(0, digits));
    while (!name.empty() && (name.back() == '-' || name.back() == '.' || name.back() == '_')) {
        name.pop_back();
    }
    for (const Word& word : queue_words) {
        if (!name.ends_with(word.text)) {
            continue;
        }
        const std::size_t before = name.size() - word.text.size();
        if (before == 0 || !is_letter(name[before - 1])) {
            return QueueName{.rx = word.rx, .tx = word.tx, .queue = *queue};
        }
    }
    return std::nullopt;
}

QueueInterrupts queue_interrupts(std::span<const source::Interrupt> of_device,
                                 source::QueueCounts queues) {
    QueueInterrupts map;
    for (const source::Interrupt& interrupt : of_device) {
        for (const std::string& action : interrupt.actions) {
            const auto name = queue_of_action(action);
            if (name && name->rx && name->queue < queues.rx) {
                map.rx.emplace(name->queue, interrupt.number);
            }
            if (name && name->tx && name->queue < queues.tx) {
                map.tx.emplace(name->queue, interrupt.number);
            }
        }
    }
    // A device with one interrupt (MSI, INTx) serves everything by it, whatever its name.
    if (map.rx.empty() && map.tx.empty() && of_device.size() == 1) {
        for (std::uint32_t queue = 0; queue < queues.rx; ++queue) {
            map.rx.emplace(queue, of_device.front().number);
        }
        for (std::uint32_t queue = 0; queue < queues.tx; ++queue) {
            map.tx.emplace(queue, of_device.front().number);
        }
    }
    return map;
}

}  // namespace igbtune::model
