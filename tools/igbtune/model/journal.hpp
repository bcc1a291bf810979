// SPDX-License-Identifier: GPL-2.0-only
// The record of a change, which lets it be taken back whatever became of who made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/plan.hpp"
#include "util/result.hpp"

namespace igbtune::model {

enum class Stage {
    applying,  // some of it may be written
    armed,     // all is written; goes back at the deadline unless it is confirmed
    done,      // all is written and stays
};

struct Journal {
    std::string id;
    Stage stage{};
    std::int64_t deadline{};  // seconds of the clock that counts from boot; 0: none
    Plan plan;
};

[[nodiscard]] std::string journal_text(const Journal& journal);
[[nodiscard]] util::Result<Journal> parse_journal(std::string_view text);

}  // namespace igbtune::model
