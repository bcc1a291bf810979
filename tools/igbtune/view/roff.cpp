// SPDX-License-Identifier: GPL-2.0-only
#include "view/roff.hpp"

namespace igbtune::view {

std::string roff(std::string_view text) {
    std::string out;
    bool line_begins = true;
    for (const char letter : text) {
        if (line_begins && (letter == '.' || letter == '\'')) {
            out += "\\&";
        }
        if (letter == '\\') {
            out += "\\e";
        } else if (letter == '-') {
            out += "\\-";
        } else {
            out += letter;
        }
        line_begins = letter == '\n';
    }
    return out;
}

}  // namespace igbtune::view
