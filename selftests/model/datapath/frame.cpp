// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/frame.hpp"

#include <algorithm>

#include "datapath/checksum.hpp"
#include "util/bytes.hpp"

namespace igbmodel {

namespace {

constexpr u16 type_ipv4 = 0x0800;
constexpr u16 type_ipv6 = 0x86dd;
constexpr std::size_t ipv4_min = 20;
constexpr std::size_t ipv6_header = 40;
constexpr u8 proto_tcp = 6;
constexpr u8 proto_udp = 17;
constexpr u8 proto_sctp = 132;
constexpr u8 next_hop_by_hop = 0;
constexpr u8 next_routing = 43;
constexpr u8 next_fragment = 44;
constexpr u8 next_destination = 60;
constexpr u8 option_home_address = 0xc9;
constexpr u8 option_pad1 = 0;

void parse_l4(ByteView frame, FrameInfo& info, std::size_t at) {
    info.payload = at;
    if (info.fragment) {
        return;
    }
    const std::size_t left = frame.size() - std::min(at, frame.size());
    switch (info.protocol) {
        case proto_tcp:
            if (left >= 20) {
                info.l4_kind = L4::tcp;
                info.l4 = at;
                info.tcp_flags = frame[at + 13];
                info.payload = std::min(at + (std::size_t{frame[at + 12]} / 16 * 4), frame.size());
            }
            break;
        case proto_udp:
            if (left >= 8) {
                info.l4_kind = L4::udp;
                info.l4 = at;
                info.payload = at + 8;
            }
            break;
        case proto_sctp:
            if (left >= 12) {
                info.l4_kind = L4::sctp;
                info.l4 = at;
                info.payload = at + 12;
            }
            break;
        default:
            info.l4_kind = L4::other;
            break;
    }
}

void parse_ipv4(ByteView frame, FrameInfo& info) {
    const u8* ip = frame.data() + info.l3;
    const std::size_t left = frame.size() - info.l3;
    if (left < ipv4_min || ip[0] >> 4U != 4) {
        return;
    }
    const std::size_t header = std::size_t{ip[0] & 0xfU} * 4;
    const std::size_t total = load_be16(ip + 2);
    if (header < ipv4_min || header > left) {
        info.l3_damaged = true;
        return;
    }
    info.ipv4 = true;
    info.ip_options = header > ipv4_min;
    info.fragment = (load_be16(ip + 6) & 0x3fffU) != 0;
    info.protocol = ip[9];
    info.l3_damaged = total < header || total > left;
    info.l3_end = info.l3 + (info.l3_damaged ? left : total);
    parse_l4(frame, info, info.l3 + header);
}

// Home address option (RFC 6275 6.3), which the hash types "Ex" use in place of the source.
void find_home_address(ByteView frame, FrameInfo& info, std::size_t at, std::size_t end) {
    at += 2;
    while (at + 2 <= end) {
        if (frame[at] == option_pad1) {
            ++at;
            continue;
        }
        const std::size_t size = frame[at + 1];
        if (frame[at] == option_home_address && size == 16 && at + 18 <= end) {
            info.home_address = at + 2;
        }
        at += 2 + size;
    }
}

void parse_ipv6(ByteView frame, FrameInfo& info) {
    const u8* ip = frame.data() + info.l3;
    const std::size_t left = frame.size() - info.l3;
    if (left < ipv6_header || ip[0] >> 4U != 6) {
        return;
    }
    const std::size_t length = load_be16(ip + 4);
    info.ipv6 = true;
    info.l3_damaged = ipv6_header + length > left;
    info.l3_end = info.l3 + (info.l3_damaged ? left : ipv6_header + length);
    std::size_t at = info.l3 + ipv6_header;
    u8 next = ip[6];
    while (next == next_hop_by_hop || next == next_routing || next == next_destination ||
           next == next_fragment) {
        info.ip_options = true;
        if (at + 8 > frame.size()) {
            return;
        }
        const std::size_t size = next == next_fragment ? 8 : (std::size_t{frame[at + 1]} + 1) * 8;
        if (at + size > frame.size()) {
            return;
        }
        if (next == next_fragment) {
            info.fragment = true;
        } else if (next == next_destination) {
            find_home_address(frame, info, at, at + size);
        } else if (next == next_routing && frame[at + 2] == 2 && frame[at + 3] == 1 && size == 24) {
            info.route_target = at + 8;
        }
        next = frame[at];
        at += size;
    }
    info.protocol = next;
    parse_l4(frame, info, at);
}

u32 pseudo_header(ByteView frame, const FrameInfo& info, std::size_t l4_length) {
    u32 sum = info.ipv4 ? checksum_add(0, frame.subspan(info.l3 + 12, 8))
                        : checksum_add(0, frame.subspan(info.l3 + 8, 32));
    sum += info.protocol;
    sum += static_cast<u32>(l4_length >> 16U) + static_cast<u32>(l4_length & 0xffffU);
    return sum;
}

void check_l4(ByteView frame, const FrameInfo& info, const ChecksumOptions& options,
              ChecksumVerdict& verdict) {
    if (info.l3_end < info.l4) {
        return;
    }
    const ByteView l4 = frame.subspan(info.l4, info.l3_end - info.l4);
    if (info.l4_kind == L4::sctp) {
        if (options.sctp && l4.size() >= 12) {
            Bytes copy(l4.begin(), l4.end());
            store_le<u32>(copy.data() + 8, 0);
            verdict.l4_checked = true;
            verdict.l4_bad = crc32c(copy) != load_le<u32>(l4.data() + 8);
        }
        return;
    }
    if (!options.tcp_udp || (info.l4_kind != L4::tcp && info.l4_kind != L4::udp)) {
        return;
    }
    std::size_t length = l4.size();
    if (info.l4_kind == L4::udp) {
        if (load_be16(l4.data() + 6) == 0 && info.ipv4) {
            return;  // the sender made none
        }
        length = load_be16(l4.data() + 4);
        if (length < 8 || length > l4.size()) {
            verdict.l4_checked = true;
            verdict.l4_bad = true;
            return;
        }
    }
    verdict.l4_checked = true;
    const u32 sum = checksum_add(pseudo_header(frame, info, length), l4.first(length));
    verdict.l4_bad = checksum_fold(sum) != 0xffff;
}

}  // namespace

FrameInfo parse_frame(ByteView frame, u16 vlan_type) {
    FrameInfo info;
    if (frame.size() < ethernet_header) {
        return info;
    }
    info.l3 = ethernet_header;
    info.ethertype = load_be16(frame.data() + 12);
    if (info.ethertype == vlan_type && frame.size() >= ethernet_header + vlan_tag) {
        info.tagged = true;
        info.tci = load_be16(frame.data() + 14);
        info.ethertype = load_be16(frame.data() + 16);
        info.l3 += vlan_tag;
    }
    info.payload = info.l3;
    info.l3_end = frame.size();
    if (info.ethertype == type_ipv4) {
        parse_ipv4(frame, info);
    } else if (info.ethertype == type_ipv6) {
        parse_ipv6(frame, info);
    }
    return info;
}

ChecksumVerdict check_frame(ByteView frame, const FrameInfo& info, const ChecksumOptions& options) {
    ChecksumVerdict verdict;
    if (info.ipv4 && options.ip) {
        const std::size_t header = std::size_t{frame[info.l3] & 0xfU} * 4;
        verdict.ip_checked = true;
        verdict.ip_bad = checksum_fold(checksum_add(0, frame.subspan(info.l3, header))) != 0xffff;
    }
    if ((info.ipv4 || info.ipv6) && info.l4 != 0 && !info.fragment && !info.l3_damaged) {
        check_l4(frame, info, options, verdict);
    }
    return verdict;
}

}  // namespace igbmodel
