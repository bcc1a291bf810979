// SPDX-License-Identifier: GPL-2.0-only
#include "model/flow_rule.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <ranges>
#include <span>
#include <vector>

#include "util/hex.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

enum class Kind { byte, port, ethertype, l4_data, ip4, ip6, mac, vlan_priority };

struct Field {
    std::string_view word;
    Kind kind;
    std::size_t place;  // in the union of flows
};

struct Type {
    std::string_view word;
    std::uint32_t flow;
    std::span<const Field> fields;
};

constexpr std::array<Field, 3> ether_fields{{
    {.word = "src", .kind = Kind::mac, .place = offsetof(ethhdr, h_source)},
    {.word = "dst", .kind = Kind::mac, .place = offsetof(ethhdr, h_dest)},
    {.word = "proto", .kind = Kind::ethertype, .place = offsetof(ethhdr, h_proto)},
}};

constexpr std::array<Field, 4> ports4_fields{{
    {.word = "src-ip", .kind = Kind::ip4, .place = offsetof(ethtool_tcpip4_spec, ip4src)},
    {.word = "dst-ip", .kind = Kind::ip4, .place = offsetof(ethtool_tcpip4_spec, ip4dst)},
    {.word = "src-port", .kind = Kind::port, .place = offsetof(ethtool_tcpip4_spec, psrc)},
    {.word = "dst-port", .kind = Kind::port, .place = offsetof(ethtool_tcpip4_spec, pdst)},
}};

constexpr std::array<Field, 4> ports6_fields{{
    {.word = "src-ip", .kind = Kind::ip6, .place = offsetof(ethtool_tcpip6_spec, ip6src)},
    {.word = "dst-ip", .kind = Kind::ip6, .place = offsetof(ethtool_tcpip6_spec, ip6dst)},
    {.word = "src-port", .kind = Kind::port, .place = offsetof(ethtool_tcpip6_spec, psrc)},
    {.word = "dst-port", .kind = Kind::port, .place = offsetof(ethtool_tcpip6_spec, pdst)},
}};

constexpr std::array<Field, 4> ip4_fields{{
    {.word = "src-ip", .kind = Kind::ip4, .place = offsetof(ethtool_usrip4_spec, ip4src)},
    {.word = "dst-ip", .kind = Kind::ip4, .place = offsetof(ethtool_usrip4_spec, ip4dst)},
    {.word = "l4proto", .kind = Kind::byte, .place = offsetof(ethtool_usrip4_spec, proto)},
    {.word = "l4data", .kind = Kind::l4_data, .place = offsetof(ethtool_usrip4_spec, l4_4_bytes)},
}};

constexpr std::array<Field, 4> ip6_fields{{
    {.word = "src-ip", .kind = Kind::ip6, .place = offsetof(ethtool_usrip6_spec, ip6src)},
    {.word = "dst-ip", .kind = Kind::ip6, .place = offsetof(ethtool_usrip6_spec, ip6dst)},
    {.word = "l4proto", .kind = Kind::byte, .place = offsetof(ethtool_usrip6_spec, l4_proto)},
    {.word = "l4data", .kind = Kind::l4_data, .place = offsetof(ethtool_usrip6_spec, l4_4_bytes)},
}};

constexpr std::array<Type, 9> types{{
    {.word = "ether", .flow = ETHER_FLOW, .fields = ether_fields},
    {.word = "ip4", .flow = IP_USER_FLOW, .fields = ip4_fields},
    {.word = "tcp4", .flow = TCP_V4_FLOW, .fields = ports4_fields},
    {.word = "udp4", .flow = UDP_V4_FLOW, .fields = ports4_fields},
    {.word = "sctp4", .flow = SCTP_V4_FLOW, .fields = ports4_fields},
    {.word = "ip6", .flow = IPV6_USER_FLOW, .fields = ip6_fields},
    {.word = "tcp6", .flow = TCP_V6_FLOW, .fields = ports6_fields},
    {.word = "udp6", .flow = UDP_V6_FLOW, .fields = ports6_fields},
    {.word = "sctp6", .flow = SCTP_V6_FLOW, .fields = ports6_fields},
}};

// What any type may have beside its own.
struct Extra {
    Field field;  // its place is in ethtool_flow_ext
    std::uint32_t flag;
};

constexpr std::array<Extra, 2> extras{{
    {.field = {.word = "dst-mac", .kind = Kind::mac, .place = offsetof(ethtool_flow_ext, h_dest)},
     .flag = FLOW_MAC_EXT},
    {.field = {.word = "vlan-prio",
               .kind = Kind::vlan_priority,
               .place = offsetof(ethtool_flow_ext, vlan_tci)},
     .flag = FLOW_EXT},
}};
constexpr std::uint32_t extra_flags = FLOW_MAC_EXT | FLOW_EXT;
constexpr unsigned priority_shift = 5;  // in the first byte of a VLAN tag
constexpr std::uint8_t priority_max = 7;

constexpr std::string_view example = "udp4 dst-port 5000 action 1 would be right";
constexpr std::uint64_t discard = RX_CLS_FLOW_DISC;

Error wrong(std::string_view what, std::string_view right) {
    return {ErrorKind::invalid, util::printable(what) + ": " + std::string(right)};
}

std::size_t size_of(Kind kind) {
    switch (kind) {
        case Kind::byte:
            return 1;
        case Kind::port:
        case Kind::ethertype:
        case Kind::vlan_priority:
            return 2;
        case Kind::l4_data:
            return 4;
        case Kind::ip4:
            return sizeof(in_addr);
        case Kind::ip6:
            return sizeof(in6_addr);
        case Kind::mac:
            return ETH_ALEN;
    }
    return 0;
}

using Value = std::vector<std::byte>;

std::optional<Value> number_value(std::string_view text, std::size_t size) {
    const bool hex = text.starts_with("0x");
    const auto number = util::number<std::uint32_t>(hex ? text.substr(2) : text, hex ? 16 : 10);
    if (!number) {
        return std::nullopt;
    }
    Value value(size);
    std::uint32_t rest = *number;
    for (std::byte& one : std::views::reverse(value)) {
        one = static_cast<std::byte>(rest);
        rest >>= 8U;
    }
    return rest == 0 ? std::optional(value) : std::nullopt;
}

std::optional<Value> address_value(std::string_view text, int family, std::size_t size) {
    Value value(size);
    return ::inet_pton(family, std::string(text).c_str(), value.data()) == 1 ? std::optional(value)
                                                                             : std::nullopt;
}

std::optional<Value> mac_value(std::string_view text) {
    std::string digits;
    for (const std::string_view pair : util::split(text, ':')) {
        if (pair.size() != 2) {
            return std::nullopt;
        }
        digits += pair;
    }
    auto value = util::from_hex(digits);
    return value && value->size() == ETH_ALEN ? value : std::nullopt;
}

std::optional<Value> priority_value(std::string_view text) {
    const auto number = util::number<std::uint8_t>(text);
    return number && *number <= priority_max
               ? std::optional(Value{static_cast<std::byte>(*number << priority_shift), {}})
               : std::nullopt;
}

// All of the field, but of a VLAN tag only the priority.
Value mask_of(Kind kind) {
    constexpr std::byte all{0xff};
    return kind == Kind::vlan_priority ? Value{all << priority_shift, {}}
                                       : Value(size_of(kind), all);
}

std::optional<Value> value_of(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::byte:
        case Kind::port:
        case Kind::ethertype:
        case Kind::l4_data:
            return number_value(text, size_of(kind));
        case Kind::ip4:
            return address_value(text, AF_INET, size_of(kind));
        case Kind::ip6:
            return address_value(text, AF_INET6, size_of(kind));
        case Kind::mac:
            return mac_value(text);
        case Kind::vlan_priority:
            return priority_value(text);
    }
    return std::nullopt;
}

std::string text_of(Kind kind, std::span<const std::byte> value) {
    std::array<char, INET6_ADDRSTRLEN> room{};
    switch (kind) {
        case Kind::byte:
            return std::to_string(std::to_integer<unsigned>(value[0]));
        case Kind::port:
            return std::to_string(std::to_integer<unsigned>(value[0]) << 8U |
                                  std::to_integer<unsigned>(value[1]));
        case Kind::ethertype:
        case Kind::l4_data:
            return "0x" + util::hex(value);
        case Kind::ip4:
        case Kind::ip6:
            (void)::inet_ntop(kind == Kind::ip4 ? AF_INET : AF_INET6, value.data(), room.data(),
                              room.size());
            return room.data();
        case Kind::mac:
            return util::hex(value, ":");
        case Kind::vlan_priority:
            return std::to_string(std::to_integer<unsigned>(value[0] >> priority_shift));
    }
    return {};
}

const Type* type_of(std::uint32_t flow) {
    const auto* const found = std::ranges::find(types, flow, &Type::flow);
    return found == types.end() ? nullptr : found;
}

ethtool_rx_flow_spec empty_spec(const Type& type) {
    ethtool_rx_flow_spec spec{};
    spec.flow_type = type.flow;
    if (type.flow == IP_USER_FLOW) {
        std::as_writable_bytes(std::span(&spec.h_u, 1))[offsetof(ethtool_usrip4_spec, ip_ver)] =
            std::byte{ETH_RX_NFC_IP4};
    }
    return spec;
}

Status put_value(const Field& field, std::string_view text, std::span<std::byte> values,
                 std::span<std::byte> masks) {
    const auto value = value_of(field.kind, text);
    if (!value) {
        return wrong(text, "this is no " + std::string(field.word));
    }
    std::ranges::copy(*value, values.subspan(field.place).begin());
    std::ranges::copy(mask_of(field.kind), masks.subspan(field.place).begin());
    return util::Done{};
}

template <class Where>
std::span<std::byte> bytes_of(Where& where) {
    return std::as_writable_bytes(std::span(&where, 1));
}

Status put_field(const Type& type, ethtool_rx_flow_spec& spec, std::string_view word,
                 std::string_view text) {
    const auto field = std::ranges::find(type.fields, word, &Field::word);
    if (field != type.fields.end()) {
        return put_value(*field, text, bytes_of(spec.h_u), bytes_of(spec.m_u));
    }
    std::string words;
    for (const Field& one : type.fields) {
        words += std::string(one.word) + ", ";
    }
    for (const Extra& one : extras) {
        if (one.field.word == word) {
            spec.flow_type |= one.flag;
            return put_value(one.field, text, bytes_of(spec.h_ext), bytes_of(spec.m_ext));
        }
        words += std::string(one.field.word) + ", ";
    }
    return wrong(word,
                 "with " + std::string(type.word) + ", " + words + "action and loc would be right");
}

Status put_action(ethtool_rx_flow_spec& spec, std::string_view text) {
    const auto queue = util::number<std::uint32_t>(text);
    if (!queue && text != "-1") {
        return wrong(text, "action and a queue, or -1 to drop, would be right");
    }
    spec.ring_cookie = queue ? std::uint64_t{*queue} : discard;
    return util::Done{};
}

Status put_location(FlowRule& rule, std::string_view text) {
    rule.location = util::number<std::uint32_t>(text);
    if (!rule.location || *rule.location >= RX_CLS_LOC_SPECIAL) {
        return wrong(text, "loc and a number would be right");
    }
    return util::Done{};
}

Status put_raw(FlowRule& rule, std::string_view hex) {
    const auto value = util::from_hex(hex);
    if (!value || value->size() != sizeof(rule.spec)) {
        return wrong(hex, "this is no rule as igbtune save tells it");
    }
    std::memcpy(&rule.spec, value->data(), sizeof(rule.spec));
    rule.spec.location = 0;
    return util::Done{};
}

// Without a type only "raw" has been said.
Status put_word(const Type* type, FlowRule& rule, std::string_view word, std::string_view text) {
    if (word == "loc") {
        return put_location(rule, text);
    }
    if (word == "action") {
        return put_action(rule.spec, text);
    }
    if (type == nullptr) {
        return word == "raw" ? put_raw(rule, text) : Status(wrong(word, "only loc may follow"));
    }
    return put_field(*type, rule.spec, word, text);
}

std::string value_text(const Field& field, std::span<const std::byte> values,
                       std::span<const std::byte> masks) {
    const std::size_t size = size_of(field.kind);
    const auto mask = masks.subspan(field.place, size);
    if (std::ranges::all_of(mask, [](std::byte one) { return one == std::byte{0}; })) {
        return {};
    }
    return " " + std::string(field.word) + " " +
           text_of(field.kind, values.subspan(field.place, size));
}

std::string words_of(const ethtool_rx_flow_spec& spec) {
    const Type* const type = type_of(spec.flow_type & ~extra_flags);
    if (type == nullptr) {
        return {};
    }
    std::string text(type->word);
    for (const Field& field : type->fields) {
        text += value_text(field, std::as_bytes(std::span(&spec.h_u, 1)),
                           std::as_bytes(std::span(&spec.m_u, 1)));
    }
    for (const Extra& one : extras) {
        if ((spec.flow_type & one.flag) != 0) {
            text += value_text(one.field, std::as_bytes(std::span(&spec.h_ext, 1)),
                               std::as_bytes(std::span(&spec.m_ext, 1)));
        }
    }
    return text + " action " +
           (spec.ring_cookie == discard ? "-1" : std::to_string(spec.ring_cookie));
}

bool same_spec(const ethtool_rx_flow_spec& left, const ethtool_rx_flow_spec& right) {
    // Not the padding, of which nobody says what is in it.
    const auto same = [](const auto& one, const auto& other) {
        return std::ranges::equal(std::as_bytes(std::span(&one, 1)),
                                  std::as_bytes(std::span(&other, 1)));
    };
    return left.flow_type == right.flow_type && same(left.h_u, right.h_u) &&
           same(left.h_ext, right.h_ext) && same(left.m_u, right.m_u) &&
           same(left.m_ext, right.m_ext) && left.ring_cookie == right.ring_cookie;
}

}  // namespace

Result<FlowRule> parse_flow_rule(std::string_view text) {
    const auto words = util::words(text);
    if (words.empty()) {
        return Error{ErrorKind::invalid, "an empty rule; " + std::string(example)};
    }
    FlowRule rule;
    bool action = false;
    const auto* const type = std::ranges::find(types, words.front(), &Type::word);
    if (words.front() != "raw" && type == types.end()) {
        return wrong(words.front(), example);
    }
    if (type != types.end()) {
        rule.spec = empty_spec(*type);
    }
    for (std::size_t place = words.front() == "raw" ? 0 : 1; place < words.size(); place += 2) {
        const std::string_view word = words[place];
        if (place + 1 == words.size()) {
            return wrong(word, "a value must follow");
        }
        if (const Status done =
                put_word(type == types.end() ? nullptr : type, rule, word, words[place + 1]);
            !done) {
            return done.error();
        }
        action = action || word == "action" || word == "raw";
    }
    return action ? Result(rule) : wrong(text, "it has no action; " + std::string(example));
}

std::string flow_rule_text(const FlowRule& rule) {
    std::string text = words_of(rule.spec);
    const auto again = text.empty() ? Result<FlowRule>(Error{}) : parse_flow_rule(text);
    if (!again || !same_spec(again->spec, rule.spec)) {
        text = "raw " + util::hex(std::as_bytes(std::span(&rule.spec, 1)));
    }
    return text + (rule.location ? " loc " + std::to_string(*rule.location) : "");
}

bool same_flow(const FlowRule& left, const FlowRule& right) {
    return same_spec(left.spec, right.spec);
}

}  // namespace igbtune::model
