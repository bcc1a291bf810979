// SPDX-License-Identifier: GPL-2.0-only
#include "control/keys.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "util/types.hpp"

namespace igbmodel {

namespace {

using Json = nlohmann::json;

constexpr u64 any = std::numeric_limits<u64>::max();
constexpr u64 most_frames = 1'000'000;
constexpr u64 longest_ms = 1'000'000'000;

enum class Kind { text, flag, number, fraction };

struct Key {
    std::string_view name;
    Kind kind = Kind::text;
    u64 least = 0;
    u64 most = any;
};

struct Verb {
    std::string_view name;
    std::vector<Key> keys;
};

Key number(std::string_view name, u64 most = any, u64 least = 0) {
    return Key{name, Kind::number, least, most};
}

const std::vector<Verb>& verbs() {
    static const std::vector<Verb> all{
        {"statistics", {}},
        {"fault",
         {{"fault"},
          number("queue", 0xffff),
          number("skip"),
          number("count"),
          number("every", any, 1),
          number("value"),
          {"probability", Kind::fraction},
          number("ms", longest_ms)}},
        {"clear", {{"fault"}}},
        {"random", {number("seed"), number("frames")}},
        {"inject", {{"hex"}, number("count", most_frames), {"bad_crc", Kind::flag}}},
        {"generate",
         {{"kind"},
          {"source"},
          {"destination"},
          {"ether_source"},
          {"ether_destination"},
          number("protocol", 0xff),
          number("source_port", 0xffff),
          number("destination_port", 0xffff),
          number("payload", 16000),
          number("tcp_flags", 0xff),
          number("tci", 0xffff),
          number("ethertype", 0xffff),
          number("count", most_frames),
          number("flows", any, 1),
          {"bad_crc", Kind::flag}}},
        {"replay", {{"file"}}},
        {"capture", {{"file"}}},
        {"cable", {{"plugged", Kind::flag}}},
        {"pin", {number("pin", 3), {"level", Kind::flag}}},
        {"cause", {number("bits", 0xffffffff)}},
        {"aer", {{"uncorrectable", Kind::flag}, number("bits", 0xffffffff)}},
        {"register", {number("offset", 0x1ffff)}},
        {"remove", {}},
    };
    return all;
}

template <class Range>
std::string names_of(const Range& range) {
    std::string names;
    for (const auto& one : range) {
        names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    return names.empty() ? "none" : names;
}

std::string wanted(const Key& key) {
    switch (key.kind) {
        case Kind::text:
            return "a text";
        case Kind::flag:
            return "true or false";
        case Kind::fraction:
            return "a number from 0 to 1";
        case Kind::number:
            break;
    }
    if (key.most != any) {
        return "a number from " + std::to_string(key.least) + " to " + std::to_string(key.most);
    }
    return "a number, " + std::to_string(key.least) + " or more,";
}

bool holds(const Key& key, const Json& value) {
    switch (key.kind) {
        case Kind::text:
            return value.is_string();
        case Kind::flag:
            return value.is_boolean();
        case Kind::fraction:
            return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1;
        case Kind::number:
            break;
    }
    return value.is_number_unsigned() && value.get<u64>() >= key.least &&
           value.get<u64>() <= key.most;
}

Status check_key(const Key& key, const Json& value) {
    if (holds(key, value)) {
        return {};
    }
    return Error{std::string(key.name) + ": " + wanted(key) + " is needed, not " +
                 value.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace

Status check_keys(const Json& command) {
    const std::string name = command.contains("do") && command["do"].is_string()
                                 ? command["do"].get<std::string>()
                                 : std::string();
    const auto verb = std::ranges::find(verbs(), name, &Verb::name);
    if (verb == verbs().end()) {
        return Error{"do: there is no '" + name + "'; there are " + names_of(verbs())};
    }
    for (const auto& [key, value] : command.items()) {
        if (key == "do") {
            continue;
        }
        const auto known = std::ranges::find(verb->keys, std::string_view(key), &Key::name);
        if (key != "nic" && known == verb->keys.end()) {
            std::string text = key;
            text += ": " + name + " has no such key; there are " + names_of(verb->keys);
            return Error{std::move(text)};
        }
        if (Status good = check_key(key == "nic" ? Key{"nic"} : *known, value); !good) {
            return good;
        }
    }
    return {};
}

}  // namespace igbmodel
