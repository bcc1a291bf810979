// SPDX-License-Identifier: GPL-2.0-only
#include "model/journal.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "util/text.hpp"

namespace igbtune::model {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr std::string_view first_line = "igbtune journal 1";
constexpr std::string_view last_line = "end";

constexpr std::array<std::pair<Stage, std::string_view>, 3> stages{{
    {Stage::applying, "applying"},
    {Stage::armed, "armed"},
    {Stage::done, "done"},
}};

Error damaged() {
    return {ErrorKind::failure, "the journal is damaged"};
}

bool take_stage(Journal& journal, std::string_view value) {
    const auto* const known =
        std::ranges::find(stages, value, &std::pair<Stage, std::string_view>::second);
    if (known == stages.end()) {
        return false;
    }
    journal.stage = known->first;
    return true;
}

bool take_deadline(Journal& journal, std::string_view value) {
    const auto deadline = util::number<std::int64_t>(value);
    journal.deadline = deadline.value_or(0);
    return deadline.has_value();
}

bool take_index(Journal& journal, std::string_view value) {
    const auto index = util::number<int>(value);
    journal.plan.index = index.value_or(0);
    return index && *index >= 0;
}

bool take_text(std::string& member, std::string_view value) {
    member = value;
    return !member.empty();
}

bool take_head(Journal& journal, std::string_view key, std::string_view value) {
    if (key == "id") {
        return take_text(journal.id, value);
    }
    if (key == "device") {
        return take_text(journal.plan.device, value);
    }
    if (key == "index") {
        return take_index(journal, value);
    }
    if (key == "deadline") {
        return take_deadline(journal, value);
    }
    return key == "stage" && take_stage(journal, value);
}

bool take_change(Journal& journal, const std::vector<std::string_view>& parts) {
    const auto order = parts.size() == 5 ? util::number<unsigned>(parts[1]) : std::nullopt;
    if (!order || *order > static_cast<unsigned>(Order::system)) {
        return false;
    }
    journal.plan.changes.push_back({.knob = std::string(parts[2]),
                                    .before = std::string(parts[3]),
                                    .after = std::string(parts[4]),
                                    .order = static_cast<Order>(*order)});
    return true;
}

}  // namespace

std::string journal_text(const Journal& journal) {
    std::string text = std::string(first_line) + "\n";
    text += "id\t" + journal.id + "\n";
    for (const auto& [stage, name] : stages) {
        text += stage == journal.stage ? "stage\t" + std::string(name) + "\n" : "";
    }
    text += "deadline\t" + std::to_string(journal.deadline) + "\n";
    text += "device\t" + journal.plan.device + "\n";
    text += "index\t" + std::to_string(journal.plan.index) + "\n";
    for (const Change& change : journal.plan.changes) {
        text += "change\t" + std::to_string(static_cast<unsigned>(change.order)) + "\t" +
                change.knob + "\t" + change.before + "\t" + change.after + "\n";
    }
    return text + std::string(last_line) + "\n";
}

Result<Journal> parse_journal(std::string_view text) {
    const auto lines = util::lines(text);
    if (lines.size() < 2 || lines.front() != first_line || lines.back() != last_line) {
        return damaged();
    }
    Journal journal;
    for (std::size_t index = 1; index + 1 < lines.size(); ++index) {
        const auto parts = util::split(lines[index], '\t');
        const bool right = parts.front() == "change"
                               ? take_change(journal, parts)
                               : parts.size() == 2 && take_head(journal, parts[0], parts[1]);
        if (!right) {
            return damaged();
        }
    }
    if (journal.id.empty() || journal.plan.device.empty()) {
        return damaged();
    }
    return journal;
}

}  // namespace igbtune::model
