// SPDX-License-Identifier: GPL-2.0-only
// What the transmitter does to a frame between the descriptors and the wire: checksums,
// segmentation, VLAN insertion. Pure: bytes in, frames out.
#pragma once

#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel {

// An advanced context descriptor, 82576 datasheet 7.2.2.2.
struct TxContext {
    u16 vlan = 0;
    u32 mac_length = 0;
    u32 ip_length = 0;
    u32 l4_length = 0;
    u32 mss = 0;
    bool ipv4 = false;
    enum class Kind : u8 { udp = 0, tcp = 1, sctp = 2, reserved = 3 } l4 = Kind::udp;

    // From the four dwords of the descriptor.
    [[nodiscard]] static TxContext from(u32 vlan_macip_lens, u32 type_tucmd, u32 mss_l4len_idx);
};

struct TxRequest {
    bool segment = false;      // TSE
    bool ip_checksum = false;  // IXSM
    bool l4_checksum = false;  // TXSM
    bool insert_vlan = false;  // VLE
    u32 payload_length = 0;    // PAYLEN
};

// Which TCP flags survive in first, middle and last segments (DTXTCPFLGL, DTXTCPFLGH).
struct TcpFlagMasks {
    u32 first = 0xff6;
    u32 middle = 0xf76;
    u32 last = 0xf7f;
};

// The frames to put on the wire, in order. Fails, with the reason, on lengths that contradict
// each other: a mistake of the driver.
[[nodiscard]] Result<std::vector<Bytes>> transmit_frames(Bytes data, const TxContext& context,
                                                         const TxRequest& request, u16 vlan_type,
                                                         const TcpFlagMasks& masks);

}  // namespace igbmodel
