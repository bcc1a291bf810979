// SPDX-License-Identifier: GPL-2.0-only
// Bytes as a hostile client would send them, into the protocol and the device behind it.
#pragma once

#include "util/types.hpp"

namespace igbmodel::test {

void fuzz_stream(ByteView bytes);

}  // namespace igbmodel::test
