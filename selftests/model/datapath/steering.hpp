// SPDX-License-Identifier: GPL-2.0-only
// Which frames the MAC takes, and which queue each goes to: every filter of the family, in the
// order of the datasheets (82576 7.1.1, I210 7.1.1).
#pragma once

#include <optional>
#include <string_view>

#include "datapath/frame.hpp"
#include "datapath/rss.hpp"
#include "mac/register_file.hpp"

namespace igbmodel {

enum class Reason { address, ethertype, syn, flex, tuple, vlan_priority, rss, standard };
constexpr std::size_t reason_count = 8;
[[nodiscard]] std::string_view reason_name(Reason reason);

struct QueueChoice {
    u32 queue = 0;
    Reason reason = Reason::standard;
    u32 slot = 0;                         // of the filter that chose
    bool immediate = false;               // some matching filter asks for an interrupt at once
    bool time_stamp = false;              // some matching filter marks 1588 frames
    std::optional<u32> ethertype_filter;  // ETQF that matched, queue or not
    RssType rss = RssType::none;
    u32 hash = 0;
};

// Address and VLAN filters: does the frame come in at all?
[[nodiscard]] bool accepts(const MacSpec& spec, const RegisterFile& regs, ByteView frame,
                           const FrameInfo& info);

[[nodiscard]] QueueChoice choose_queue(const MacSpec& spec, const RegisterFile& regs,
                                       ByteView frame, const FrameInfo& info);

// The bit of the multicast table that an address selects, for RCTL.MO.
[[nodiscard]] u32 multicast_hash(ByteView address, u32 offset_mode);

}  // namespace igbmodel
