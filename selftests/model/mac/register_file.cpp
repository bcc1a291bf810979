// SPDX-License-Identifier: GPL-2.0-only
#include "mac/register_file.hpp"

#include <algorithm>
#include <limits>

namespace igbmodel {

namespace {
constexpr u32 first_form_stride = 0x100;
constexpr u32 first_form_queues = 4;
constexpr u32 first_form_rx = 0x02800;
constexpr u32 first_form_tx = 0x03800;
constexpr u32 first_form_used = 0x40;  // the rest of each 0x100 holds other registers
constexpr u32 read_only = 0;
}  // namespace

u32 RegisterFile::fold(u32 offset) {
    for (const auto& [first, second] :
         {std::pair{first_form_rx, reg::rx_queues}, std::pair{first_form_tx, reg::tx_queues}}) {
        if (offset >= first && offset < first + first_form_queues * first_form_stride) {
            const u32 inside = (offset - first) % first_form_stride;
            const u32 queue = (offset - first) / first_form_stride;
            return inside < first_form_used ? second + (queue * reg::queue_stride) + inside
                                            : offset;
        }
    }
    return offset;
}

RegisterFile::RegisterFile(const MacSpec& spec)
    : spec_(spec),
      values_(reg::space_size / 4, 0),
      masks_(reg::space_size / 4, std::numeric_limits<u32>::max()) {
    const auto mask = [this](u32 offset, u32 value) { masks_[offset / 4] = value; };
    mask(reg::STATUS, read_only);
    mask(reg::FCAH, 0xffff);
    mask(reg::FCT, 0xffff);
    mask(reg::VET, spec.vet_writable);
    mask(reg::FCTTV, 0xffff);
    mask(reg::TIPG, 0x3fffffff);
    mask(reg::FCRTL, 0x8000fff0);
    mask(reg::FCRTH, 0x0000fff0);
    mask(reg::FWSM, read_only);
    mask(reg::FACTPS, read_only);
    mask(reg::EEMNGCTL, read_only);
    mask(reg::EEMNGCTL_I210, read_only);
    mask(reg::FRTIMER, read_only);
    mask(reg::PCS_LSTAT, read_only);
    mask(reg::TXSTMPL, read_only);
    mask(reg::TXSTMPH, read_only);
    mask(reg::RXSTMPL, read_only);
    mask(reg::RXSTMPH, read_only);
    for (u32 offset = reg::statistics_first; offset <= reg::statistics_last; offset += 4) {
        mask(offset, read_only);
    }
    for (u32 queue = 0; queue < spec.queues; ++queue) {
        mask(reg::rx(queue, reg::RDBAL), 0xffffff80);
        mask(reg::rx(queue, reg::RDLEN), spec.ring_length_mask);
        mask(reg::rx(queue, reg::RDH), 0xffff);
        mask(reg::rx(queue, reg::RDT), 0xffff);
        mask(reg::rx(queue, reg::RQDPC), read_only);
        mask(reg::tx(queue, reg::TDBAL), 0xffffff80);
        mask(reg::tx(queue, reg::TDLEN), spec.ring_length_mask);
        mask(reg::tx(queue, reg::TDH), 0xffff);
        mask(reg::tx(queue, reg::TDT), 0xffff);
    }
    reset();
}

void RegisterFile::store(u32 offset, u32 value) {
    const u32 mask = masks_[offset / 4];
    u32& now = values_[offset / 4];
    now = (now & ~mask) | (value & mask);
}

void RegisterFile::count(u32 offset, u32 by) {
    u32& value = values_[offset / 4];
    const u32 room = std::numeric_limits<u32>::max() - value;
    value += std::min(room, by);
}

void RegisterFile::count64(u32 offset_low, u64 by) {
    const u64 value = u64{values_[(offset_low / 4) + 1]} << 32U | values_[offset_low / 4];
    values_[offset_low / 4] = static_cast<u32>(value + by);
    values_[(offset_low / 4) + 1] = static_cast<u32>((value + by) >> 32U);
}

void RegisterFile::reset() {
    // The semaphores between ports and firmware outlive a reset of one port.
    const u32 software_semaphore = values_[reg::SWSM / 4];
    const u32 shared_semaphores = values_[reg::SW_FW_SYNC / 4];
    std::ranges::fill(values_, 0);
    auto& self = *this;
    self[reg::SWSM] = software_semaphore;
    self[reg::SW_FW_SYNC] = shared_semaphores;
    self[reg::CTRL] = reg::CTRL_FD;
    self[reg::STATUS] = reg::STATUS_GIO_MASTER | reg::STATUS_PF_RST_DONE;
    self[reg::VET] = 0x8100;
    self[reg::TIPG] = 0x00601008;
    self[reg::LEDCTL] = 0x07061302;
    self[reg::EEMNGCTL] = reg::EEMNGCTL_DONE;
    self[reg::EEMNGCTL_I210] = reg::EEMNGCTL_DONE;
    self[reg::RXPBS] = spec_.rx_buffer_reset;
    self[reg::TXPBS] = spec_.tx_buffer_reset;
    if (spec_.external_phy) {
        self[reg::CTRL_EXT] = reg::CTRL_EXT_LINK_SGMII;
        self[reg::MDICNFG] = reg::MDICNFG_EXTERNAL;
    }
    self[reg::RXCSUM] = reg::RXCSUM_IPOFL | reg::RXCSUM_TUOFL;
    self[reg::RLPML] = 0x2600;
    self[reg::DTXTCPFLGL] = 0x0f760ff6;
    self[reg::DTXTCPFLGH] = 0x00000f7f;
    if (spec_.clock != ClockKind::ticks64) {
        self[reg::TSAUXC] = reg::TSAUXC_DISABLE;
    }
    for (u32 queue = 0; queue < spec_.queues; ++queue) {
        self[reg::rx(queue, reg::SRRCTL)] = 0x00000400;
        self[reg::rx(queue, reg::RXDCTL)] = queue == 0 ? 0x02010000 : 0x00010000;
        self[reg::tx(queue, reg::TXDCTL)] = queue == 0 ? 0x02000000 : 0;
    }
}

}  // namespace igbmodel
