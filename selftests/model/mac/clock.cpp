// SPDX-License-Identifier: GPL-2.0-only
#include "mac/clock.hpp"

#include "util/bytes.hpp"

namespace igbmodel {

namespace {
constexpr u64 nanosecond = 1'000'000'000;
constexpr u64 tick_ns = 16;       // 82576: the period's unit
constexpr u64 correction_ns = 8;  // 82580 and later: TIMINCA is added every 8 ns
constexpr u64 forty_bits = (u64{1} << 40U) - 1;
}  // namespace

void SystemClock::reset() {
    last_ns_ = timers_.now_ns();
    ticks_ = 0;
    fraction_ = 0;
    remainder_ns_ = 0;
    increment_ = 0;
    running_ = kind_ == ClockKind::ticks64;
}

void SystemClock::advance() {
    const u64 now = timers_.now_ns();
    const u64 elapsed = now - last_ns_ + remainder_ns_;
    last_ns_ = now;
    remainder_ns_ = 0;
    if (!running_) {
        return;
    }
    if (kind_ == ClockKind::ticks64) {
        const u64 period = tick_ns * bits(increment_, 24, 8);
        if (period != 0) {
            ticks_ += elapsed / period * bits(increment_, 0, 24);
            remainder_ns_ = elapsed % period;
        }
        return;
    }
    const u64 steps = elapsed / correction_ns;
    remainder_ns_ = elapsed % correction_ns;
    const u64 correction = steps * bits(increment_, 0, 31);  // 2^-32 ns
    ticks_ += steps * correction_ns;
    const u64 before = fraction_;
    if (bits(increment_, 31, 1) == 0) {
        const u64 sum = before + correction;
        ticks_ += sum >> 32U;
        fraction_ = sum & 0xffffffffU;
    } else {
        const u64 whole = correction >> 32U;
        const u64 part = correction & 0xffffffffU;
        ticks_ -= whole + (part > before ? 1 : 0);
        fraction_ = (before - part) & 0xffffffffU;
    }
}

SystemClock::Stamp SystemClock::now() {
    advance();
    const auto residue = static_cast<u32>(fraction_);
    switch (kind_) {
        case ClockKind::ticks64:
            return {static_cast<u32>(ticks_), static_cast<u32>(ticks_ >> 32U), 0};
        case ClockKind::nanoseconds40: {
            const u64 value = ticks_ & forty_bits;
            return {static_cast<u32>(value), static_cast<u32>(value >> 32U), residue};
        }
        case ClockKind::seconds:
            return {static_cast<u32>(ticks_ % nanosecond), static_cast<u32>(ticks_ / nanosecond),
                    residue};
    }
    return {};
}

void SystemClock::set_low(u32 value) {
    advance();
    if (kind_ == ClockKind::seconds) {
        ticks_ = ticks_ / nanosecond * nanosecond + value;
    } else {
        ticks_ = (ticks_ & ~u64{0xffffffff}) | value;
    }
    fraction_ = 0;
}

void SystemClock::set_high(u32 value) {
    advance();
    if (kind_ == ClockKind::seconds) {
        ticks_ = ticks_ % nanosecond + u64{value} * nanosecond;
    } else {
        ticks_ = (ticks_ & 0xffffffffU) | u64{value} << 32U;
    }
}

void SystemClock::set_increment(u32 timinca) {
    advance();
    increment_ = timinca;
}

void SystemClock::adjust(s64 nanoseconds) {
    advance();
    ticks_ += static_cast<u64>(nanoseconds);
}

void SystemClock::run(bool running) {
    advance();
    running_ = running;
}

}  // namespace igbmodel
