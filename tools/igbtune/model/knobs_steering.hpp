// SPDX-License-Identifier: GPL-2.0-only
// The knobs that decide which queue a packet goes to and what waits before the driver: their texts,
// and how they are read and written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/knobs.hpp"
#include "source/sources.hpp"
#include "util/result.hpp"

namespace igbtune::model {

// Those that the device has.
[[nodiscard]] std::vector<Knob> steering_knobs(source::Sources& sources, int device,
                                               const std::string& name);

// "equal 4" for a table that goes round over 4 queues; else "0*64,1*64", runs of entries.
[[nodiscard]] std::string table_text(const std::vector<std::uint32_t>& table);
[[nodiscard]] util::Result<std::vector<std::uint32_t>> parse_table(std::string_view text,
                                                                   std::size_t size);

// "6d:5a:..."
[[nodiscard]] std::string key_text(const std::vector<std::uint8_t>& key);
[[nodiscard]] util::Result<std::vector<std::uint8_t>> parse_key(std::string_view text,
                                                                std::size_t size);

// ethtool's letters: s, d the addresses, f, n the ports' two bytes; "none".
[[nodiscard]] std::string fields_text(std::uint64_t fields);
[[nodiscard]] util::Result<std::uint64_t> parse_fields(std::string_view text);

}  // namespace igbtune::model
