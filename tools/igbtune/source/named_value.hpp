// SPDX-License-Identifier: GPL-2.0-only
// A counter as a source of truth gives it: its own name, its value.
#pragma once

#include <cstdint>
#include <string>

namespace igbtune::source {

struct NamedValue {
    std::string name;
    std::uint64_t value{};

    bool operator==(const NamedValue&) const = default;
};

}  // namespace igbtune::source
