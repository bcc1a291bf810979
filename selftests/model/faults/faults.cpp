// SPDX-License-Identifier: GPL-2.0-only
#include "faults/faults.hpp"

#include <algorithm>

namespace igbmodel {

namespace {
constexpr std::array<std::string_view, fault_count> names{
    "irq_drop",   "irq_delay",   "irq_duplicate",   "rx_length",  "rx_status", "rx_wrong_slot",
    "rx_no_eop",  "rx_checksum", "rx_vlan",         "rx_phantom", "rx_drop",   "rx_crc",
    "rx_stall",   "tx_hang",     "tx_no_writeback", "tx_head",    "all_ones",  "nvm_checksum",
    "phy_silent", "semaphore",   "slow_dma",        "link_flap",  "aer"};
}

std::string_view fault_name(Fault fault) {
    return names.at(static_cast<std::size_t>(fault));
}

std::optional<Fault> find_fault(std::string_view name) {
    const auto* const found = std::ranges::find(names, name);
    if (found == names.end()) {
        return std::nullopt;
    }
    return static_cast<Fault>(found - names.begin());
}

void Faults::add(const FaultRule& rule) {
    // A long random run must not leave thousands of rules that are used up.
    std::erase_if(rules_, [](const Armed& one) {
        return one.rule.by_chance && one.rule.count != 0 && one.acted >= one.rule.count;
    });
    rules_.push_back(Armed{rule});
}

void Faults::clear(Fault fault) {
    std::erase_if(rules_, [fault](const Armed& one) { return one.rule.fault == fault; });
}

void Faults::clear_by_chance() {
    std::erase_if(rules_, [](const Armed& one) { return one.rule.by_chance; });
}

std::optional<u64> Faults::strikes(Fault fault, int queue, u64 now_ns) {
    for (Armed& one : rules_) {
        const FaultRule& rule = one.rule;
        if (rule.fault != fault || (rule.queue >= 0 && rule.queue != queue) || !one.live(now_ns)) {
            continue;
        }
        const u64 turn = one.seen++;
        if (turn < rule.skip || (turn - rule.skip) % std::max<u64>(rule.every, 1) != 0) {
            continue;
        }
        if (rule.probability < 1.0 &&
            std::uniform_real_distribution<double>(0, 1)(random_) >= rule.probability) {
            continue;
        }
        ++one.acted;
        count(fault);
        return rule.value;
    }
    return std::nullopt;
}

bool Faults::in_force(Fault fault, u64 now_ns) const {
    return std::ranges::any_of(rules_, [fault, now_ns](const Armed& one) {
        return one.rule.fault == fault && one.live(now_ns);
    });
}

u64 Faults::random(u64 below) {
    return std::uniform_int_distribution<u64>(0, below - 1)(random_);
}

}  // namespace igbmodel
