// SPDX-License-Identifier: GPL-2.0-only
// Time as the model sees it. The event loop gives real time; tests give their own.
#pragma once

#include <functional>

#include "util/types.hpp"

namespace igbmodel {

class Timers {
public:
    using Id = u64;
    static constexpr Id none = 0;

    Timers() = default;
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;
    Timers(Timers&&) = delete;
    Timers& operator=(Timers&&) = delete;
    virtual ~Timers() = default;

    [[nodiscard]] virtual u64 now_ns() const = 0;
    virtual Id at(u64 when_ns, std::function<void()> action) = 0;
    virtual void cancel(Id id) = 0;
    // Runs once, after the event in progress has been dealt with.
    virtual void defer(std::function<void()> work) = 0;
};

}  // namespace igbmodel
