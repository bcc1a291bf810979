// SPDX-License-Identifier: GPL-2.0-only
// The glossary for people, and as a page of the manual.
#pragma once

#include <span>
#include <string>

#include "model/glossary.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string term_text(const model::Term& term, const Style& style);

// One line for each term.
[[nodiscard]] std::string term_list(std::span<const model::Term* const> terms);

// reStructuredText: Documentation/igbtune-counters.rst is this.
[[nodiscard]] std::string term_manual();

// roff: igbtune-counters(7) is this.
[[nodiscard]] std::string term_page();

}  // namespace igbtune::view
