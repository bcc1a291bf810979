// SPDX-License-Identifier: GPL-2.0-only
// Bytes as a hostile client would send them, into the protocol and the device behind it.
#pragma once

#include "util/types.hpp"

namespace igbmodel::test {

void fuzz_stream(ByteView bytes);
// Some messages, mostly well formed; the same for the same seed.
[[nodiscard]] Bytes conversation(u64 seed);

}  // namespace igbmodel::test
