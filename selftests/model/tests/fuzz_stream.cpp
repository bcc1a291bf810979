// SPDX-License-Identifier: GPL-2.0-only
#include "tests/fuzz_stream.hpp"

#include <random>

#include "tests/support.hpp"
#include "transport/session.hpp"

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

    // Anywhere, or more often where queues have their registers.
    u64 offset(u32 region) {
        constexpr std::array<u64, 4> rooms{0, 0x5000, 0xc000, 0xe000};
        if (region == region_config) {
            return below(ConfigSpace::size) & ~u64{3};
        }
        const u64 room = below(4) == 0 ? below(reg::space_size) : rooms.at(below(4)) + below(0x400);
        return room & ~u64{3};
    }

    Bytes message() {
        constexpr std::array<u16, 12> commands{1, 2, 3, 4, 5, 7, 8, 9, 10, 10, 13, 15};
        Bytes payload;
        const u16 command = commands.at(below(commands.size()));
        if (command == 10 || command == 9) {
            // Mostly well-formed register accesses, so that the device gets its share.
            payload.resize(20);
            const u32 region = below(4) == 0 ? region_config : region_bar0;
            store_le<u64>(payload.data(), offset(region));
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

}  // namespace

Bytes conversation(u64 seed) {
    return Generator(seed).conversation();
}

void fuzz_stream(ByteView bytes) {
    set_log_level(LogLevel::quiet);
    Bench bench;
    Session session(*bench.nic, bench.dma, bench.irqs);
    while (bytes.size() >= vfu::header_size) {
        const Result<vfu::Header> header = vfu::parse_header(bytes);
        if (!header || header.value().size > bytes.size()) {
            break;
        }
        std::vector<UniqueFd> fds;
        const std::size_t size = header.value().size;
        const Bytes answer = session.handle(
            header.value(), bytes.subspan(vfu::header_size, size - vfu::header_size), fds);
        bytes = bytes.subspan(size);
        bench.timers.pass(1000);
    }
    // Whatever state the registers are in now: frames have to get through or be dropped.
    bench.arrive(make_frame({}));
    bench.timers.pass(1'000'000);
}

}  // namespace igbmodel::test
