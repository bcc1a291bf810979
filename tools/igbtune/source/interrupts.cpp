// SPDX-License-Identifier: GPL-2.0-only
#include "source/interrupts.hpp"

#include "util/text.hpp"

namespace igbtune::source {

using util::CpuSet;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// "1-edge" on x86; elsewhere "1 Edge" in two words, and the second is skipped here.
std::optional<std::uint32_t> hardware_number(std::string_view word) {
    return util::number<std::uint32_t>(word.substr(0, word.find('-')));
}

bool is_trigger(std::string_view word) {
    const std::string name = util::lower(word);
    return name == "edge" || name == "level" || name == "none";
}

std::vector<std::string> actions_in(std::string_view text) {
    std::vector<std::string> actions;
    for (const std::string_view action : util::split(text, ',')) {
        if (const std::string_view name = util::trim(action); !name.empty()) {
            actions.emplace_back(name);
        }
    }
    return actions;
}

// One line, of which the number before the colon is known already. Any part may be missing: a
// shared line without users has no actions, and a damaged one ends anywhere.
Interrupt parse_line(std::uint32_t number, std::string_view rest, std::size_t cpus) {
    Interrupt interrupt;
    interrupt.number = number;
    const std::vector<std::string_view> words = util::words(rest);
    std::size_t word = 0;
    for (; word < cpus && word < words.size(); ++word) {
        const auto count = util::number<std::uint64_t>(words[word]);
        if (!count) {
            break;
        }
        interrupt.count += *count;
    }
    if (word < words.size()) {
        interrupt.chip = words[word++];
    }
    if (word < words.size()) {
        interrupt.hardware_number = hardware_number(words[word]);
        word += interrupt.hardware_number ? 1U : 0U;
    }
    if (word < words.size() && is_trigger(words[word])) {
        ++word;
    }
    if (word < words.size()) {
        const auto position = static_cast<std::size_t>(words[word].data() - rest.data());
        interrupt.actions = actions_in(rest.substr(position));
    }
    return interrupt;
}

}  // namespace

Result<std::vector<Interrupt>> parse_interrupts(std::string_view text) {
    const std::vector<std::string_view> lines = util::lines(text);
    if (lines.empty() || !util::trim(lines.front()).starts_with("CPU")) {
        return Error{ErrorKind::failure, "/proc/interrupts: no line that names the CPUs"};
    }
    const std::size_t cpus = util::words(lines.front()).size();
    std::vector<Interrupt> found;
    for (const std::string_view line : lines) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        if (const auto number = util::number<std::uint32_t>(util::trim(line.substr(0, colon)))) {
            found.push_back(parse_line(*number, line.substr(colon + 1), cpus));
        }
    }
    return found;
}

Result<std::vector<Interrupt>> interrupts(const Files& files) {
    const auto text = files.read("/proc/interrupts");
    if (!text) {
        return text.error();
    }
    return parse_interrupts(*text);
}

Result<CpuSet> interrupt_cpus(const Files& files, std::uint32_t number) {
    const std::string directory = "/proc/irq/" + std::to_string(number);
    if (const auto text = files.read(directory + "/effective_affinity_list")) {
        if (auto cpus = CpuSet::from_list(*text); cpus && !cpus->empty()) {
            return cpus;
        }
    }
    const auto text = files.read(directory + "/smp_affinity_list");
    if (!text) {
        return text.error();
    }
    return CpuSet::from_list(*text);
}

}  // namespace igbtune::source
