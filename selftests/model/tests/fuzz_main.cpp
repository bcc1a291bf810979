// SPDX-License-Identifier: GPL-2.0-only
// The libFuzzer target: fuzz-message [-max_total_time=60] [CORPUS...]
#include "tests/fuzz_stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    igbmodel::test::fuzz_stream({data, size});
    return 0;
}
