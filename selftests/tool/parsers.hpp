// SPDX-License-Identifier: GPL-2.0-only
// Everything that reads text or bytes from outside, given the same input: for the fuzzer, and for
// the tests that damage recordings.
#pragma once

#include <cstddef>
#include <span>

namespace igbtune::test {

// The first byte chooses the parser. Returns; that is all that is asked of it.
void parse_anything(std::span<const std::byte> input);

// How many parsers there are to choose from.
[[nodiscard]] std::size_t parser_count();

}  // namespace igbtune::test
