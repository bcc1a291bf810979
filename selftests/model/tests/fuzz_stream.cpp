// SPDX-License-Identifier: GPL-2.0-only
#include "tests/fuzz_stream.hpp"

#include "tests/support.hpp"
#include "transport/session.hpp"

namespace igbmodel::test {

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
