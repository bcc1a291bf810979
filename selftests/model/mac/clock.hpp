// SPDX-License-Identifier: GPL-2.0-only
// SYSTIM, the clock that time stamps come from, in the three forms the family has.
#pragma once

#include "mac/spec.hpp"
#include "util/timers.hpp"

namespace igbmodel {

class SystemClock {
public:
    struct Stamp {
        u32 low = 0;
        u32 high = 0;
        u32 residue = 0;
    };

    SystemClock(ClockKind kind, const Timers& timers) : kind_(kind), timers_(timers) { reset(); }

    void reset();
    [[nodiscard]] Stamp now();
    void set_low(u32 value);
    void set_high(u32 value);
    void set_increment(u32 timinca);
    void adjust(s64 nanoseconds);  // TIMADJ of the I210
    void run(bool running);

private:
    void advance();

    ClockKind kind_;
    const Timers& timers_;
    u64 last_ns_ = 0;
    u64 ticks_ = 0;         // ticks64: the counter; others: nanoseconds
    u64 fraction_ = 0;      // 2^-32 ns
    u32 increment_ = 0;     // TIMINCA
    u64 remainder_ns_ = 0;  // real time not yet worth a tick
    bool running_ = false;
};

}  // namespace igbmodel
