// SPDX-License-Identifier: GPL-2.0-only
// The live screen: what it shows at each moment, as lines for whichever terminal. At 80 columns and
// 24 rows all of it is there; nothing in it needs colour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "model/interval.hpp"

namespace igbtune::view {

struct Line {
    std::string text;
    bool emphasis{};
};

struct Terminal {
    std::size_t rows{24};
    std::size_t columns{80};
    bool utf8{true};  // else bars are drawn in ASCII
};

// One bar for each value, the last at the right; as wide as asked for.
[[nodiscard]] std::string sparkline(const std::deque<double>& values, std::size_t width, bool utf8);

// "1.23 M", in at most 7 columns.
[[nodiscard]] std::string short_number(double value);

class LiveScreen {
public:
    enum class Page { queues, counters, losses };
    enum class Sort { by_rate, by_place };

    void add(model::Interval interval);

    void show_next_page();
    void sort_otherwise();
    void pause_or_go_on() { paused_ = !paused_; }
    void scroll(std::ptrdiff_t rows);

    [[nodiscard]] bool paused() const { return paused_; }

    // As many as the terminal has rows, none wider than it.
    [[nodiscard]] std::vector<Line> lines(const Terminal& terminal) const;

private:
    struct Row {
        double rate{};
        std::string text;
    };

    [[nodiscard]] std::vector<Line> head(const Terminal& terminal) const;
    [[nodiscard]] std::vector<Line> body(std::size_t columns) const;
    [[nodiscard]] std::vector<Line> queue_lines() const;
    [[nodiscard]] std::vector<Line> counter_lines() const;
    [[nodiscard]] std::vector<Line> loss_lines() const;
    [[nodiscard]] std::vector<Line> page_lines() const;
    [[nodiscard]] std::vector<Line> sorted(std::vector<Row> rows) const;
    [[nodiscard]] double device_rate(std::string_view counter) const;
    [[nodiscard]] double queue_rate(const std::string& instance, bool drops) const;

    std::vector<model::Interval> last_;  // one, or none before the first
    std::deque<double> received_;
    std::deque<double> sent_;
    std::deque<double> lost_;
    Page page_{Page::queues};
    Sort sort_{Sort::by_rate};
    bool paused_{};
    std::size_t scrolled_{};
};

}  // namespace igbtune::view
