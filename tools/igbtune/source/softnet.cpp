// SPDX-License-Identifier: GPL-2.0-only
#include "source/softnet.hpp"

#include <string>

#include "util/cpu_set.hpp"
#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// The columns, by position.
enum Column : std::size_t {
    processed = 0,
    dropped = 1,
    time_squeeze = 2,
    received_rps = 9,
    flow_limit = 10,
    backlog_length = 11,
    cpu = 12,
};

constexpr std::size_t least_columns = 3;

Error malformed(std::string_view file, std::string_view line) {
    return {ErrorKind::failure,
            std::string(file) + ": not understood: '" + util::printable(line.substr(0, 60)) + "'"};
}

// The line above the counts, "CPU0 CPU1 CPU3".
Result<std::vector<unsigned>> cpu_numbers(std::string_view line) {
    std::vector<unsigned> numbers;
    for (const std::string_view word : util::words(line)) {
        const auto number =
            word.starts_with("CPU") ? util::number<unsigned>(word.substr(3)) : std::nullopt;
        if (!number || *number >= util::CpuSet::limit) {
            return malformed("softirqs", line);
        }
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

Result<std::vector<Softnet>> parse_softnet(std::string_view text) {
    std::vector<Softnet> cpus;
    for (const std::string_view line : util::lines(text)) {
        std::vector<std::uint64_t> columns;
        for (const std::string_view word : util::words(line)) {
            const auto value = util::number<std::uint32_t>(word, 16);
            if (!value) {
                return malformed("softnet_stat", line);
            }
            columns.push_back(*value);
        }
        if (columns.size() < least_columns) {
            return malformed("softnet_stat", line);
        }
        const auto column = [&](std::size_t index) {
            return index < columns.size() ? columns[index] : 0;
        };
        // Kernels before 5.10 do not say which CPU a line is of; without CPUs that are off, it is
        // the line's number.
        const std::uint64_t number =
            Column::cpu < columns.size() ? columns[Column::cpu] : cpus.size();
        if (number >= util::CpuSet::limit) {
            return malformed("softnet_stat", line);
        }
        Softnet entry{.cpu = static_cast<unsigned>(number),
                      .processed = column(Column::processed),
                      .dropped = column(Column::dropped),
                      .time_squeeze = column(Column::time_squeeze),
                      .received_rps = column(Column::received_rps),
                      .flow_limit = column(Column::flow_limit),
                      .backlog_length = std::nullopt};
        if (Column::backlog_length < columns.size()) {
            entry.backlog_length = columns[Column::backlog_length];
        }
        cpus.push_back(entry);
    }
    if (cpus.empty()) {
        return Error{ErrorKind::failure, "softnet_stat: empty"};
    }
    return cpus;
}

Result<std::map<unsigned, NetworkSoftirqs>> parse_network_softirqs(std::string_view text) {
    const std::vector<std::string_view> lines = util::lines(text);
    const auto numbers = cpu_numbers(lines.empty() ? std::string_view() : lines.front());
    if (!numbers) {
        return numbers.error();
    }
    std::map<unsigned, NetworkSoftirqs> cpus;
    for (const std::string_view line : lines) {
        const std::vector<std::string_view> words = util::words(line);
        const bool receive = !words.empty() && words.front() == "NET_RX:";
        const bool transmit = !words.empty() && words.front() == "NET_TX:";
        if (!receive && !transmit) {
            continue;
        }
        if (words.size() <= numbers->size()) {
            return malformed("softirqs", line);
        }
        for (std::size_t index = 0; index < numbers->size(); ++index) {
            const auto count = util::number<std::uint64_t>(words[index + 1]);
            if (!count) {
                return malformed("softirqs", line);
            }
            NetworkSoftirqs& entry = cpus[(*numbers)[index]];
            (receive ? entry.receive : entry.transmit) = *count;
        }
    }
    if (cpus.empty()) {
        return Error{ErrorKind::failure, "softirqs: no line of the network"};
    }
    return cpus;
}

Result<std::vector<Softnet>> softnet(const Files& files) {
    const auto text = files.read("/proc/net/softnet_stat");
    if (!text) {
        return text.error();
    }
    return parse_softnet(*text);
}

Result<std::map<unsigned, NetworkSoftirqs>> network_softirqs(const Files& files) {
    const auto text = files.read("/proc/softirqs");
    if (!text) {
        return text.error();
    }
    return parse_network_softirqs(*text);
}

}  // namespace igbtune::source
