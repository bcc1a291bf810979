// SPDX-License-Identifier: GPL-2.0-only
// The fuzz target with messages from a seeded generator: no fuzzer is needed to run it.
#include <gtest/gtest.h>

#include "tests/fuzz_stream.hpp"

namespace igbmodel::test {
namespace {

TEST(Fuzz, GeneratedConversations) {
    constexpr u64 conversations = 2000;
    for (u64 seed = 0; seed < conversations; ++seed) {
        SCOPED_TRACE(seed);
        fuzz_stream(conversation(seed));
    }
}

}  // namespace
}  // namespace igbmodel::test
