// SPDX-License-Identifier: GPL-2.0-only
// A set of CPUs, read from the kernel's two notations: masks ("f,ffffffff") and lists ("0-3,8").
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "util/result.hpp"

namespace igbtune::util {

class CpuSet {
public:
    // Far above any kernel's NR_CPUS: a larger number is damage, not a machine.
    static constexpr unsigned limit = 65536;

    CpuSet() = default;
    CpuSet(std::initializer_list<unsigned> cpus) : cpus_(cpus) {}

    static Result<CpuSet> from_mask(std::string_view text);
    static Result<CpuSet> from_list(std::string_view text);

    [[nodiscard]] bool empty() const { return cpus_.empty(); }
    [[nodiscard]] std::size_t size() const { return cpus_.size(); }
    [[nodiscard]] bool contains(unsigned cpu) const { return cpus_.contains(cpu); }
    [[nodiscard]] auto begin() const { return cpus_.begin(); }
    [[nodiscard]] auto end() const { return cpus_.end(); }

    // None is outside the other.
    [[nodiscard]] bool within(const CpuSet& other) const;

    // "0-3,8"; empty for the empty set.
    [[nodiscard]] std::string list() const;

    // "f,ffffffff"; "0" for the empty set.
    [[nodiscard]] std::string mask() const;

    bool operator==(const CpuSet&) const = default;

private:
    std::set<unsigned> cpus_;
};

}  // namespace igbtune::util
