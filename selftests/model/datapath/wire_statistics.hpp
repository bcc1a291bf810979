// SPDX-License-Identifier: GPL-2.0-only
// The MAC's counters of good frames.
#pragma once

#include "mac/register_file.hpp"
#include "util/types.hpp"

namespace igbmodel {

void count_transmitted(RegisterFile& regs, ByteView frame);
void count_received(RegisterFile& regs, ByteView frame);
void count_to_host(RegisterFile& regs, ByteView frame);  // behind all places where it can get lost

[[nodiscard]] bool is_broadcast(ByteView frame);
[[nodiscard]] bool is_group(ByteView frame);

}  // namespace igbmodel
