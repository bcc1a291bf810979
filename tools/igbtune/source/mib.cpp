// SPDX-License-Identifier: GPL-2.0-only
#include "source/mib.hpp"

#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

Error malformed(std::string_view line) {
    return {ErrorKind::failure, "not understood: '" + util::printable(line.substr(0, 60)) + "'"};
}

bool is_negative_number(std::string_view word) {
    return word.starts_with('-') && util::number<std::uint64_t>(word.substr(1)).has_value();
}

Result<Mibs> read_paired(const Files& files, const std::string& path) {
    const auto text = files.read(path);
    if (!text) {
        return text.error();
    }
    auto mibs = parse_paired_mibs(*text);
    if (!mibs) {
        return Error{mibs.error().kind, path + ": " + mibs.error().message};
    }
    return mibs;
}

}  // namespace

Result<Mibs> parse_paired_mibs(std::string_view text) {
    Mibs mibs;
    const std::vector<std::string_view> lines = util::lines(text);
    for (std::size_t index = 0; index + 1 < lines.size(); index += 2) {
        const std::vector<std::string_view> names = util::words(lines[index]);
        const std::vector<std::string_view> values = util::words(lines[index + 1]);
        if (names.empty() || names.size() != values.size() || names.front() != values.front() ||
            !names.front().ends_with(':')) {
            return malformed(lines[index]);
        }
        std::string_view protocol = names.front();
        protocol.remove_suffix(1);
        std::vector<NamedValue>& counters = mibs[std::string(protocol)];
        for (std::size_t column = 1; column < names.size(); ++column) {
            const auto value = util::number<std::uint64_t>(values[column]);
            if (value) {
                counters.push_back({std::string(names[column]), *value});
            } else if (!is_negative_number(values[column])) {
                return malformed(lines[index + 1]);
            }
        }
    }
    if (lines.size() % 2 != 0) {
        return malformed(lines.back());
    }
    return mibs;
}

Result<Mibs> parse_listed_mibs(std::string_view text) {
    Mibs mibs;
    for (const std::string_view line : util::lines(text)) {
        const std::vector<std::string_view> words = util::words(line);
        const auto value = words.size() == 2 ? util::number<std::uint64_t>(words[1]) : std::nullopt;
        const std::size_t six = words.empty() ? std::string_view::npos : words[0].find('6');
        if (!value || six == std::string_view::npos) {
            return malformed(line);
        }
        mibs[std::string(words[0].substr(0, six + 1))].push_back(
            {std::string(words[0].substr(six + 1)), *value});
    }
    return mibs;
}

Result<Mibs> ipv4_mibs(const Files& files) {
    auto snmp = read_paired(files, "/proc/net/snmp");
    if (!snmp) {
        return snmp.error();
    }
    auto netstat = read_paired(files, "/proc/net/netstat");
    if (!netstat) {
        return netstat.error();
    }
    snmp->merge(*netstat);
    return snmp;
}

Result<Mibs> ipv6_mibs(const Files& files) {
    const std::string path = "/proc/net/snmp6";
    const auto text = files.read(path);
    if (!text) {
        return text.error();
    }
    auto mibs = parse_listed_mibs(*text);
    if (!mibs) {
        return Error{mibs.error().kind, path + ": " + mibs.error().message};
    }
    return mibs;
}

}  // namespace igbtune::source
