// SPDX-License-Identifier: GPL-2.0-only
#include "faults/random_mode.hpp"

#include <algorithm>
#include <array>

namespace igbmodel {

namespace {

constexpr u64 millisecond = 1'000'000;
constexpr u64 longest_pause = 15;       // frames
constexpr u64 longest_while_ms = 50;    // of what lasts
constexpr u64 longest_delay_us = 2000;  // of what comes late

bool lasts(Fault fault) {
    switch (fault) {
        case Fault::rx_stall:
        case Fault::tx_hang:
        case Fault::all_ones:
        case Fault::nvm_checksum:
        case Fault::phy_silent:
        case Fault::semaphore:
        case Fault::link_flap:
            return true;
        default:
            return false;
    }
}

u64 value_range(Fault fault) {
    switch (fault) {
        case Fault::irq_delay:
        case Fault::slow_dma:
            return longest_delay_us;
        default:
            return 0x10000;
    }
}

// Uncorrectable errors that a function can find: PCI Express Base 7.8.4.2.
constexpr std::array aer_errors{4U, 12U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U};

}  // namespace

void RandomMode::start(u64 seed, u64 frames) {
    random_.seed(seed);
    left_ = frames;
    pause_ = 0;
    bag_.clear();
}

u64 RandomMode::below(u64 limit) {
    return std::uniform_int_distribution<u64>(0, limit - 1)(random_);
}

// From a bag: by chance, and yet each kind as often as the others.
Fault RandomMode::draw() {
    if (bag_.empty()) {
        for (std::size_t i = 0; i < fault_count; ++i) {
            bag_.push_back(static_cast<Fault>(i));
        }
        std::ranges::shuffle(bag_, random_);
    }
    const Fault fault = bag_.back();
    bag_.pop_back();
    return fault;
}

std::optional<Misdeed> RandomMode::next() {
    if (left_ == 0) {
        return std::nullopt;
    }
    --left_;
    if (pause_ > 0) {
        --pause_;
        return std::nullopt;
    }
    pause_ = below(longest_pause);
    Misdeed misdeed;
    misdeed.rule.fault = draw();
    misdeed.rule.by_chance = true;
    misdeed.rule.value = below(value_range(misdeed.rule.fault));
    if (misdeed.rule.fault == Fault::aer) {
        // As often a correctable error, which is value 0.
        misdeed.rule.value = below(2) == 0 ? 0 : u64{1} << aer_errors.at(below(aer_errors.size()));
    }
    if (lasts(misdeed.rule.fault)) {
        misdeed.lasts_ns = (1 + below(longest_while_ms)) * millisecond;
    } else {
        misdeed.rule.count = 1;
    }
    return misdeed;
}

}  // namespace igbmodel
