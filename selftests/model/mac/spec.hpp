// SPDX-License-Identifier: GPL-2.0-only
// What differs per MAC, as one const table each. A new MAC is a new table.
#pragma once

#include <string_view>

#include "util/types.hpp"

namespace igbmodel {

enum class NvmLayout {
    single,      // one checksum over words 0 to 3Fh
    four_ports,  // I350: one section per port at words 0, 80h, C0h, 100h
    flash,       // I210 with flash: as single, through the shadow RAM
    one_time,    // I210 / I211 without flash: only what was burnt (iNVM)
};

enum class PhyKind { igp03, i82580, m88 };

enum class ClockKind {
    ticks64,        // 82576: a 64-bit counter, TIMINCA gives period and increment
    nanoseconds40,  // 82580, I350: 40 bits of nanoseconds and a residue
    seconds,        // I210, I211: seconds and nanoseconds
};

enum class BufferSize {
    kilobytes,  // in RXPBS as a number; the I210's are 6 bits, the others' 7
    coded,      // 82580, I350: one of eleven
};

enum class TupleKind { none, five_tuple, two_tuple };

struct MacSpec {
    std::string_view name;
    u16 device_id;
    u8 revision;
    u32 queues;
    u32 msix_vectors;
    u32 receive_addresses;
    u32 reta_entry_bits;  // 82575: the entry is in bits 7:6
    u32 reta_entry_shift;
    bool vector_bit_masks;  // 82575: MSIXBM instead of IVAR
    bool ivar_wide;         // 82576: row q & 7; others: row q >> 1
    TupleKind tuple;
    u32 ethertype_filters;
    u32 flex_filters;
    bool vlan_priority_queue;
    bool address_queue;  // RAH can select a queue
    NvmLayout nvm;
    u32 nvm_size_field;  // EECD bits 14:11; words = 1 << (field + 6)
    PhyKind phy;
    u32 phy_id;
    bool external_phy;  // behind SGMII and an MDIO bus of its own (I354)
    ClockKind clock;
    BufferSize rx_buffer;
    u32 rx_buffer_kb;     // packet buffer at reset
    u32 rx_buffer_mask;   // its size in RXPBS
    u32 rx_buffer_reset;  // RXPBS at reset
    u32 tx_buffer_reset;  // TXPBS at reset
    u32 vet_writable;
    u32 ring_length_mask;  // RDLEN, TDLEN
    u32 cause_mask;        // bits of ICR that exist
    u32 head_write_back_bytes = 4;
};

// Null when no MAC has that name.
[[nodiscard]] const MacSpec* find_mac(std::string_view name);
[[nodiscard]] std::string_view mac_names();

}  // namespace igbmodel
