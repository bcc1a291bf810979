// SPDX-License-Identifier: GPL-2.0-only
#include "parsers.hpp"

#include <array>
#include <string>
#include <string_view>

#include "model/glossary.hpp"
#include "model/journal.hpp"
#include "model/knobs_steering.hpp"
#include "model/profile.hpp"
#include "model/queue_counters.hpp"
#include "model/queue_map.hpp"
#include "model/recording.hpp"
#include "source/drop_monitor.hpp"
#include "source/interrupts.hpp"
#include "source/message.hpp"
#include "source/mib.hpp"
#include "source/netlink.hpp"
#include "source/packet_sockets.hpp"
#include "source/qdisc.hpp"
#include "source/rtnetlink.hpp"
#include "source/socket_diag.hpp"
#include "source/sockets.hpp"
#include "source/sockstat.hpp"
#include "source/softnet.hpp"
#include "util/cpu_set.hpp"
#include "util/text.hpp"
#include "view/ledger_json.hpp"

namespace igbtune::test {
namespace {

using source::ByteView;
using TextParser = void (*)(std::string_view text);
using MessageParser = void (*)(ByteView bytes);

void walk(const source::Attributes& attributes, int depth) {
    for (const source::Attribute& attribute : attributes) {
        (void)attribute.unsigned_number();
        (void)attribute.text();
        if (depth > 0) {
            walk(attribute.nested(), depth - 1);
        }
    }
}

constexpr std::array<TextParser, 21> text_parsers{
    [](std::string_view text) { (void)source::parse_interrupts(text).ok(); },
    [](std::string_view text) { (void)source::parse_softnet(text).ok(); },
    [](std::string_view text) { (void)source::parse_network_softirqs(text).ok(); },
    [](std::string_view text) { (void)source::parse_paired_mibs(text).ok(); },
    [](std::string_view text) { (void)source::parse_listed_mibs(text).ok(); },
    [](std::string_view text) { (void)source::parse_sockets(text, "udp6").ok(); },
    [](std::string_view text) { (void)source::parse_sockstat(text).ok(); },
    [](std::string_view text) { (void)source::parse_packet_sockets(text).ok(); },
    [](std::string_view text) { (void)util::CpuSet::from_list(text).ok(); },
    [](std::string_view text) { (void)util::CpuSet::from_mask(text).ok(); },
    [](std::string_view text) { (void)model::parse_journal(text).ok(); },
    [](std::string_view text) { (void)model::parse_profile(text).ok(); },
    [](std::string_view text) { (void)model::parse_setting(text).ok(); },
    [](std::string_view text) {
        model::RecordReader reader;
        for (const std::string_view line : util::lines(text)) {
            (void)reader.take(line).ok();
        }
    },
    [](std::string_view text) { (void)view::baseline_of_json(text).ok(); },
    [](std::string_view text) { (void)model::parse_table(text, 128).ok(); },
    [](std::string_view text) { (void)model::parse_key(text, 40).ok(); },
    [](std::string_view text) { (void)model::parse_fields(text).ok(); },
    [](std::string_view text) { (void)model::explain(text).size(); },
    [](std::string_view text) { (void)model::parse_queue_counter(text).has_value(); },
    [](std::string_view text) { (void)model::queue_of_action(text).has_value(); },
};

constexpr std::array<MessageParser, 5> message_parsers{
    [](ByteView bytes) { walk(source::Attributes(bytes), 4); },
    [](ByteView bytes) {
        (void)source::parse_link(bytes).ok();
        (void)source::parse_qdisc(bytes).ok();
    },
    [](ByteView bytes) { (void)source::parse_listener(bytes).ok(); },
    [](ByteView bytes) {
        for (const source::Bytes& message : source::messages_in(bytes)) {
            (void)source::parse_drop(message).has_value();
        }
    },
    [](ByteView bytes) {
        source::ReplyReader reader(0);
        (void)reader.take(bytes).ok();
    },
};

}  // namespace

std::size_t text_parser_count() {
    return text_parsers.size();
}

std::size_t message_parser_count() {
    return message_parsers.size();
}

void parse_text(std::span<const std::byte> input) {
    if (!input.empty()) {
        // A copy of its own, so that a byte too far is noticed.
        const std::string text(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
        text_parsers.at(std::to_integer<std::size_t>(input.front()) % text_parsers.size())(text);
    }
}

void parse_message(std::span<const std::byte> input) {
    if (!input.empty()) {
        const source::Bytes bytes(input.begin() + 1, input.end());
        message_parsers.at(std::to_integer<std::size_t>(input.front()) %
                           message_parsers.size())(bytes);
    }
}

}  // namespace igbtune::test
