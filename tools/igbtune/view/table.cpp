// SPDX-License-Identifier: GPL-2.0-only
#include "view/table.hpp"

#include <algorithm>
#include <numeric>

namespace igbtune::view {
namespace {

constexpr std::size_t gap = 2;

void append_cell(std::string& line, const std::string& cell, std::size_t width, Align align) {
    const std::string padding(width - std::min(width, cell.size()), ' ');
    line += align == Align::right ? padding + cell : cell + padding;
}

void end_line(std::string& text, std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = columns_[column].header.size();
        for (const auto& row : rows_) {
            width = std::max(width, row[column].size());
        }
        widths.push_back(width);
    }
    return widths;
}

std::string Table::text_of(std::size_t indent, const std::vector<std::size_t>& widths,
                           const std::vector<std::size_t>& shown) const {
    std::string text;
    const auto append_line = [&](const auto& cell_of) {
        std::string line(indent, ' ');
        for (std::size_t place = 0; place < shown.size(); ++place) {
            const std::size_t column = shown[place];
            line += std::string(place == 0 ? 0 : gap, ' ');
            append_cell(line, cell_of(column), widths[column], columns_[column].align);
        }
        end_line(text, std::move(line));
    };
    append_line([&](std::size_t column) { return columns_[column].header; });
    for (const auto& row : rows_) {
        append_line([&](std::size_t column) { return row[column]; });
    }
    return text;
}

std::string Table::text(std::size_t indent) const {
    std::vector<std::size_t> all(columns_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return text_of(indent, widths(), all);
}

std::string Table::text_within(std::size_t indent, std::size_t width) const {
    const std::vector<std::size_t> widths = this->widths();
    std::string text;
    std::size_t column = 1;
    // Once also where there is but one column.
    while (text.empty() || column < columns_.size()) {
        std::vector<std::size_t> shown{0};
        std::size_t used = indent + widths.front();
        while (column < columns_.size() &&
               (shown.size() == 1 || used + gap + widths[column] <= width)) {
            used += gap + widths[column];
            shown.push_back(column++);
        }
        text += text_of(indent, widths, shown);
    }
    return text;
}

}  // namespace igbtune::view
