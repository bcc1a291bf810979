// SPDX-License-Identifier: GPL-2.0-only
// Points in time and durations as text.
#pragma once

#include <chrono>
#include <string>

namespace igbtune::view {

// "2026-11-20T23:35:00.123456Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

// "0.8 ms"
[[nodiscard]] std::string milliseconds_text(std::chrono::steady_clock::duration duration);

}  // namespace igbtune::view
