// SPDX-License-Identifier: GPL-2.0-only
// Recognising the IEEE 1588 messages that a MAC stamps.
#pragma once

#include <optional>

#include "datapath/frame.hpp"

namespace igbmodel {

struct PtpMessage {
    bool over_udp = false;
    u8 version = 0;
    u8 type = 0;          // version 2: message id; version 1: control field
    u32 source_low = 0;   // RXSATRL
    u32 source_high = 0;  // RXSATRH: sequence id and the rest of the source
};

[[nodiscard]] std::optional<PtpMessage> ptp_message(ByteView frame, const FrameInfo& info);

// `kind` is TSYNCRXCTL.TYPE, `config` TSYNCRXCFG: does the MAC stamp this message?
[[nodiscard]] bool ptp_selected(const PtpMessage& message, u32 kind, u32 config);

}  // namespace igbmodel
