// SPDX-License-Identifier: GPL-2.0-only
#include "source/sockets.hpp"

#include <arpa/inet.h>

#include <cstring>
#include <optional>

#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr std::size_t word_digits = 8;

enum Column : std::size_t {
    local = 1,
    remote = 2,
    queues = 4,
    uid = 7,
    inode = 9,
    drops = 12,
    columns = 13,
};

// The kernel prints the address as words of 32 bits, each read from memory in the machine's own
// order.
std::optional<std::string> address(std::string_view digits) {
    std::array<std::uint32_t, 4> words{};
    const std::size_t count = digits.size() / word_digits;
    if (digits.size() % word_digits != 0 || (count != 1 && count != words.size())) {
        return std::nullopt;
    }
    for (std::size_t index = 0; index < count; ++index) {
        const auto word =
            util::number<std::uint32_t>(digits.substr(index * word_digits, word_digits), 16);
        if (!word) {
            return std::nullopt;
        }
        words.at(index) = *word;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = count == 1 ? AF_INET : AF_INET6;
    if (::inet_ntop(family, words.data(), text.data(), text.size()) == nullptr) {
        return std::nullopt;
    }
    return family == AF_INET ? std::string(text.data()) : '[' + std::string(text.data()) + ']';
}

std::optional<std::string> endpoint(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto host = address(text.substr(0, colon));
    const auto port = util::number<std::uint16_t>(text.substr(colon + 1), 16);
    if (!host || !port) {
        return std::nullopt;
    }
    return *host + ':' + std::to_string(*port);
}

std::optional<Socket> parse_line(std::string_view line, std::string_view protocol) {
    const std::vector<std::string_view> words = util::words(line);
    if (words.size() < Column::columns) {
        return std::nullopt;
    }
    const std::vector<std::string_view> queues = util::split(words[Column::queues], ':');
    const auto local = endpoint(words[Column::local]);
    const auto remote = endpoint(words[Column::remote]);
    const auto tx_queue = util::number<std::uint64_t>(queues.front(), 16);
    const auto rx_queue = util::number<std::uint64_t>(queues.back(), 16);
    const auto uid = util::number<std::uint32_t>(words[Column::uid]);
    const auto inode = util::number<std::uint64_t>(words[Column::inode]);
    const auto drops = util::number<std::uint64_t>(words[Column::drops]);
    if (!local || !remote || queues.size() != 2 || !tx_queue || !rx_queue || !uid || !inode ||
        !drops) {
        return std::nullopt;
    }
    return Socket{.protocol = std::string(protocol),
                  .local = *local,
                  .remote = *remote,
                  .rx_queue = *rx_queue,
                  .tx_queue = *tx_queue,
                  .uid = *uid,
                  .inode = *inode,
                  .drops = *drops};
}

}  // namespace

Result<std::vector<Socket>> parse_sockets(std::string_view text, std::string_view protocol) {
    std::vector<Socket> found;
    const std::vector<std::string_view> lines = util::lines(text);
    for (std::size_t index = 1; index < lines.size(); ++index) {  // the first names the columns
        auto socket = parse_line(lines[index], protocol);
        if (!socket) {
            return Error{ErrorKind::failure, "/proc/net/" + std::string(protocol) +
                                                 ": not understood: '" +
                                                 util::printable(lines[index].substr(0, 60)) + "'"};
        }
        found.push_back(std::move(*socket));
    }
    return found;
}

Result<std::vector<Socket>> sockets(const Files& files, std::string_view protocol) {
    const auto text = files.read("/proc/net/" + std::string(protocol));
    if (!text) {
        return text.error();
    }
    return parse_sockets(*text, protocol);
}

}  // namespace igbtune::source
