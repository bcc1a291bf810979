// SPDX-License-Identifier: GPL-2.0-only
#include "model/profile.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "util/text.hpp"

namespace igbtune::model {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

bool is_bare(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    });
}

// Where a comment begins, outside of a string.
std::string_view without_comment(std::string_view line) {
    bool in_string = false;
    for (std::size_t place = 0; place < line.size(); ++place) {
        if (line[place] == '"') {
            in_string = !in_string;
        } else if (line[place] == '#' && !in_string) {
            return line.substr(0, place);
        }
    }
    return line;
}

// What stands between quotes; no escapes, because no setting needs any.
std::optional<std::string> quoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
        return std::nullopt;
    }
    const std::string_view inside = text.substr(1, text.size() - 2);
    const bool plain = std::ranges::all_of(inside, [](char letter) {
        return letter != '"' && letter != '\\' && static_cast<unsigned char>(letter) >= ' ';
    });
    return plain ? std::optional(std::string(inside)) : std::nullopt;
}

std::optional<std::string> value_of(std::string_view text) {
    if (text == "true" || text == "false") {
        return std::string(text == "true" ? "on" : "off");
    }
    if (const auto string = quoted(text)) {
        return string;
    }
    std::string digits(text);
    std::erase(digits, '_');
    const bool right = !text.starts_with('_') && !text.ends_with('_');
    return right && util::number<std::uint64_t>(digits) ? std::optional(digits) : std::nullopt;
}

Error at_line(std::size_t line, const std::string& what) {
    return {ErrorKind::invalid, "line " + std::to_string(line) + ": " + what};
}

Result<std::pair<std::string, std::string>> assignment(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        return Error{ErrorKind::invalid, "KNOB = VALUE would be right"};
    }
    const std::string_view key = util::trim(line.substr(0, equals));
    const auto name = is_bare(key) ? std::optional(std::string(key)) : quoted(key);
    const auto value = value_of(util::trim(line.substr(equals + 1)));
    if (!name || name->empty()) {
        return Error{ErrorKind::invalid, "a knob's name would be right before the '='"};
    }
    if (!value) {
        return Error{ErrorKind::invalid,
                     "a number, true, false or a \"string\" would be right behind the '='"};
    }
    return std::pair(*name, *value);
}

}  // namespace

Result<Profile> parse_profile(std::string_view text) {
    Profile profile;
    bool in_knobs = false;
    Settings* table = &profile.settings;
    std::size_t number = 0;
    for (const std::string_view whole : util::lines(text)) {
        ++number;
        const std::string_view line = util::trim(without_comment(whole));
        if (line.empty()) {
            continue;
        }
        if (line.front() == '[') {
            if (line != "[knobs]" && line != "[optional]") {
                return at_line(number, "the only tables are [knobs] and [optional]");
            }
            in_knobs = true;
            table = line == "[knobs]" ? &profile.settings : &profile.optional;
            continue;
        }
        const auto setting = assignment(line);
        if (!setting) {
            return at_line(number, setting.error().message);
        }
        const auto& [name, value] = *setting;
        if (!in_knobs && name != "device") {
            return at_line(number, "before [knobs] there is only device = \"NAME\"");
        }
        if (in_knobs) {
            table->emplace_back(name, value);
        } else {
            profile.device = value;
        }
    }
    if (profile.settings.empty() && profile.optional.empty()) {
        return Error{ErrorKind::invalid, "there is no setting in it"};
    }
    return profile;
}

Result<Profile> present_profile(const Knobs& knobs) {
    Profile profile;
    profile.device = knobs.device();
    for (const Knob& knob : knobs.all()) {
        const auto value = knobs.read(knob);
        if (!value) {
            return Error{value.error().kind, knob.name + ": " + value.error().message};
        }
        // An interrupt without a CPU and the like: what cannot be set is no setting.
        if (knobs.canonical(knob, *value)) {
            profile.settings.emplace_back(knob.name, *value);
        }
    }
    return profile;
}

std::string profile_text(const Profile& profile) {
    std::string text = "device = \"" + profile.device + "\"\n\n[knobs]\n";
    for (const auto& [name, value] : profile.settings) {
        const bool number = util::number<std::uint64_t>(value).has_value();
        const bool flag = value == "on" || value == "off";
        text += name + " = ";
        if (flag) {
            text += value == "on" ? "true" : "false";
        } else {
            text += number ? value : "\"" + value + "\"";
        }
        text += "\n";
    }
    return text;
}

Result<std::pair<std::string, std::string>> parse_setting(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        return Error{ErrorKind::invalid,
                     "'" + util::printable(text) + "': KNOB=VALUE would be right"};
    }
    return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

}  // namespace igbtune::model
