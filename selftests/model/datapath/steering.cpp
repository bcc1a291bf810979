// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/steering.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {

constexpr u32 tuple_filters = 8;
constexpr u8 tcp_syn = 0x02;

bool address_matches(const RegisterFile& regs, u32 index, const u8* address) {
    const u32 low = regs[reg::receive_address_low(index)];
    const u32 high = regs[reg::receive_address_low(index) + 4];
    return (high & reg::RAH_AV) != 0 && load_le<u32>(address) == low &&
           load_le<u16>(address + 4) == (high & 0xffffU);
}

bool matches_destination(const MacSpec& spec, const RegisterFile& regs, const u8* address) {
    for (u32 i = 0; i < spec.receive_addresses; ++i) {
        const u32 select = bits(regs[reg::receive_address_low(i) + 4], 16, 2);
        if (select == 0 && address_matches(regs, i, address)) {
            return true;
        }
    }
    return false;
}

bool accepts_address(const MacSpec& spec, const RegisterFile& regs, ByteView frame) {
    const u32 rctl = regs[reg::RCTL];
    const bool broadcast =
        std::all_of(frame.begin(), frame.begin() + 6, [](u8 byte) { return byte == 0xff; });
    if (matches_destination(spec, regs, frame.data())) {
        return true;
    }
    if (broadcast) {
        return (rctl & (reg::RCTL_BAM | reg::RCTL_MPE)) != 0;
    }
    if ((frame[0] & 1U) == 0) {
        return (rctl & reg::RCTL_UPE) != 0;
    }
    if ((rctl & reg::RCTL_MPE) != 0) {
        return true;
    }
    const u32 hash = multicast_hash(frame.first(6), bits(rctl, reg::RCTL_MO_SHIFT, 2));
    return (regs[reg::MTA + (4 * (hash >> 5U))] & bit(hash & 31U)) != 0;
}

bool accepts_vlan(const RegisterFile& regs, const FrameInfo& info) {
    if ((regs[reg::RCTL] & reg::RCTL_VFE) == 0 || !info.tagged) {
        return true;
    }
    const u32 id = info.tci & 0xfffU;
    return (regs[reg::VFTA + (4 * (id >> 5U))] & bit(id & 31U)) != 0;
}

// --- One function per kind of filter. Each returns whether it chose the queue. ---

bool by_address(const MacSpec& spec, const RegisterFile& regs, ByteView frame,
                QueueChoice& choice) {
    if (!spec.address_queue) {
        return false;
    }
    for (u32 i = 0; i < spec.receive_addresses; ++i) {
        const u32 high = regs[reg::receive_address_low(i) + 4];
        const u32 select = bits(high, 16, 2);
        if ((high & reg::RAH_QSEL_ENABLE) == 0 || select > 1) {
            continue;
        }
        if (address_matches(regs, i, frame.data() + (select == 1 ? 6 : 0))) {
            choice.queue = bits(high, 18, 2);
            choice.slot = i;
            return true;
        }
    }
    return false;
}

bool by_ethertype(const MacSpec& spec, const RegisterFile& regs, const FrameInfo& info,
                  QueueChoice& choice) {
    constexpr u32 filter_enable = bit(26);
    constexpr u32 immediate = bit(29);
    constexpr u32 time_stamp = bit(30);
    constexpr u32 queue_enable = bit(31);
    for (u32 i = 0; i < spec.ethertype_filters; ++i) {
        const u32 filter = regs[reg::ETQF + (4 * i)];
        if ((filter & filter_enable) == 0 || bits(filter, 0, 16) != info.ethertype) {
            continue;
        }
        choice.ethertype_filter = i;
        choice.immediate |= (filter & immediate) != 0;
        choice.time_stamp |= (filter & time_stamp) != 0;
        if ((filter & queue_enable) != 0) {
            choice.queue = bits(filter, 16, 3);
            choice.slot = i;
            return true;
        }
        return false;  // the first filter that matches decides
    }
    return false;
}

bool by_syn(const RegisterFile& regs, const FrameInfo& info, QueueChoice& choice) {
    const u32 filter = regs[reg::SYNQF];
    if ((filter & 1U) == 0 || info.l4_kind != L4::tcp || (info.tcp_flags & tcp_syn) == 0) {
        return false;
    }
    choice.queue = bits(filter, 1, 3);
    choice.slot = 0;
    return true;
}

bool flex_matches(const RegisterFile& regs, u32 table, u32 length, ByteView frame) {
    constexpr u32 row_bytes = 8;
    constexpr u32 row_stride = 16;
    for (u32 i = 0; i < length; ++i) {
        const u32 row = table + (i / row_bytes * row_stride);
        const u32 lane = i % row_bytes;
        if ((regs[row + 8] >> lane & 1U) == 0) {
            continue;
        }
        const u32 data = regs[row + (lane < 4 ? 0 : 4)] >> 8 * (lane % 4);
        if ((data & 0xffU) != frame[i]) {
            return false;
        }
    }
    return true;
}

bool by_flex(const MacSpec& spec, const RegisterFile& regs, ByteView frame, QueueChoice& choice) {
    const u32 enables = regs[reg::WUFC];
    if ((enables & reg::WUFC_FLEX_ENABLE) == 0) {
        return false;
    }
    constexpr u32 last_dword = 0xfc;
    s64 best = -1;
    for (u32 i = 0; i < spec.flex_filters; ++i) {
        if ((enables & bit(reg::WUFC_FLEX_SHIFT + i)) == 0) {
            continue;
        }
        const u32 table = i < 4 ? reg::FHFT + (reg::FHFT_STRIDE * i)
                                : reg::FHFT_EXT + (reg::FHFT_STRIDE * (i - 4));
        const u32 action = regs[table + last_dword];
        const u32 length = std::min<u32>(bits(action, 0, 8), 128);
        if (length == 0 || frame.size() < length || !flex_matches(regs, table, length, frame)) {
            continue;
        }
        choice.immediate |= (action & bit(24)) != 0;
        const s64 priority = bits(action, 16, 3);
        if (priority > best) {
            best = priority;
            choice.queue = bits(action, 8, 3);
            choice.slot = i;
        }
    }
    return best >= 0;
}

// Size and TCP control bits, common to both tuple kinds (IMIREXT).
bool extension_matches(u32 extension, ByteView frame, const FrameInfo& info) {
    constexpr u32 size_bypass = bit(12);
    constexpr u32 control_bypass = bit(19);
    if ((extension & size_bypass) == 0 && frame.size() >= bits(extension, 0, 12)) {
        return false;
    }
    if ((extension & control_bypass) != 0) {
        return true;
    }
    // Bits 13 to 18 are URG, ACK, PSH, RST, SYN, FIN: the TCP header's flags the other way round.
    u32 wanted = 0;
    for (unsigned i = 0; i < 6; ++i) {
        wanted |= bits(extension, 13 + i, 1) << (5 - i);
    }
    return info.l4_kind == L4::tcp && (info.tcp_flags & wanted) == wanted;
}

bool tuple_matches(const MacSpec& spec, const RegisterFile& regs, u32 i, ByteView frame,
                   const FrameInfo& info) {
    const u32 filter = regs[reg::FTQF + (4 * i)];
    const u32 ports = regs[reg::IMIR + (4 * i)];
    constexpr u32 destination_port_bypass = bit(17);
    const auto checks = [filter](unsigned bypass) { return (filter & bit(bypass)) == 0; };
    if (checks(28) && bits(filter, 0, 8) != info.protocol) {
        return false;
    }
    if ((ports & destination_port_bypass) == 0 &&
        (!info.has_ports() || load_le<u16>(frame.data() + info.l4 + 2) != bits(ports, 0, 16))) {
        return false;
    }
    if (spec.tuple == TupleKind::five_tuple) {
        const u8* ip = frame.data() + info.l3;
        if (checks(29) && load_le<u32>(ip + 12) != regs[reg::SAQF + (4 * i)]) {
            return false;
        }
        if (checks(30) && load_le<u32>(ip + 16) != regs[reg::DAQF + (4 * i)]) {
            return false;
        }
        if (checks(31) && (!info.has_ports() || load_le<u16>(frame.data() + info.l4) !=
                                                    bits(regs[reg::SPQF + (4 * i)], 0, 16))) {
            return false;
        }
    }
    return extension_matches(regs[reg::IMIREXT + (4 * i)], frame, info);
}

bool by_tuple(const MacSpec& spec, const RegisterFile& regs, ByteView frame, const FrameInfo& info,
              QueueChoice& choice) {
    const bool family = spec.tuple == TupleKind::five_tuple ? info.ipv4 : info.ipv4 || info.ipv6;
    if (spec.tuple == TupleKind::none || !family || info.fragment) {
        return false;
    }
    constexpr u32 queue_enable = bit(8);
    constexpr u32 time_stamp = bit(27);
    constexpr u32 immediate = bit(16);
    s64 best = -1;
    for (u32 i = 0; i < tuple_filters; ++i) {
        const u32 filter = regs[reg::FTQF + (4 * i)];
        const u32 ports = regs[reg::IMIR + (4 * i)];
        const bool in_use = (filter & (queue_enable | time_stamp)) != 0 || (ports & immediate) != 0;
        if (!in_use || !tuple_matches(spec, regs, i, frame, info)) {
            continue;
        }
        choice.immediate |= (ports & immediate) != 0;
        choice.time_stamp |= (filter & time_stamp) != 0;
        const s64 priority = bits(ports, 29, 3);
        if ((filter & queue_enable) != 0 && priority > best) {
            best = priority;
            choice.queue = bits(filter, 16, spec.tuple == TupleKind::five_tuple ? 4 : 3);
            choice.slot = i;
        }
    }
    return best >= 0;
}

bool by_vlan_priority(const MacSpec& spec, const RegisterFile& regs, const FrameInfo& info,
                      QueueChoice& choice) {
    if (!spec.vlan_priority_queue || !info.tagged) {
        return false;
    }
    const u32 priority = info.tci >> 13U;
    const u32 entry = bits(regs[reg::VLAPQF], 4 * priority, 4);
    if ((entry & 8U) == 0) {
        return false;
    }
    choice.queue = entry & 3U;
    choice.slot = priority;
    return true;
}

RssKey key_of(const RegisterFile& regs) {
    RssKey key{};
    for (u32 i = 0; i < rss_key_size / 4; ++i) {
        store_le(key.data() + (std::size_t{4} * i), regs[reg::RSSRK + (4 * i)]);
    }
    return key;
}

bool by_rss(const RegisterFile& regs, ByteView frame, const FrameInfo& info, QueueChoice& choice) {
    const u32 mode = bits(regs[reg::MRQC], 0, 3);
    // With PCSD clear the descriptor carries the checksum where the hash would be.
    if ((mode != 2 && mode != 5) || (regs[reg::RXCSUM] & reg::RXCSUM_PCSD) == 0) {
        return false;
    }
    FrameInfo seen = info;
    if ((regs[reg::RFCTL] & reg::RFCTL_IPV6_EX_DIS) != 0) {
        seen.home_address = 0;
        seen.route_target = 0;
    }
    choice.rss = rss_type(seen, regs[reg::MRQC]);
    if (choice.rss == RssType::none) {
        return false;
    }
    choice.hash = rss_hash(frame, seen, choice.rss, key_of(regs));
    return true;
}

u32 redirect(const MacSpec& spec, const RegisterFile& regs, u32 hash) {
    const u32 index = hash & 127U;
    const u32 entry = bits(regs[reg::RETA + (index & ~3U)], 8 * (index & 3U), 8);
    return bits(entry, spec.reta_entry_shift, spec.reta_entry_bits);
}

}  // namespace

std::string_view reason_name(Reason reason) {
    constexpr std::array<std::string_view, reason_count> names{
        "address", "ethertype", "syn", "flex", "tuple", "vlan_priority", "rss", "default"};
    return names.at(static_cast<std::size_t>(reason));
}

u32 multicast_hash(ByteView address, u32 offset_mode) {
    // 82576 datasheet 7.1.1.1.3: 12 bits of the two last bytes, from bit 4, 3, 2 or 0 on.
    constexpr std::array<unsigned, 4> first_bit{4, 3, 2, 0};
    const u32 last = u32{address[4]} | u32{address[5]} << 8U;
    return last >> first_bit.at(offset_mode) & 0xfffU;
}

bool accepts(const MacSpec& spec, const RegisterFile& regs, ByteView frame, const FrameInfo& info) {
    return accepts_address(spec, regs, frame) && accepts_vlan(regs, info);
}

QueueChoice choose_queue(const MacSpec& spec, const RegisterFile& regs, ByteView frame,
                         const FrameInfo& info) {
    QueueChoice choice;
    const bool hashed = by_rss(regs, frame, info, choice);
    const bool syn_first = (regs[reg::RFCTL] & reg::RFCTL_SYNQFP) != 0;
    const auto chosen = [&choice](bool yes, Reason reason) {
        if (yes) {
            choice.reason = reason;
        }
        return yes;
    };
    if (chosen(by_address(spec, regs, frame, choice), Reason::address) ||
        chosen(by_ethertype(spec, regs, info, choice), Reason::ethertype) ||
        (syn_first && chosen(by_syn(regs, info, choice), Reason::syn)) ||
        chosen(by_flex(spec, regs, frame, choice), Reason::flex) ||
        chosen(by_tuple(spec, regs, frame, info, choice), Reason::tuple) ||
        (!syn_first && chosen(by_syn(regs, info, choice), Reason::syn)) ||
        chosen(by_vlan_priority(spec, regs, info, choice), Reason::vlan_priority)) {
        choice.queue %= spec.queues;
        return choice;
    }
    if (hashed) {
        choice.reason = Reason::rss;
        choice.queue = redirect(spec, regs, choice.hash);
    } else {
        choice.queue = bits(regs[reg::MRQC], 3, 3);
    }
    choice.queue %= spec.queues;
    return choice;
}

}  // namespace igbmodel
