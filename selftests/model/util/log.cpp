// SPDX-License-Identifier: GPL-2.0-only
#include "util/log.hpp"

#include <array>
#include <cstdio>

namespace igbmodel {

namespace {
LogLevel current_level = LogLevel::normal;

void write_line(std::string_view text) {
    std::fprintf(stderr, "igb-model: %.*s\n", static_cast<int>(text.size()), text.data());
}
}  // namespace

void set_log_level(LogLevel level) { current_level = level; }

bool log_debug_enabled() { return current_level == LogLevel::debug; }

void log_line(std::string_view text) {
    if (current_level != LogLevel::quiet) {
        write_line(text);
    }
}

void log_debug(std::string_view text) {
    if (current_level == LogLevel::debug) {
        write_line(text);
    }
}

std::string hex(unsigned long long value) {
    std::array<char, 24> text{};
    const int length = std::snprintf(text.data(), text.size(), "0x%llx", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace igbmodel
