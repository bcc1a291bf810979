// SPDX-License-Identifier: GPL-2.0-only
// What reading and writing a register does beyond storing it.
#include "device/nic.hpp"

#include <algorithm>

#include "util/bytes.hpp"
#include "util/log.hpp"

namespace igbmodel {

namespace {

constexpr u32 mdic_write = bit(26);
constexpr u32 mdic_read = bit(27);
constexpr u32 mdic_ready = bit(28);
constexpr u64 microsecond = 1000;
constexpr u32 access_start = bit(0);
constexpr u32 wrong_checksum = 0x5a << 16U;

bool is_statistic(u32 offset) {
    return offset >= reg::statistics_first && offset <= reg::statistics_last;
}

// The upper halves of the 64-bit counters: reading one clears the pair.
bool is_upper_half(u32 offset) {
    return std::ranges::any_of(
        std::array{reg::GORCL, reg::GOTCL, reg::TORL, reg::TOTL, reg::HGORCL, reg::HGOTCL},
        [offset](u32 low) { return offset == low + 4; });
}

bool is_lower_half(u32 offset) {
    return is_upper_half(offset + 4);
}

struct QueueRegister {
    bool found = false;
    bool tx = false;
    u32 queue = 0;
    u32 which = 0;
};

QueueRegister queue_register(u32 offset, u32 queues) {
    for (const auto& [base, tx] :
         {std::pair{reg::rx_queues, false}, std::pair{reg::tx_queues, true}}) {
        if (offset >= base && offset < base + queues * reg::queue_stride) {
            const u32 inside = offset - base;
            return {true, tx, inside / reg::queue_stride, inside % reg::queue_stride};
        }
    }
    return {};
}

}  // namespace

u32 Nic::read(u32 offset) {
    offset = RegisterFile::fold(offset & ~u32{3});
    if (Interrupts::owns(offset)) {
        return interrupts_.read(offset);
    }
    if (is_statistic(offset)) {
        return read_statistic(offset);
    }
    u32 value = 0;
    if (read_clock(offset, value) || read_special(offset, value)) {
        return value;
    }
    return regs_[offset];
}

u32 Nic::read_statistic(u32 offset) {
    const u32 value = regs_[offset];
    if (is_upper_half(offset)) {
        regs_[offset - 4] = 0;
        regs_[offset] = 0;
    } else if (!is_lower_half(offset)) {
        regs_[offset] = 0;
    }
    return value;
}

bool Nic::read_special(u32 offset, u32& value) {
    switch (offset) {
        case reg::STATUS:
            value = status();
            return true;
        case reg::CTRL:
        case reg::CTRL_EXT:
            value = pins_.shown(offset);
            return true;
        case reg::MDIC:
            value = regs_[reg::MDIC];
            return true;
        case reg::SWSM:
            // Reading takes the semaphore: who reads 0 owns it. Whom the fault invents gives it
            // back with the fault's end.
            value = regs_[reg::SWSM];
            if (strikes(Fault::semaphore)) {
                value |= reg::SWSM_SMBI;
            } else {
                regs_[reg::SWSM] |= reg::SWSM_SMBI;
            }
            return true;
        case reg::FRTIMER:
            value = static_cast<u32>(timers_.now_ns() / microsecond);
            return true;
        case reg::TXSTMPH:
            value = regs_[offset];
            regs_[reg::TSYNCTXCTL] &= ~reg::TSYNC_VALID;
            return true;
        case reg::RXSTMPH:
            value = regs_[offset];
            regs_[reg::TSYNCRXCTL] &= ~reg::TSYNC_VALID;
            return true;
        case reg::TSICR:
            value = regs_[offset];
            regs_[offset] = 0;
            return true;
        default:
            break;
    }
    const QueueRegister which = queue_register(offset, spec_.queues);
    if (which.found && !which.tx && which.which == reg::RQDPC) {
        // 12 bits that clear on read; the I210's is cleared by a write instead.
        value = regs_[offset] & (spec_.clock == ClockKind::seconds ? ~u32{0} : u32{0xfff});
        if (spec_.clock != ClockKind::seconds) {
            regs_[offset] = 0;
        }
        return true;
    }
    if (offset >= reg::INVM && offset < reg::INVM + 4 * reg::INVM_COUNT) {
        value = nvm_.one_time_dword((offset - reg::INVM) / 4);
        return true;
    }
    return false;
}

bool Nic::read_clock(u32 offset, u32& value) {
    switch (offset) {
        case reg::SYSTIMR:
            latched_ = clock_.now();
            value = latched_.residue;
            return true;
        case reg::SYSTIML:
            latched_ = clock_.now();
            value = latched_.low;
            return true;
        case reg::SYSTIMH:
            value = latched_.high;
            return true;
        default:
            return false;
    }
}

void Nic::write(u32 offset, u32 value) {
    offset = RegisterFile::fold(offset & ~u32{3});
    if (Interrupts::owns(offset)) {
        interrupts_.write(offset, value);
        return;
    }
    if (is_statistic(offset) || write_clock(offset, value) || write_special(offset, value) ||
        write_queue(offset, value)) {
        return;
    }
    regs_.store(offset, value);
}

bool Nic::write_special(u32 offset, u32 value) {
    switch (offset) {
        case reg::CTRL:
            write_control(value);
            return true;
        case reg::STATUS:
            // Only "device reset happened" is cleared by writing one.
            regs_[reg::STATUS] &= ~(value & reg::STATUS_DEV_RST_SET);
            return true;
        case reg::EECD:
            regs_[reg::EECD] = nvm_.control(value);
            return true;
        case reg::EERD:
            if ((value & access_start) != 0) {
                regs_[reg::EERD] = nvm_.read_by_register(value);
                if (nvm_.is_checksum(value) && strikes(Fault::nvm_checksum)) {
                    regs_[reg::EERD] ^= wrong_checksum;
                }
            }
            return true;
        case reg::SRWR:
            if ((value & access_start) != 0) {
                regs_[reg::SRWR] = nvm_.write_by_register(value);
            }
            return true;
        case reg::MDIC:
            write_mdic(value);
            return true;
        case reg::SWSM:
            regs_[reg::SWSM] = value & (reg::SWSM_SMBI | reg::SWSM_SWESMBI);
            return true;
        case reg::WUS:
            regs_[reg::WUS] &= ~value;
            return true;
        case reg::RCTL: {
            regs_.store(offset, value);
            receiver_.drain();
            return true;
        }
        case reg::TCTL:
            regs_.store(offset, value);
            kick_all();
            return true;
        default:
            return false;
    }
}

void Nic::write_control(u32 value) {
    if ((value & (reg::CTRL_RST | reg::CTRL_DEV_RST)) != 0) {
        const bool device = (value & reg::CTRL_DEV_RST) != 0;
        log_debug(name() + (device ? ": device reset" : ": port reset"));
        device_reset(false);
        if (device) {
            regs_[reg::STATUS] |= reg::STATUS_DEV_RST_SET;
            interrupts_.cause(reg::ICR_DRSTA);
        }
        return;
    }
    if ((value & reg::CTRL_PHY_RST) != 0) {
        phy_.hard_reset();
    }
    regs_[reg::CTRL] = value & ~reg::CTRL_PHY_RST;
    link_changed();
    mastering_changed();
}

void Nic::write_mdic(u32 value) {
    if (strikes(Fault::phy_silent)) {
        regs_[reg::MDIC] = value & ~mdic_ready;
        return;
    }
    const u32 address = bits(value, 16, 5);
    u32 result = value | mdic_ready;
    if ((value & mdic_write) != 0) {
        phy_.write(address, static_cast<u16>(value));
    } else if ((value & mdic_read) != 0) {
        result = (result & ~u32{0xffff}) | phy_.read(address);
    }
    regs_[reg::MDIC] = result;
}

bool Nic::write_clock(u32 offset, u32 value) {
    switch (offset) {
        case reg::SYSTIML:
            clock_.set_low(value);
            return true;
        case reg::SYSTIMH:
            clock_.set_high(value);
            return true;
        case reg::TIMINCA:
            regs_[offset] = value;
            clock_.set_increment(value);
            return true;
        case reg::TIMADJH: {
            regs_[offset] = value;
            const s64 low = regs_[reg::TIMADJL];
            clock_.adjust((value & bit(31)) != 0 ? -low : low);
            return true;
        }
        case reg::TSAUXC:
            regs_[offset] = value;
            if (spec_.clock != ClockKind::ticks64) {
                clock_.run((value & reg::TSAUXC_DISABLE) == 0);
            }
            return true;
        default:
            return false;
    }
}

bool Nic::write_queue(u32 offset, u32 value) {
    const QueueRegister which = queue_register(offset, spec_.queues);
    if (!which.found) {
        return false;
    }
    if (!which.tx && which.which == reg::RQDPC) {
        if (spec_.clock == ClockKind::seconds) {
            regs_[offset] = 0;
        }
        return true;
    }
    const u32 before = regs_[offset];
    regs_.store(offset, value);
    if (which.tx && which.which == reg::TDT) {
        kick(which.queue);
    } else if (!which.tx && which.which == reg::RDT) {
        receiver_.drain();
        flow_control();
    } else if (which.which == (which.tx ? reg::TXDCTL : reg::RXDCTL)) {
        const bool enabled = (value & ~before & reg::QUEUE_ENABLE) != 0;
        if (which.tx && enabled) {
            transmitter_.reset_queue(which.queue);
            kick(which.queue);
        }
    }
    return true;
}

}  // namespace igbmodel
