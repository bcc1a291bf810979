// SPDX-License-Identifier: GPL-2.0-only
// igbtune_fuzz_text [CORPUS...]: libFuzzer on what reads text (clang, -DIGBTUNE_FUZZ=ON).
#include <cstdint>

#include "parsers.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the library's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    igbtune::test::parse_text(std::as_bytes(std::span(data, size)));
    return 0;
}
