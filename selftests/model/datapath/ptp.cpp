// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/ptp.hpp"

#include "util/bytes.hpp"

namespace igbmodel {

namespace {
constexpr u16 type_ptp = 0x88f7;
constexpr u16 port_event = 319;
constexpr std::size_t header_size = 34;
constexpr std::size_t v1_control_at = 32;

// TSYNCRXCTL.TYPE, 82576 datasheet 8.16.1.
constexpr u32 kind_l2_v2 = 0;
constexpr u32 kind_l4_v1 = 1;
constexpr u32 kind_l2_l4_v2 = 2;
constexpr u32 kind_all = 4;
constexpr u32 kind_event_v2 = 5;
}  // namespace

std::optional<PtpMessage> ptp_message(ByteView frame, const FrameInfo& info) {
    std::size_t at = 0;
    PtpMessage message;
    if (info.ethertype == type_ptp) {
        at = info.l3;
    } else if (info.l4_kind == L4::udp && load_be16(frame.data() + info.l4 + 2) == port_event) {
        at = info.l4 + 8;
        message.over_udp = true;
    } else {
        return std::nullopt;
    }
    if (frame.size() < at + header_size) {
        return std::nullopt;
    }
    const u8* ptp = frame.data() + at;
    message.version = ptp[1] & 0xfU;
    message.type = message.version == 2 ? static_cast<u8>(ptp[0] & 0xfU) : ptp[v1_control_at];
    message.source_low = load_le<u32>(ptp + 22);
    message.source_high = u32{load_le<u16>(ptp + 26)} | u32{load_be16(ptp + 30)} << 16U;
    return message;
}

bool ptp_selected(const PtpMessage& message, u32 kind, u32 config) {
    switch (kind) {
        case kind_all:
            return true;
        case kind_l4_v1:
            return message.over_udp && message.version == 1 && message.type == bits(config, 0, 8);
        case kind_l2_v2:
            return !message.over_udp && message.version == 2 && message.type == bits(config, 8, 4);
        case kind_l2_l4_v2:
            return message.version == 2 && message.type == bits(config, 8, 4);
        case kind_event_v2:
            return message.version == 2 && message.type < 8;
        default:
            return false;
    }
}

}  // namespace igbmodel
