// SPDX-License-Identifier: GPL-2.0-only
#include "util/cpu_set.hpp"

#include <algorithm>
#include <vector>

#include "util/text.hpp"

namespace igbtune::util {
namespace {

constexpr unsigned bits_per_group = 32;

Error malformed(std::string_view what, std::string_view text) {
    return {ErrorKind::failure,
            "not a CPU " + std::string(what) + ": '" + printable(text.substr(0, 40)) + "'"};
}

}  // namespace

Result<CpuSet> CpuSet::from_mask(std::string_view text) {
    const std::string_view mask = trim(text);
    const std::vector<std::string_view> groups = split(mask, ',');
    if (groups.size() > limit / bits_per_group) {
        return malformed("mask", mask);
    }
    CpuSet set;
    unsigned base = 0;
    for (auto group = groups.rbegin(); group != groups.rend(); ++group, base += bits_per_group) {
        const auto bits = number<std::uint32_t>(*group, 16);
        if (!bits) {
            return malformed("mask", mask);
        }
        for (unsigned bit = 0; bit < bits_per_group; ++bit) {
            if (((*bits >> bit) & 1U) != 0) {
                set.cpus_.insert(base + bit);
            }
        }
    }
    return set;
}

Result<CpuSet> CpuSet::from_list(std::string_view text) {
    const std::string_view list = trim(text);
    CpuSet set;
    if (list.empty()) {
        return set;
    }
    for (const std::string_view range : split(list, ',')) {
        const std::size_t dash = range.find('-');
        const auto first = number<unsigned>(range.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : number<unsigned>(range.substr(dash + 1));
        if (!first || !last || *first > *last || *last >= limit) {
            return malformed("list", list);
        }
        for (unsigned cpu = *first; cpu <= *last; ++cpu) {
            set.cpus_.insert(cpu);
        }
    }
    return set;
}

bool CpuSet::within(const CpuSet& other) const {
    return std::ranges::includes(other.cpus_, cpus_);
}

std::string CpuSet::list() const {
    std::string text;
    for (auto cpu = cpus_.begin(); cpu != cpus_.end();) {
        const unsigned first = *cpu;
        unsigned last = first;
        for (++cpu; cpu != cpus_.end() && *cpu == last + 1; ++cpu) {
            last = *cpu;
        }
        if (!text.empty()) {
            text += ',';
        }
        text += std::to_string(first);
        if (last > first) {
            text += '-' + std::to_string(last);
        }
    }
    return text;
}

std::string CpuSet::mask() const {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr unsigned bits_per_digit = 4;
    constexpr unsigned digits_per_group = bits_per_group / bits_per_digit;
    const unsigned count = cpus_.empty() ? 1 : (*cpus_.rbegin() / bits_per_digit) + 1;
    std::string text;
    for (unsigned place = count; place-- > 0;) {
        unsigned digit = 0;
        for (unsigned bit = 0; bit < bits_per_digit; ++bit) {
            digit |= contains((place * bits_per_digit) + bit) ? 1U << bit : 0U;
        }
        text += digits[digit];
        if (place != 0 && place % digits_per_group == 0) {
            text += ',';
        }
    }
    return text;
}

}  // namespace igbtune::util
