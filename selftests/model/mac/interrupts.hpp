// SPDX-License-Identifier: GPL-2.0-only
// From a cause to a message on the bus: ICR and its masks, the extended causes of MSI-X mode,
// vector allocation, auto-clear, auto-mask, and throttling by EITR. (82576 datasheet, section 7.3.)
#pragma once

#include <functional>
#include <vector>

#include "mac/register_file.hpp"
#include "util/timers.hpp"

namespace igbmodel {

enum class InterruptMode { intx, msi, msix };

// The way out of the device.
class InterruptSink {
public:
    InterruptSink() = default;
    InterruptSink(const InterruptSink&) = delete;
    InterruptSink& operator=(const InterruptSink&) = delete;
    InterruptSink(InterruptSink&&) = delete;
    InterruptSink& operator=(InterruptSink&&) = delete;
    virtual ~InterruptSink() = default;

    [[nodiscard]] virtual InterruptMode mode() const = 0;
    virtual void message(u32 vector) = 0;  // MSI and MSI-X
    virtual void line(bool high) = 0;      // INTx
};

class Interrupts {
public:
    Interrupts(const MacSpec& spec, RegisterFile& registers, Timers& timers, InterruptSink& sink);

    void reset();
    [[nodiscard]] static bool owns(u32 offset);
    u32 read(u32 offset);  // reading has effects of its own
    void write(u32 offset, u32 value);

    void cause(u32 icr_bits);
    // One or more descriptors of that queue were written back. `immediate` ignores EITR.
    void rx_done(u32 queue, bool immediate);
    void tx_done(u32 queue);

private:
    [[nodiscard]] bool multiple() const;  // MSI-X mode with one vector per cause
    [[nodiscard]] u32 ivar_entry(u32 queue, bool tx) const;
    void queue_cause(u32 queue, bool tx, u32 icr_bit, bool immediate);
    void set_extended(u32 eicr_bits);
    void clear_extended(u32 eicr_bits);
    void mask_extended(u32 eims_bits);
    void evaluate();
    void evaluate_plain();
    void evaluate_extended();
    void fire_extended(u32 bit_number, u32 vector);
    [[nodiscard]] u32 vector_of(u32 eicr_bit) const;
    [[nodiscard]] bool throttled(u32 vector) const { return timers_armed_[vector] != Timers::none; }
    void start_throttle(u32 vector);
    void write_throttle(u32 vector, u32 value);
    u32 read_icr();
    void clear_icr(u32 causes);
    void set_icr_asserted(bool asserted);

    const MacSpec& spec_;
    RegisterFile& regs_;
    Timers& timers_;
    InterruptSink& sink_;
    std::vector<Timers::Id> timers_armed_;
    u32 sent_ = 0;  // extended causes whose message is out and which are still set and unmasked
    u32 immediate_ = 0;  // extended causes that do not wait for EITR
};

// Nanoseconds between two interrupts of a vector whose EITR holds `value`.
[[nodiscard]] constexpr u64 throttle_ns(u32 value) {
    return u64{bits(value, 2, 13)} * 1000;
}

}  // namespace igbmodel
