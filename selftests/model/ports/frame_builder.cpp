// SPDX-License-Identifier: GPL-2.0-only
#include "ports/frame_builder.hpp"

#include "datapath/checksum.hpp"
#include "util/bytes.hpp"

namespace igbmodel {

namespace {

constexpr u16 type_vlan = 0x8100;
constexpr u16 type_ipv4 = 0x0800;
constexpr u16 type_ipv6 = 0x86dd;
constexpr std::size_t ipv4_header = 20;
constexpr u8 time_to_live = 64;

template <class Range>
void append(Bytes& to, const Range& from) {
    to.insert(to.end(), from.begin(), from.end());
}

void append16(Bytes& to, std::size_t value) {
    to.push_back(static_cast<u8>(value >> 8U));
    to.push_back(static_cast<u8>(value));
}

void append32(Bytes& to, u32 value) {
    append16(to, value >> 16U);
    append16(to, value & 0xffffU);
}

void append_payload(Bytes& to, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        to.push_back(static_cast<u8>(i));
    }
}

Bytes make_l4(const FrameSpec& spec) {
    Bytes l4;
    if (spec.protocol == protocol_tcp || spec.protocol == protocol_udp ||
        spec.protocol == protocol_sctp) {
        append16(l4, spec.source_port);
        append16(l4, spec.destination_port);
    }
    if (spec.protocol == protocol_tcp) {
        append32(l4, 1);  // sequence
        append32(l4, 2);  // acknowledgement
        l4.push_back(0x50);
        l4.push_back(spec.tcp_flags);
        append16(l4, 0x0400);  // window
        append32(l4, 0);
    } else if (spec.protocol == protocol_udp) {
        append16(l4, 8 + spec.payload);
        append16(l4, 0);
    } else if (spec.protocol == protocol_sctp) {
        append32(l4, 0);
        append32(l4, 0);
    }
    append_payload(l4, spec.payload);
    return l4;
}

Bytes make_addresses(const FrameSpec& spec) {
    Bytes addresses;
    if (spec.ipv6) {
        append(addresses, spec.source6);
        append(addresses, spec.destination6);
    } else {
        append32(addresses, spec.source4);
        append32(addresses, spec.destination4);
    }
    return addresses;
}

void fill_checksum(Bytes& l4, const Bytes& addresses, u8 protocol) {
    if (protocol == protocol_sctp) {
        store_le<u32>(l4.data() + 8, crc32c(l4));
    } else if (protocol == protocol_tcp || protocol == protocol_udp) {
        const u32 pseudo = protocol + static_cast<u32>(l4.size());
        const u32 sum = checksum_add(checksum_add(pseudo, addresses), l4);
        store_be16(l4.data() + (protocol == protocol_tcp ? 16 : 6),
                   static_cast<u16>(~checksum_fold(sum)));
    }
}

void append_ip(Bytes& frame, const FrameSpec& spec, const Bytes& addresses, std::size_t l4) {
    append16(frame, spec.ipv6 ? type_ipv6 : type_ipv4);
    const std::size_t l3 = frame.size();
    if (spec.ipv6) {
        append32(frame, 0x60000000);
        append16(frame, l4);
        frame.push_back(spec.protocol);
        frame.push_back(time_to_live);
        append(frame, addresses);
        return;
    }
    append16(frame, 0x4500);
    append16(frame, ipv4_header + l4);
    append32(frame, 0x12344000);  // identification, do not fragment
    frame.push_back(time_to_live);
    frame.push_back(spec.protocol);
    append16(frame, 0);
    append(frame, addresses);
    const u32 sum = checksum_add(0, ByteView(frame).subspan(l3, ipv4_header));
    store_be16(frame.data() + l3 + 10, static_cast<u16>(~checksum_fold(sum)));
}

}  // namespace

Bytes make_frame(const FrameSpec& spec) {
    Bytes frame(spec.destination.begin(), spec.destination.end());
    append(frame, spec.source);
    if (spec.tci >= 0) {
        append16(frame, type_vlan);
        append16(frame, static_cast<std::size_t>(spec.tci));
    }
    if (spec.ethertype != 0) {
        append16(frame, spec.ethertype);
        append_payload(frame, spec.payload);
        return frame;
    }
    Bytes l4 = make_l4(spec);
    const Bytes addresses = make_addresses(spec);
    fill_checksum(l4, addresses, spec.protocol);
    append_ip(frame, spec, addresses, l4.size());
    append(frame, l4);
    return frame;
}

}  // namespace igbmodel
