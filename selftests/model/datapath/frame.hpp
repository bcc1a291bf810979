// SPDX-License-Identifier: GPL-2.0-only
// What the parser of the receive path finds in an Ethernet frame. Frames are without their CRC.
#pragma once

#include "util/types.hpp"

namespace igbmodel {

constexpr std::size_t ethernet_header = 14;
constexpr std::size_t vlan_tag = 4;
constexpr std::size_t crc_size = 4;

enum class L4 { none, tcp, udp, sctp, other };

struct FrameInfo {
    bool tagged = false;
    u16 tci = 0;        // tag control information of the outer tag
    u16 ethertype = 0;  // after the tag
    bool ipv4 = false;
    bool ipv6 = false;
    bool ip_options = false;  // IPv4 options or IPv6 extension headers
    bool fragment = false;    // any fragment: L4 cannot be relied upon
    std::size_t l3 = 0;       // offset of the IP header
    std::size_t l3_end = 0;   // end of the IP datagram as its header says, within the frame
    std::size_t l4 = 0;       // offset of the L4 header, 0 when there is none
    std::size_t payload = 0;  // offset behind the last header recognised
    u8 protocol = 0;
    L4 l4_kind = L4::none;
    u8 tcp_flags = 0;
    std::size_t home_address = 0;  // offset of the IPv6 home address option's address, or 0
    std::size_t route_target = 0;  // offset of the final address in a type 2 routing header, or 0
    bool l3_damaged = false;       // the IP header does not fit the frame

    [[nodiscard]] bool has_ports() const {
        return l4_kind == L4::tcp || l4_kind == L4::udp || l4_kind == L4::sctp;
    }
};

// `vlan_type` is the outer tag's EtherType (VET).
[[nodiscard]] FrameInfo parse_frame(ByteView frame, u16 vlan_type);

struct ChecksumVerdict {
    bool ip_checked = false;
    bool ip_bad = false;
    bool l4_checked = false;
    bool l4_bad = false;
};

struct ChecksumOptions {
    bool ip = true;
    bool tcp_udp = true;
    bool sctp = false;
};

[[nodiscard]] ChecksumVerdict check_frame(ByteView frame, const FrameInfo& info,
                                          const ChecksumOptions& options);

}  // namespace igbmodel
