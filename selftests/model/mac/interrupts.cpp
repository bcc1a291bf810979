// SPDX-License-Identifier: GPL-2.0-only
#include "mac/interrupts.hpp"

namespace igbmodel {

namespace {
constexpr u32 vectors_with_throttle = 25;
constexpr u32 other_cause_82575 = 31;

u32 unaliased(u32 offset) {
    switch (offset) {
        case reg::ICR_ALIAS:
            return reg::ICR;
        case reg::ICS_ALIAS:
            return reg::ICS;
        case reg::IMS_ALIAS:
            return reg::IMS;
        case reg::IMC_ALIAS:
            return reg::IMC;
        case reg::IAM_ALIAS:
            return reg::IAM;
        default:
            return offset;
    }
}

bool is_throttle(u32 offset) {
    return offset >= reg::EITR && offset < reg::EITR + 4 * vectors_with_throttle;
}
}  // namespace

Interrupts::Interrupts(const MacSpec& spec, RegisterFile& registers, Timers& timers,
                       InterruptSink& sink)
    : spec_(spec),
      regs_(registers),
      timers_(timers),
      sink_(sink),
      timers_armed_(vectors_with_throttle, Timers::none) {}

void Interrupts::reset() {
    for (auto& timer : timers_armed_) {
        timers_.cancel(timer);
        timer = Timers::none;
    }
    sent_ = 0;
    immediate_ = 0;
    set_icr_asserted(false);
    sink_.line(false);
}

bool Interrupts::owns(u32 offset) {
    if (is_throttle(offset)) {
        return true;
    }
    switch (unaliased(offset)) {
        case reg::ICR:
        case reg::ICS:
        case reg::IMS:
        case reg::IMC:
        case reg::EICS:
        case reg::EIMS:
        case reg::EIMC:
        case reg::EICR:
        case reg::IAM:
            return true;
        default:
            return false;
    }
}

bool Interrupts::multiple() const {
    if (sink_.mode() != InterruptMode::msix) {
        return false;
    }
    if (!spec_.vector_bit_masks) {
        return (regs_[reg::GPIE] & reg::GPIE_MULTIPLE_MSIX) != 0;
    }
    // The 82575 has no such bit: until a cause is given to a vector, all go by the first.
    for (u32 vector = 0; vector < spec_.msix_vectors; ++vector) {
        if (regs_[reg::MSIXBM + (4 * vector)] != 0) {
            return true;
        }
    }
    return false;
}

u32 Interrupts::read(u32 offset) {
    switch (unaliased(offset)) {
        case reg::ICR:
            return read_icr();
        case reg::ICS:
            return regs_[reg::ICR];
        case reg::IMC:
            return regs_[reg::IMS];
        case reg::EICS:
            return regs_[reg::EICR];
        case reg::EIMC:
            return regs_[reg::EIMS];
        case reg::EICR: {
            const u32 value = regs_[reg::EICR];
            clear_extended(~u32{0});
            return value;
        }
        default:
            return regs_[unaliased(offset)];
    }
}

void Interrupts::write(u32 offset, u32 value) {
    if (is_throttle(offset)) {
        write_throttle((offset - reg::EITR) / 4, value);
        return;
    }
    switch (unaliased(offset)) {
        case reg::ICR:
            clear_icr(value);
            break;
        case reg::ICS:
            cause(value);
            break;
        case reg::IMS: {
            const u32 fresh = value & ~regs_[reg::IMS];
            regs_[reg::IMS] |= value & spec_.cause_mask;
            if ((regs_[reg::ICR] & fresh) != 0) {
                evaluate();
            }
            break;
        }
        case reg::IMC:
            regs_[reg::IMS] &= ~value;
            if ((regs_[reg::ICR] & regs_[reg::IMS]) == 0) {
                set_icr_asserted(false);
            }
            break;
        case reg::IAM:
            regs_[reg::IAM] = value;
            break;
        case reg::EICS:
            set_extended(value);
            break;
        case reg::EIMS:
            regs_[reg::EIMS] |= value;
            evaluate_extended();
            break;
        case reg::EIMC:
            mask_extended(value);
            break;
        case reg::EICR:
            clear_extended(value);
            break;
        default:
            break;
    }
}

void Interrupts::cause(u32 icr_bits) {
    const u32 before = regs_[reg::ICR] & regs_[reg::IMS];
    regs_[reg::ICR] |= icr_bits & spec_.cause_mask;
    const u32 fresh = regs_[reg::ICR] & regs_[reg::IMS] & ~before;
    if (fresh == 0) {
        return;
    }
    if (!multiple()) {
        evaluate_plain();
        return;
    }
    regs_[reg::ICR] |= reg::ICR_ASSERTED;
    if (spec_.vector_bit_masks) {
        set_extended(bit(other_cause_82575));
        return;
    }
    const u32 entry = bits(regs_[reg::IVAR_MISC], 8, 8);
    if ((entry & reg::IVAR_VALID) != 0) {
        set_extended(bit(entry & 0x1fU));
    }
}

u32 Interrupts::ivar_entry(u32 queue, bool tx) const {
    // 82576 datasheet 8.8.15; 82580 and later: one row per pair of queues.
    const u32 row = spec_.ivar_wide ? queue & 7U : queue >> 1U;
    const bool second = spec_.ivar_wide ? queue >= 8 : (queue & 1U) != 0;
    const u32 lane = (second ? 2U : 0U) + (tx ? 1U : 0U);
    return bits(regs_[reg::IVAR + (4 * row)], 8 * lane, 8);
}

void Interrupts::queue_cause(u32 queue, bool tx, u32 icr_bit, bool immediate) {
    if (multiple()) {
        u32 extended = 0;
        if (spec_.vector_bit_masks) {
            extended = bit(queue + (tx ? 8 : 0));
        } else {
            const u32 entry = ivar_entry(queue, tx);
            extended = (entry & reg::IVAR_VALID) != 0 ? bit(entry & 0x1fU) : 0;
        }
        immediate_ |= immediate ? extended : 0;
        set_extended(extended);
    }
    cause(icr_bit);
}

void Interrupts::rx_done(u32 queue, bool immediate) {
    queue_cause(queue, false, reg::ICR_RXDW, immediate);
}

void Interrupts::tx_done(u32 queue) {
    queue_cause(queue, true, reg::ICR_TXDW, false);
}

void Interrupts::set_extended(u32 eicr_bits) {
    // A cause that was set already brings no second message, unless that one is on its way out.
    regs_[reg::EICR] |= eicr_bits;
    evaluate_extended();
}

void Interrupts::clear_extended(u32 eicr_bits) {
    regs_[reg::EICR] &= ~eicr_bits;
    sent_ &= ~eicr_bits;
    immediate_ &= ~eicr_bits;
}

void Interrupts::mask_extended(u32 eims_bits) {
    regs_[reg::EIMS] &= ~eims_bits;
    sent_ &= ~eims_bits;
}

void Interrupts::evaluate() {
    if (multiple()) {
        // A cause unmasked after it came: hand it on as if it were new.
        const u32 pending = regs_[reg::ICR] & regs_[reg::IMS];
        regs_[reg::ICR] &= ~pending;
        cause(pending);
    } else {
        evaluate_plain();
    }
}

void Interrupts::evaluate_plain() {
    const bool pending = (regs_[reg::ICR] & regs_[reg::IMS] & ~reg::ICR_ASSERTED) != 0;
    if (!pending || (regs_[reg::ICR] & reg::ICR_ASSERTED) != 0 || throttled(0)) {
        return;
    }
    set_icr_asserted(true);
    regs_.count(reg::IAC);
    if (sink_.mode() != InterruptMode::intx) {
        sink_.message(0);
    }
    start_throttle(0);
}

u32 Interrupts::vector_of(u32 eicr_bit) const {
    if (!spec_.vector_bit_masks) {
        return eicr_bit;
    }
    for (u32 vector = 0; vector < spec_.msix_vectors; ++vector) {
        if ((regs_[reg::MSIXBM + (4 * vector)] & bit(eicr_bit)) != 0) {
            return vector;
        }
    }
    return vectors_with_throttle;
}

void Interrupts::evaluate_extended() {
    if (!multiple()) {
        return;
    }
    u32 pending = regs_[reg::EICR] & regs_[reg::EIMS] & ~sent_;
    while (pending != 0) {
        const auto number = static_cast<u32>(std::countr_zero(pending));
        pending &= pending - 1;
        const u32 vector = vector_of(number);
        if (vector >= spec_.msix_vectors) {
            continue;
        }
        if (!throttled(vector) || (immediate_ & bit(number)) != 0) {
            fire_extended(number, vector);
        }
    }
}

void Interrupts::fire_extended(u32 bit_number, u32 vector) {
    const u32 mask = bit(bit_number);
    sent_ |= mask;
    immediate_ &= ~mask;
    regs_.count(reg::IAC);
    if ((regs_[reg::EIAC] & mask) != 0) {
        clear_extended(mask);
    }
    if ((regs_[reg::EIAM] & mask) != 0 &&
        (spec_.vector_bit_masks || (regs_[reg::GPIE] & reg::GPIE_EIAME) != 0)) {
        mask_extended(mask);
    }
    sink_.message(vector);
    start_throttle(vector);
}

void Interrupts::start_throttle(u32 vector) {
    const u64 interval = throttle_ns(regs_[reg::EITR + (4 * vector)]);
    timers_.cancel(timers_armed_[vector]);
    timers_armed_[vector] = Timers::none;
    if (interval == 0) {
        return;
    }
    timers_armed_[vector] = timers_.at(timers_.now_ns() + interval, [this, vector] {
        timers_armed_[vector] = Timers::none;
        if (multiple()) {
            evaluate_extended();
        } else {
            evaluate_plain();
        }
    });
}

void Interrupts::write_throttle(u32 vector, u32 value) {
    regs_[reg::EITR + (4 * vector)] = value & ~reg::EITR_CNT_IGNR;
    if ((value & reg::EITR_CNT_IGNR) != 0) {
        return;  // the running counter goes on
    }
    timers_.cancel(timers_armed_[vector]);
    timers_armed_[vector] = Timers::none;
    if (multiple()) {
        evaluate_extended();
    } else {
        evaluate_plain();
    }
}

// 82576 datasheet 7.3.2.11: reading clears, but in the mode where several causes share ICR only
// when an interrupt is asserted or everything is masked.
u32 Interrupts::read_icr() {
    const u32 value = regs_[reg::ICR];
    const bool asserted = (value & reg::ICR_ASSERTED) != 0;
    if ((regs_[reg::GPIE] & reg::GPIE_NSICR) != 0 || regs_[reg::IMS] == 0 || asserted ||
        !multiple()) {
        clear_icr(~u32{0});
    }
    if (asserted && (regs_[reg::CTRL_EXT] & reg::CTRL_EXT_IAME) != 0) {
        regs_[reg::IMS] &= ~regs_[reg::IAM];
    }
    return value;
}

void Interrupts::clear_icr(u32 causes) {
    regs_[reg::ICR] &= ~(causes & ~reg::ICR_ASSERTED);
    if ((regs_[reg::ICR] & regs_[reg::IMS] & ~reg::ICR_ASSERTED) == 0) {
        set_icr_asserted(false);
    }
}

void Interrupts::set_icr_asserted(bool asserted) {
    if (asserted) {
        regs_[reg::ICR] |= reg::ICR_ASSERTED;
    } else {
        regs_[reg::ICR] &= ~reg::ICR_ASSERTED;
    }
    if (sink_.mode() == InterruptMode::intx) {
        sink_.line(asserted);
    }
}

}  // namespace igbmodel
