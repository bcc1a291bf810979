// SPDX-License-Identifier: GPL-2.0-only
#include "view/clock_text.hpp"

#include <array>
#include <ctime>

#include "util/text.hpp"

namespace igbtune::view {

std::string utc_text(std::chrono::system_clock::time_point time) {
    using std::chrono::microseconds;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    const auto fraction =
        std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count() % 1'000'000;
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) {
        return "?";  // a year that no calendar has
    }
    std::array<char, 32> text{};
    (void)std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::string digits = std::to_string(fraction);
    digits.insert(0, 6 - digits.size(), '0');
    return std::string(text.data()) + '.' + digits + 'Z';
}

std::string milliseconds_text(std::chrono::steady_clock::duration duration) {
    return util::fixed(std::chrono::duration<double, std::milli>(duration).count(), 1) + " ms";
}

}  // namespace igbtune::view
