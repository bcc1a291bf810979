// SPDX-License-Identifier: GPL-2.0-only
// igbtune_fuzz_netlink [CORPUS...]: libFuzzer on what reads netlink messages (clang,
// -DIGBTUNE_FUZZ=ON).
#include <cstdint>

#include "parsers.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the library's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    igbtune::test::parse_message(std::as_bytes(std::span(data, size)));
    return 0;
}
