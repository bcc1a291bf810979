// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/offload.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "datapath/checksum.hpp"
#include "util/bytes.hpp"

namespace igbmodel {

namespace {

constexpr std::size_t tag_at = 12;
constexpr std::size_t tag_size = 4;
constexpr std::size_t tcp_checksum_at = 16;
constexpr std::size_t udp_checksum_at = 6;
constexpr std::size_t sctp_checksum_at = 8;

// What the field held is summed, too: a driver uses it for a tunnel's headers, which are in IPLEN.
void fill_ip_checksum(Bytes& frame, const TxContext& context) {
    u8* ip = frame.data() + context.mac_length;
    const u32 sum = checksum_add(0, ByteView(ip, context.ip_length));
    store_be16(ip + 10, static_cast<u16>(~checksum_fold(sum)));
}

// The checksum field holds what the driver seeded: the pseudo header's sum.
void fill_l4_checksum(Bytes& frame, const TxContext& context, u32 extra) {
    const std::size_t l4 = std::size_t{context.mac_length} + context.ip_length;
    if (context.l4 == TxContext::Kind::sctp) {
        store_le<u32>(frame.data() + l4 + sctp_checksum_at, 0);
        store_le<u32>(frame.data() + l4 + sctp_checksum_at, crc32c(ByteView(frame).subspan(l4)));
        return;
    }
    const bool tcp = context.l4 == TxContext::Kind::tcp;
    u8* field = frame.data() + l4 + (tcp ? tcp_checksum_at : udp_checksum_at);
    u16 sum = static_cast<u16>(~checksum_fold(checksum_add(extra, ByteView(frame).subspan(l4))));
    if (sum == 0 && !tcp) {
        sum = 0xffff;  // RFC 768: zero would say "none"
    }
    store_be16(field, sum);
}

void insert_tag(Bytes& frame, u16 type, u16 tci) {
    std::array<u8, tag_size> tag{};
    store_be16(tag.data(), type);
    store_be16(tag.data() + 2, tci);
    frame.insert(frame.begin() + tag_at, tag.begin(), tag.end());
}

// How much of the L4 header the checksum field's end takes.
std::size_t checksum_end(TxContext::Kind kind) {
    switch (kind) {
        case TxContext::Kind::tcp:
            return tcp_checksum_at + 2;
        case TxContext::Kind::sctp:
            return sctp_checksum_at + 4;
        default:
            return udp_checksum_at + 2;
    }
}

// Which flags the segment keeps.
u32 mask_of(const TcpFlagMasks& masks, std::size_t index, std::size_t count) {
    if (index + 1 == count) {
        return masks.last;
    }
    return index == 0 ? masks.first : masks.middle;
}

Status check_headers(const Bytes& data, const TxContext& context, const TxRequest& request) {
    std::size_t need = 0;
    if (request.ip_checksum || request.l4_checksum || request.segment) {
        need = context.mac_length + context.ip_length;
    }
    if (request.ip_checksum && context.ip_length < 20) {
        return Error{"Tx context: IPLEN " + std::to_string(context.ip_length) +
                     " is no IP header's length"};
    }
    if (request.segment) {
        need += context.l4_length;
        const std::size_t least = context.l4 == TxContext::Kind::udp ? 8 : 20;
        if (context.l4_length < least || context.mss == 0) {
            return Error{"Tx context: TSE with L4LEN " + std::to_string(context.l4_length) +
                         " and MSS " + std::to_string(context.mss)};
        }
    } else if (request.l4_checksum) {
        need += checksum_end(context.l4);
    }
    if (need > data.size()) {
        return Error{"Tx context: headers of " + std::to_string(need) + " bytes in a frame of " +
                     std::to_string(data.size())};
    }
    const std::size_t expected = request.segment ? data.size() - need : data.size();
    if (request.payload_length != expected) {
        return Error{"Tx descriptor: PAYLEN " + std::to_string(request.payload_length) + " for " +
                     std::to_string(expected) + " bytes"};
    }
    return {};
}

void patch_ip(Bytes& frame, const TxContext& context, std::size_t index) {
    u8* ip = frame.data() + context.mac_length;
    const std::size_t datagram = frame.size() - context.mac_length;
    if (context.ipv4) {
        store_be16(ip + 2, static_cast<u16>(datagram));
        store_be16(ip + 4, static_cast<u16>(load_be16(ip + 4) + index));
    } else {
        store_be16(ip + 4, static_cast<u16>(datagram - 40));
    }
}

void patch_tcp(u8* tcp, std::size_t offset, u32 mask) {
    store_be32(tcp + 4, load_be32(tcp + 4) + static_cast<u32>(offset));
    const u16 flags = load_be16(tcp + 12);
    store_be16(tcp + 12, static_cast<u16>(flags & (0xf000U | mask)));
}

std::vector<Bytes> segments(const Bytes& data, const TxContext& context, const TxRequest& request,
                            const TcpFlagMasks& masks) {
    const std::size_t l4 = std::size_t{context.mac_length} + context.ip_length;
    const std::size_t headers = l4 + context.l4_length;
    const std::size_t payload = data.size() - headers;
    const std::size_t count = std::max<std::size_t>(1, (payload + context.mss - 1) / context.mss);
    std::vector<Bytes> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t offset = i * context.mss;
        const std::size_t size = std::min<std::size_t>(context.mss, payload - offset);
        Bytes frame;
        frame.reserve(headers + size + tag_size);
        frame.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(headers));
        const auto from = data.begin() + static_cast<std::ptrdiff_t>(headers + offset);
        frame.insert(frame.end(), from, from + static_cast<std::ptrdiff_t>(size));
        patch_ip(frame, context, i);
        if (context.l4 == TxContext::Kind::tcp) {
            patch_tcp(frame.data() + l4, offset, mask_of(masks, i, count));
        } else {
            store_be16(frame.data() + l4 + 4, static_cast<u16>(context.l4_length + size));
        }
        if (context.ipv4 && request.ip_checksum) {
            fill_ip_checksum(frame, context);
        }
        if (request.l4_checksum) {
            // The seed lacks the length; the device adds each segment's own.
            fill_l4_checksum(frame, context, static_cast<u32>(context.l4_length + size));
        }
        out.push_back(std::move(frame));
    }
    return out;
}

}  // namespace

TxContext TxContext::from(u32 vlan_macip_lens, u32 type_tucmd, u32 mss_l4len_idx) {
    TxContext context;
    context.vlan = static_cast<u16>(vlan_macip_lens >> 16U);
    context.mac_length = bits(vlan_macip_lens, 9, 7);
    context.ip_length = bits(vlan_macip_lens, 0, 9);
    context.ipv4 = bits(type_tucmd, 10, 1) != 0;
    context.l4 = static_cast<Kind>(bits(type_tucmd, 11, 2));
    context.l4_length = bits(mss_l4len_idx, 8, 8);
    context.mss = mss_l4len_idx >> 16U;
    return context;
}

Result<std::vector<Bytes>> transmit_frames(Bytes data, const TxContext& context,
                                           const TxRequest& request, u16 vlan_type,
                                           const TcpFlagMasks& masks) {
    if (const Status fits = check_headers(data, context, request); !fits) {
        return fits.error();
    }
    std::vector<Bytes> frames;
    if (request.segment) {
        frames = segments(data, context, request, masks);
    } else {
        if (request.ip_checksum) {
            fill_ip_checksum(data, context);
        }
        if (request.l4_checksum) {
            fill_l4_checksum(data, context, 0);
        }
        frames.push_back(std::move(data));
    }
    if (request.insert_vlan) {
        for (Bytes& frame : frames) {
            if (frame.size() >= tag_at) {
                insert_tag(frame, vlan_type, context.vlan);
            }
        }
    }
    return frames;
}

}  // namespace igbmodel
