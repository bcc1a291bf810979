// SPDX-License-Identifier: GPL-2.0-only
// The checksums of IP, TCP, UDP (RFC 1071) and SCTP (CRC32c, RFC 9260).
#pragma once

#include "util/types.hpp"

namespace igbmodel {

// Adds 16-bit big-endian words; an odd last byte counts as a word's high half.
[[nodiscard]] u32 checksum_add(u32 sum, ByteView data);
[[nodiscard]] u16 checksum_fold(u32 sum);  // to 16 bits, not complemented
[[nodiscard]] u32 crc32c(ByteView data);

}  // namespace igbmodel
