// SPDX-License-Identifier: GPL-2.0-only
#include "source/sockstat.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

Result<std::vector<SocketUse>> parse_sockstat(std::string_view text) {
    std::vector<SocketUse> all;
    for (const std::string_view line : util::lines(text)) {
        const std::vector<std::string_view> words = util::words(line);
        // "TCP: inuse 5 orphan 0"
        if (words.size() < 3 || words.size() % 2 == 0 || !words[0].ends_with(':')) {
            return Error{ErrorKind::failure,
                         "sockstat: not understood: '" + util::printable(line.substr(0, 60)) + "'"};
        }
        SocketUse use;
        use.protocol = words[0].substr(0, words[0].size() - 1);
        for (std::size_t index = 1; index + 1 < words.size(); index += 2) {
            // The kernel prints some as signed numbers, and those can be below 0 for a moment.
            const std::string_view digits = words[index + 1];
            const auto value = digits.starts_with('-') ? std::optional<std::uint64_t>(0)
                                                       : util::number<std::uint64_t>(digits);
            if (!value) {
                return Error{ErrorKind::failure, "sockstat: not understood: '" +
                                                     util::printable(line.substr(0, 60)) + "'"};
            }
            use.levels.push_back({std::string(words[index]), *value});
        }
        all.push_back(std::move(use));
    }
    return all;
}

Result<std::vector<SocketUse>> socket_use(const Files& files) {
    const auto text = files.read("/proc/net/sockstat");
    if (!text) {
        return text.error();
    }
    auto all = parse_sockstat(*text);
    const auto six = files.read("/proc/net/sockstat6");
    if (!all || !six) {
        return all;
    }
    auto more = parse_sockstat(*six);
    if (!more) {
        return more;
    }
    std::ranges::move(*more, std::back_inserter(*all));
    return all;
}

}  // namespace igbtune::source
