// SPDX-License-Identifier: GPL-2.0-only
// What every JSON document of igbtune has. Only views' own sources include this: the library is
// heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "model/snapshot.hpp"
#include "view/json.hpp"

namespace igbtune::view {

[[nodiscard]] nlohmann::ordered_json json_document(const model::Snapshot& snapshot,
                                                   const char* kind);
[[nodiscard]] nlohmann::ordered_json json_gaps(const model::Snapshot& snapshot);
[[nodiscard]] nlohmann::ordered_json json_socket(const source::Socket& socket);

// Names come from drivers and need not be UTF-8: what is not is replaced, never thrown about.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json, JsonLayout layout);

}  // namespace igbtune::view
