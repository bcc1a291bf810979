// SPDX-License-Identifier: GPL-2.0-only
#include "model/knobs_steering.hpp"

#include <linux/ethtool.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "source/ethtool_steering.hpp"
#include "source/qdisc.hpp"
#include "util/hex.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::Sources;
using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::array<std::pair<const char*, std::uint32_t>, 8> flow_types{{
    {"tcp4", TCP_V4_FLOW},
    {"udp4", UDP_V4_FLOW},
    {"sctp4", SCTP_V4_FLOW},
    {"ah-esp4", AH_ESP_V4_FLOW},
    {"tcp6", TCP_V6_FLOW},
    {"udp6", UDP_V6_FLOW},
    {"sctp6", SCTP_V6_FLOW},
    {"ah-esp6", AH_ESP_V6_FLOW},
}};

// In the order in which ethtool prints them.
constexpr std::array<std::pair<char, std::uint64_t>, 8> field_letters{{
    {'m', RXH_L2DA},
    {'v', RXH_VLAN},
    {'t', RXH_L3_PROTO},
    {'s', RXH_IP_SRC},
    {'d', RXH_IP_DST},
    {'f', RXH_L4_B_0_1},
    {'n', RXH_L4_B_2_3},
    {'r', std::uint64_t{1} << 31U},  // RXH_DISCARD, which is negative
}};

// Qdiscs that are one thing, not the root of a tree that somebody built.
constexpr std::array<std::string_view, 9> simple_qdiscs{
    "mq", "pfifo_fast", "pfifo", "bfifo", "fq", "fq_codel", "sfq", "cake", "noqueue"};

Error invalid(std::string message) {
    return {ErrorKind::invalid, std::move(message)};
}

Knob text_knob(std::string name, std::string term, Order order) {
    Knob knob;
    knob.name = std::move(name);
    knob.term = std::move(term);
    knob.order = order;
    knob.form = Form::own;
    return knob;
}

void add_table(Sources& sources, const std::string& name, std::size_t size,
               std::vector<Knob>& knobs) {
    Knob knob = text_knob("rss.table", "rss.table", Order::queues);
    knob.canonical = [size](std::string_view text) -> Result<std::string> {
        if (text == "default") {
            return std::string(text);
        }
        const auto table = parse_table(text, size);
        return table ? Result(table_text(*table)) : Result<std::string>(table.error());
    };
    // What goes round over all queues is the driver's own table, which follows their number; one
    // that was written does not.
    const auto all_queues = [&sources, name] {
        const auto queues = source::receive_queues(sources.ethtool(), name);
        return queues ? "equal " + std::to_string(*queues) : std::string("-");
    };
    knob.get = [&sources, name, all_queues]() -> Result<std::string> {
        const auto hash = source::receive_hash(sources.ethtool(), name);
        if (!hash) {
            return hash.error();
        }
        const std::string text = table_text(hash->table);
        return text == all_queues() ? std::string("default") : text;
    };
    knob.put = [&sources, name, size, all_queues](const std::string& text) -> Status {
        if (text == "default" || text == all_queues()) {
            return source::set_receive_table(sources.ethtool(), name, {});
        }
        const auto table = parse_table(text, size);
        return table ? source::set_receive_table(sources.ethtool(), name, *table)
                     : Status(table.error());
    };
    knob.means = [all_queues](std::string_view now, std::string_view wanted) {
        return now == wanted || (now == "default" && wanted == all_queues());
    };
    knobs.push_back(std::move(knob));
}

void add_key(Sources& sources, const std::string& name, std::size_t size,
             std::vector<Knob>& knobs) {
    Knob knob = text_knob("rss.key", "rss.key", Order::queues);
    knob.canonical = [size](std::string_view text) -> Result<std::string> {
        const auto key = parse_key(text, size);
        return key ? Result(key_text(*key)) : Result<std::string>(key.error());
    };
    knob.get = [&sources, name]() -> Result<std::string> {
        const auto hash = source::receive_hash(sources.ethtool(), name);
        return hash ? Result(key_text(hash->key)) : Result<std::string>(hash.error());
    };
    knob.put = [&sources, name, size](const std::string& text) -> Status {
        const auto key = parse_key(text, size);
        return key ? source::set_receive_key(sources.ethtool(), name, *key) : Status(key.error());
    };
    knobs.push_back(std::move(knob));
}

void add_fields(Sources& sources, const std::string& name, const char* flow, std::uint32_t type,
                std::vector<Knob>& knobs) {
    const auto present = source::hash_fields(sources.ethtool(), name, type);
    // Some drivers answer with nothing for what they do not know.
    if (!present || *present == 0) {
        return;
    }
    Knob knob = text_knob(std::string("rss.fields.") + flow, "rss.fields", Order::queues);
    knob.canonical = [](std::string_view text) -> Result<std::string> {
        const auto fields = parse_fields(text);
        return fields ? Result(fields_text(*fields)) : Result<std::string>(fields.error());
    };
    knob.get = [&sources, name, type]() -> Result<std::string> {
        const auto fields = source::hash_fields(sources.ethtool(), name, type);
        return fields ? Result(fields_text(*fields)) : Result<std::string>(fields.error());
    };
    knob.put = [&sources, name, type](const std::string& text) -> Status {
        const auto fields = parse_fields(text);
        return fields ? source::set_hash_fields(sources.ethtool(), name, type, *fields)
                      : Status(fields.error());
    };
    knobs.push_back(std::move(knob));
}

// ---- the qdisc: "default", what the kernel attaches by itself; else its kind, and behind a slash
// its parameters as the kernel tells them, so that what was there comes back as it was.

Result<source::Bytes> bytes_of(std::string_view text) {
    auto bytes = util::from_hex(text);
    return bytes ? Result(std::move(*bytes))
                 : invalid("'" + util::printable(text) + "' are no parameters");
}

Result<std::string> read_qdisc(Sources& sources, int device) {
    const auto all = source::qdiscs(sources.netlink(), device);
    if (!all) {
        return all.error();
    }
    const auto root = std::ranges::find_if(*all, &source::Qdisc::is_root);
    if (root == all->end()) {
        return Error{ErrorKind::not_supported, "it has none"};
    }
    // What the kernel attached has no handle.
    if (root->handle == 0) {
        return std::string("default");
    }
    if (std::ranges::find(simple_qdiscs, root->kind) == simple_qdiscs.end()) {
        return Error{ErrorKind::not_supported, "somebody built a tree of classes there"};
    }
    return root->options.empty() ? root->kind : root->kind + "/" + util::hex(root->options);
}

Result<std::string> canonical_qdisc(std::string_view text) {
    const std::string_view kind = text.substr(0, text.find('/'));
    if (text != "default" && std::ranges::find(simple_qdiscs, kind) == simple_qdiscs.end()) {
        return invalid("default, " + [] {
            std::string names;
            for (const std::string_view name : simple_qdiscs) {
                names += (names.empty() ? "" : ", ") + std::string(name);
            }
            return names;
        }() + " would be right");
    }
    if (kind.size() < text.size()) {
        if (const auto right = bytes_of(text.substr(kind.size() + 1)); !right) {
            return right.error();
        }
    }
    return std::string(text);
}

Status write_qdisc(Sources& sources, int device, const std::string& text) {
    if (text == "default") {
        return source::remove_root_qdisc(sources.netlink(), device);
    }
    const std::size_t slash = text.find('/');
    const auto options =
        slash == std::string::npos ? source::Bytes{} : bytes_of(text.substr(slash + 1));
    if (!options) {
        return options.error();
    }
    return source::set_root_qdisc(sources.netlink(), device, text.substr(0, slash), *options);
}

void add_qdisc(Sources& sources, int device, std::vector<Knob>& knobs) {
    if (!read_qdisc(sources, device)) {
        return;
    }
    Knob knob = text_knob("qdisc", "qdisc", Order::device);
    knob.canonical = canonical_qdisc;
    knob.get = [&sources, device] { return read_qdisc(sources, device); };
    knob.put = [&sources, device](const std::string& text) {
        return write_qdisc(sources, device, text);
    };
    // A kind alone leaves the parameters to the kernel.
    knob.means = [](std::string_view now, std::string_view wanted) {
        return now == wanted ||
               (wanted.find('/') == std::string_view::npos && now.starts_with(wanted) &&
                now.substr(wanted.size()).starts_with('/'));
    };
    knobs.push_back(std::move(knob));
}

}  // namespace

std::string table_text(const std::vector<std::uint32_t>& table) {
    const std::uint32_t queues = table.empty() ? 0 : std::ranges::max(table) + 1;
    bool round = queues > 0;
    for (std::size_t place = 0; place < table.size(); ++place) {
        round = round && table[place] == place % queues;
    }
    if (round) {
        return "equal " + std::to_string(queues);
    }
    std::string text;
    for (std::size_t place = 0; place < table.size();) {
        std::size_t end = place;
        while (end < table.size() && table[end] == table[place]) {
            ++end;
        }
        text += (text.empty() ? "" : ",") + std::to_string(table[place]);
        text += end - place > 1 ? "*" + std::to_string(end - place) : "";
        place = end;
    }
    return text;
}

Result<std::vector<std::uint32_t>> parse_table(std::string_view text, std::size_t size) {
    constexpr std::uint32_t most_queues = 65535;
    const std::string right = "equal N, or " + std::to_string(size) + " queues such as 0*" +
                              std::to_string(size / 2) + ",1*" + std::to_string(size - (size / 2)) +
                              ", would be right";
    std::vector<std::uint32_t> table;
    if (text.starts_with("equal ")) {
        const auto queues = util::number<std::uint32_t>(util::trim(text.substr(6)));
        if (!queues || *queues == 0 || *queues > size) {
            return invalid(right);
        }
        for (std::uint32_t place = 0; place < size; ++place) {
            table.push_back(place % *queues);
        }
        return table;
    }
    for (const std::string_view part : util::split(text, ',')) {
        const std::size_t star = part.find('*');
        const auto queue = util::number<std::uint32_t>(part.substr(0, star));
        const auto count = star == std::string_view::npos
                               ? std::optional<std::size_t>(1)
                               : util::number<std::size_t>(part.substr(star + 1));
        if (!queue || *queue > most_queues || !count || *count > size - table.size()) {
            return invalid(right);
        }
        table.insert(table.end(), *count, *queue);
    }
    return table.size() == size ? Result(table) : invalid(right);
}

std::string key_text(const std::vector<std::uint8_t>& key) {
    return util::hex(std::as_bytes(std::span(key)), ":");
}

Result<std::vector<std::uint8_t>> parse_key(std::string_view text, std::size_t size) {
    std::vector<std::uint8_t> key;
    for (const std::string_view part : util::split(text, ':')) {
        const auto byte = part.size() == 2 ? util::number<std::uint8_t>(part, 16) : std::nullopt;
        if (!byte) {
            return invalid(std::to_string(size) + " bytes such as 6d:5a:... would be right");
        }
        key.push_back(*byte);
    }
    return key.size() == size
               ? Result(key)
               : invalid(std::to_string(size) + " bytes such as 6d:5a:... would be right");
}

std::string fields_text(std::uint64_t fields) {
    std::string text;
    for (const auto& [letter, bit] : field_letters) {
        text += (fields & bit) != 0 ? std::string(1, letter) : "";
    }
    return text.empty() ? "none" : text;
}

Result<std::uint64_t> parse_fields(std::string_view text) {
    std::uint64_t fields = 0;
    if (text == "none") {
        return fields;
    }
    for (const char wanted : text) {
        const auto* const known =
            std::ranges::find(field_letters, wanted, [](const auto& entry) { return entry.first; });
        if (known == field_letters.end()) {
            return invalid("letters of mvtsdfnr, as ethtool has them, would be right");
        }
        fields |= known->second;
    }
    return text.empty() ? Result<std::uint64_t>(invalid("letters such as sdfn would be right"))
                        : Result(fields);
}

std::vector<Knob> steering_knobs(Sources& sources, int device, const std::string& name) {
    std::vector<Knob> knobs;
    if (const auto hash = source::receive_hash(sources.ethtool(), name)) {
        if (!hash->table.empty()) {
            add_table(sources, name, hash->table.size(), knobs);
        }
        if (!hash->key.empty()) {
            add_key(sources, name, hash->key.size(), knobs);
        }
    }
    for (const auto& [flow, type] : flow_types) {
        add_fields(sources, name, flow, type, knobs);
    }
    add_qdisc(sources, device, knobs);
    return knobs;
}

}  // namespace igbtune::model
