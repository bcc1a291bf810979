// SPDX-License-Identifier: GPL-2.0-only
// What could not be learned, and why: part of every answer, not an error.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "util/result.hpp"

namespace igbtune::model {

struct Unavailable {
    std::string what;
    std::string reason;

    bool operator==(const Unavailable&) const = default;
};

class Gaps {
public:
    void add(std::string what, std::string reason);
    void add(std::string what, const util::Error& error);

    // The value if there is one; else nothing, and the reason is kept.
    template <typename Value>
    [[nodiscard]] std::optional<Value> value_of(util::Result<Value> result, std::string what) {
        if (result) {
            return std::move(*result);
        }
        add(std::move(what), result.error());
        return std::nullopt;
    }

    [[nodiscard]] const std::vector<Unavailable>& all() const { return gaps_; }

private:
    std::vector<Unavailable> gaps_;
};

}  // namespace igbtune::model
