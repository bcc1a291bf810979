// SPDX-License-Identifier: GPL-2.0-only
// Everything that reads text or bytes from outside, given the same input: for the fuzzers, and for
// the tests that damage recordings.
#pragma once

#include <cstddef>
#include <span>

namespace igbtune::test {

// The first byte chooses the parser. They return; that is all that is asked of them.
void parse_text(std::span<const std::byte> input);     // /proc, profiles, recordings, keys
void parse_message(std::span<const std::byte> input);  // netlink

// How many parsers there are to choose from.
[[nodiscard]] std::size_t text_parser_count();
[[nodiscard]] std::size_t message_parser_count();

}  // namespace igbtune::test
