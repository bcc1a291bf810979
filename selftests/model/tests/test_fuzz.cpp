// SPDX-License-Identifier: GPL-2.0-only
// The fuzz target with messages from a seeded generator: no fuzzer is needed to run it.
#include <gtest/gtest.h>

#include <random>

#include "tests/fuzz_stream.hpp"
#include "transport/message.hpp"
#include "util/bytes.hpp"

namespace igbmodel::test {
namespace {

class Generator {
public:
    explicit Generator(u64 seed) : random_(seed) {}

    Bytes conversation() {
        Bytes out;
        const u64 count = 1 + below(20);
        for (u64 i = 0; i < count; ++i) {
            const Bytes one = message();
            out.insert(out.end(), one.begin(), one.end());
        }
        // And now and then a bit flips anywhere.
        for (u64 i = below(4); i > 0; --i) {
            out[below(out.size())] ^= static_cast<u8>(1U << below(8));
        }
        return out;
    }

private:
    u64 below(u64 limit) { return std::uniform_int_distribution<u64>(0, limit - 1)(random_); }

    Bytes message() {
        constexpr std::array<u16, 12> commands{1, 2, 3, 4, 5, 7, 8, 9, 10, 10, 13, 15};
        Bytes payload;
        const u16 command = commands.at(below(commands.size()));
        if (command == 10 || command == 9) {
            // Mostly well-formed register accesses, so that the device gets its share.
            payload.resize(20);
            const u32 region = below(4) == 0 ? 7 : 0;
            store_le<u64>(payload.data(), below(region == 7 ? 4096 : 0x20000) & ~u64{3});
            store_le<u32>(payload.data() + 8, region);
            store_le<u32>(payload.data() + 12, 4);
            store_le<u32>(payload.data() + 16, static_cast<u32>(random_()));
        } else {
            payload.resize(below(64));
            for (u8& byte : payload) {
                byte = static_cast<u8>(random_());
            }
        }
        Bytes out(vfu::header_size, 0);
        store_le<u16>(out.data() + 2, command);
        store_le<u32>(out.data() + 4, static_cast<u32>(vfu::header_size + payload.size()));
        out.insert(out.end(), payload.begin(), payload.end());
        return out;
    }

    std::mt19937_64 random_;
};

TEST(Fuzz, GeneratedConversations) {
    constexpr u64 conversations = 2000;
    for (u64 seed = 0; seed < conversations; ++seed) {
        SCOPED_TRACE(seed);
        const Bytes bytes = Generator(seed).conversation();
        fuzz_stream(bytes);
    }
}

}  // namespace
}  // namespace igbmodel::test
