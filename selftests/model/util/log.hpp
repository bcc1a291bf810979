// SPDX-License-Identifier: GPL-2.0-only
// One line per event on standard error: a person or a test reads it there.
#pragma once

#include <string>
#include <string_view>

namespace igbmodel {

enum class LogLevel { quiet, normal, debug };

void set_log_level(LogLevel level);
[[nodiscard]] bool log_debug_enabled();

void log_line(std::string_view text);
void log_summary(std::string_view text);  // also when quiet
void log_debug(std::string_view text);

[[nodiscard]] std::string hex(unsigned long long value);

}  // namespace igbmodel
