// SPDX-License-Identifier: GPL-2.0-only
// The same snapshots for programs. The form is a public contract with a version, told in
// Documentation/igbtune.rst.
#pragma once

#include <string>

#include "model/delta.hpp"
#include "model/snapshot.hpp"

namespace igbtune::view {

inline constexpr int json_schema_version = 1;

enum class JsonLayout { indented, one_line };

[[nodiscard]] std::string show_json(const model::Snapshot& snapshot, JsonLayout layout);
[[nodiscard]] std::string stats_json(const model::Snapshot& snapshot, JsonLayout layout);

// One record of a watch, in one line.
[[nodiscard]] std::string change_json(const model::Snapshot& snapshot, const model::Delta& delta);

}  // namespace igbtune::view
