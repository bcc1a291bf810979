// SPDX-License-Identifier: GPL-2.0-only
// The glossary for people, and as a page of the manual.
#pragma once

#include <string>

#include "model/glossary.hpp"
#include "view/style.hpp"

namespace igbtune::view {

[[nodiscard]] std::string term_text(const model::Term& term, const Style& style);

// One line for each term.
[[nodiscard]] std::string term_list();

// reStructuredText: Documentation/igbtune-counters.rst is this.
[[nodiscard]] std::string term_manual();

}  // namespace igbtune::view
