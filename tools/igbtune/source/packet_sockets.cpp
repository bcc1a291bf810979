// SPDX-License-Identifier: GPL-2.0-only
#include "source/packet_sockets.hpp"

#include <string>

#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// "sk RefCnt Type Proto Iface R Rmem User Inode"
enum Column : std::size_t { protocol = 3, device = 4, running = 5, memory = 6, inode = 8, columns };

}  // namespace

Result<std::vector<PacketSocket>> parse_packet_sockets(std::string_view text) {
    std::vector<PacketSocket> found;
    const std::vector<std::string_view> lines = util::lines(text);
    for (std::size_t index = 1; index < lines.size(); ++index) {  // the first names the columns
        const std::vector<std::string_view> words = util::words(lines[index]);
        const bool enough = words.size() >= Column::columns;
        const auto type =
            enough ? util::number<std::uint16_t>(words[Column::protocol], 16) : std::nullopt;
        const auto link =
            enough ? util::number<std::uint32_t>(words[Column::device]) : std::nullopt;
        const auto bytes =
            enough ? util::number<std::uint64_t>(words[Column::memory]) : std::nullopt;
        const auto file = enough ? util::number<std::uint64_t>(words[Column::inode]) : std::nullopt;
        if (!type || !link || !bytes || !file) {
            return Error{ErrorKind::failure, "/proc/net/packet: not understood: '" +
                                                 util::printable(lines[index].substr(0, 60)) + "'"};
        }
        found.push_back({.protocol = *type,
                         .device = *link,
                         .running = words[Column::running] == "1",
                         .bytes = *bytes,
                         .inode = *file});
    }
    return found;
}

Result<std::vector<PacketSocket>> packet_sockets(const Files& files) {
    const auto text = files.read("/proc/net/packet");
    if (!text) {
        return text.error();
    }
    return parse_packet_sockets(*text);
}

}  // namespace igbtune::source
