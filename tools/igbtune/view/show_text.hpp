// SPDX-License-Identifier: GPL-2.0-only
// `igbtune show` for people: the device, and one line per queue.
#pragma once

#include <string>

#include "model/snapshot.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string show_text(const model::Snapshot& snapshot, const Style& style);

}  // namespace igbtune::view
