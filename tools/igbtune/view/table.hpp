// SPDX-License-Identifier: GPL-2.0-only
// A table in plain text: columns as wide as their widest cell, two blanks between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace igbtune::view {

enum class Align { left, right };

struct Column {
    std::string header;
    Align align{Align::right};
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as there are columns; missing ones are empty.
    void add(std::vector<std::string> cells);

    [[nodiscard]] bool empty() const { return rows_.empty(); }

    // Every line begins with the indent and ends without blanks.
    [[nodiscard]] std::string text(std::size_t indent) const;

    // The same, in several tables one below the other if it is wider than the page; the first
    // column is repeated.
    [[nodiscard]] std::string text_within(std::size_t indent, std::size_t width) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths() const;
    [[nodiscard]] std::string text_of(std::size_t indent, const std::vector<std::size_t>& widths,
                                      const std::vector<std::size_t>& shown) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace igbtune::view
