// SPDX-License-Identifier: GPL-2.0-only
// A recording as one page for a browser: charts, the ledger, findings. It holds all that it needs
// and asks no server for anything.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/doctor.hpp"
#include "model/interval.hpp"

namespace igbtune::view {

struct Chart {
    struct Line {
        std::string name;
        std::vector<double> values;
    };
    std::string title;
    std::string unit;
    std::vector<Line> lines;
};

// An SVG picture; as many values in each line as there are times.
[[nodiscard]] std::string chart_svg(const Chart& chart, const std::vector<std::string>& times);

// whole: from the first interval's begin to the last one's end.
[[nodiscard]] std::string html_report(const model::Interval& whole,
                                      std::span<const model::Interval> intervals,
                                      const std::vector<model::Finding>& findings);

[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace igbtune::view
