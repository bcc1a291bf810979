// SPDX-License-Identifier: GPL-2.0-only
#include "util/log.hpp"

#include <array>
#include <charconv>
#include <iostream>

namespace igbmodel {

namespace {
// Set once, from the command line.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
LogLevel current_level = LogLevel::normal;

constexpr int hexadecimal = 16;

void write_line(std::string_view text) {
    std::cerr << "igb-model: " << text << '\n';
}
}  // namespace

void set_log_level(LogLevel level) {
    current_level = level;
}

bool log_debug_enabled() {
    return current_level == LogLevel::debug;
}

void log_line(std::string_view text) {
    if (current_level != LogLevel::quiet) {
        write_line(text);
    }
}

void log_summary(std::string_view text) {
    write_line(text);
}

void log_debug(std::string_view text) {
    if (current_level == LogLevel::debug) {
        write_line(text);
    }
}

std::string hex(unsigned long long value) {
    std::array<char, 16> digits{};
    const char* const begin = digits.data();
    const char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal).ptr;
    return "0x" + std::string(begin, end);
}

}  // namespace igbmodel
