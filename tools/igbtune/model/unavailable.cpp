// SPDX-License-Identifier: GPL-2.0-only
#include "model/unavailable.hpp"

#include <algorithm>
#include <cerrno>

namespace igbtune::model {

void Gaps::add(std::string what, std::string reason) {
    Unavailable gap{.what = std::move(what), .reason = std::move(reason)};
    if (std::ranges::find(gaps_, gap) == gaps_.end()) {
        gaps_.push_back(std::move(gap));
    }
}

void Gaps::add(std::string what, const util::Error& error) {
    // Of all refusals this one is the usual: say what it means.
    const bool bare = error.message == util::error_from_errno(EOPNOTSUPP, "").message;
    add(std::move(what), bare ? "the driver does not offer it" : error.message);
}

}  // namespace igbtune::model
