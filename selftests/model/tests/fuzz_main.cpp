// SPDX-License-Identifier: GPL-2.0-only
// The libFuzzer target: fuzz-message [-max_total_time=60] [CORPUS...]
#include <algorithm>

#include "tests/fuzz_stream.hpp"

// The names are libFuzzer's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
std::size_t LLVMFuzzerMutate(unsigned char* data, std::size_t size, std::size_t most);

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    igbmodel::test::fuzz_stream({data, size});
    return 0;
}

// It would take long to find out what a message looks like: now and then it gets some.
std::size_t LLVMFuzzerCustomMutator(unsigned char* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
    constexpr unsigned turns = 8;
    if (seed % turns != 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    const igbmodel::Bytes fresh = igbmodel::test::conversation(seed);
    const std::size_t kept = std::min(fresh.size(), most);
    std::copy_n(fresh.begin(), kept, data);
    return kept;
}
}
// NOLINTEND(readability-identifier-naming)
