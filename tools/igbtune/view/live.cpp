// SPDX-License-Identifier: GPL-2.0-only
#include "view/live.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "model/queue_counters.hpp"
#include "util/text.hpp"
#include "view/clock_text.hpp"

namespace igbtune::view {

using model::CounterGroup;
using model::Interval;
using model::Snapshot;
using source::Direction;

namespace {

// More than any terminal is wide.
constexpr std::size_t history = 512;

std::string right(std::string_view text, std::size_t width) {
    return text.size() >= width ? std::string(text)
                                : std::string(width - text.size(), ' ') + std::string(text);
}

std::string left(std::string_view text, std::size_t width) {
    std::string cut(text.substr(0, width));
    cut.resize(width, ' ');
    return cut;
}

void remember(std::deque<double>& values, double value) {
    values.push_back(value);
    if (values.size() > history) {
        values.pop_front();
    }
}

// Only what is made of single bytes; bars are made as wide as they may be.
Line line(std::string text, bool emphasis = false) {
    return {.text = std::move(text), .emphasis = emphasis};
}

// "2026-11-21T06:30:00.123456Z" as "06:30:00".
std::string clock_of(const Snapshot& snapshot) {
    const std::string text = utc_text(snapshot.time);
    constexpr std::size_t clock_begin = 11;
    constexpr std::size_t clock_length = 8;
    return text.size() > clock_begin + clock_length ? text.substr(clock_begin, clock_length) : text;
}

std::string link_of(const model::Device& device) {
    if (!device.admin_up) {
        return "down";
    }
    std::string text = device.carrier.value_or(false) ? "link up" : "no link";
    if (device.speed) {
        text += ", " + std::to_string(*device.speed) + " Mb/s";
    }
    return text;
}

std::string name_of(const CounterGroup& group, const std::string& counter) {
    return util::printable(model::amount_name(group.id, group.instance, counter));
}

}  // namespace

std::string short_number(double value) {
    constexpr std::array<std::string_view, 5> units{"", " k", " M", " G", " T"};
    constexpr double step = 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= step;
        ++unit;
    }
    if (unit == 0) {
        const bool whole = value >= 100 || std::floor(value) == value;
        return util::fixed(value, whole ? 0 : 1);
    }
    // Three digits.
    int decimals = 0;
    if (value < 10) {
        decimals = 2;
    } else if (value < 100) {
        decimals = 1;
    }
    return util::fixed(value, decimals) + std::string(units.at(unit));
}

std::string sparkline(const std::deque<double>& values, std::size_t width, bool utf8) {
    constexpr std::array<std::string_view, 9> bars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<std::string_view, 9> plain{" ", ".", ":", "-", "=", "+", "*", "%", "#"};
    const auto& steps = utf8 ? bars : plain;
    const std::size_t shown = std::min(width, values.size());
    const auto begin = values.end() - static_cast<std::ptrdiff_t>(shown);
    const double most = shown == 0 ? 0 : *std::max_element(begin, values.end());
    std::string text(width - shown, ' ');
    for (auto value = begin; value != values.end(); ++value) {
        std::size_t height = 0;
        if (*value > 0 && most > 0) {
            // What is not nothing is seen.
            height = 1 + static_cast<std::size_t>(std::lround(*value / most * 7));
        }
        text += steps.at(std::min<std::size_t>(height, steps.size() - 1));
    }
    return text;
}

void LiveScreen::add(Interval interval) {
    last_.clear();
    last_.push_back(std::move(interval));
    remember(received_, device_rate("rx_packets"));
    remember(sent_, device_rate("tx_packets"));
    const Interval& now = last_.front();
    const std::int64_t lost = now.receive.ledger.dropped() + now.transmit.ledger.dropped();
    remember(lost_,
             now.delta.per_second(static_cast<std::uint64_t>(std::max<std::int64_t>(0, lost))));
}

void LiveScreen::show_next_page() {
    switch (page_) {
        case Page::queues:
            page_ = Page::counters;
            break;
        case Page::counters:
            page_ = Page::losses;
            break;
        case Page::losses:
            page_ = Page::queues;
            break;
    }
    scrolled_ = 0;
}

void LiveScreen::sort_otherwise() {
    sort_ = sort_ == Sort::by_rate ? Sort::by_place : Sort::by_rate;
    scrolled_ = 0;
}

void LiveScreen::scroll(std::ptrdiff_t rows) {
    const auto now = static_cast<std::ptrdiff_t>(scrolled_);
    const std::size_t length = body(0).size();
    const auto most = static_cast<std::ptrdiff_t>(length > 0 ? length - 1 : 0);
    scrolled_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now + rows, 0, most));
}

double LiveScreen::device_rate(std::string_view counter) const {
    return model::rate_of(last_.front(), "stats64", "", counter).value_or(0);
}

double LiveScreen::queue_rate(const std::string& instance, bool drops) const {
    const Interval& now = last_.front();
    for (std::size_t group = 0; group < now.snapshot.groups.size(); ++group) {
        const CounterGroup& queue = now.snapshot.groups[group];
        if (queue.id != model::queue_group_id || queue.instance != instance) {
            continue;
        }
        // The changes in the place of the counters, for who knows which of them mean drops.
        CounterGroup moved = queue;
        for (std::size_t index = 0; index < moved.counters.size(); ++index) {
            const auto& change = now.delta.groups[group].counters[index];
            moved.counters[index].value = change ? change->count : 0;
        }
        const auto count = drops ? model::queue_drops(moved) : moved.value("packets");
        return count ? now.delta.per_second(*count) : -1;
    }
    return -1;
}

std::vector<Line> LiveScreen::sorted(std::vector<Row> rows) const {
    if (sort_ == Sort::by_rate) {
        std::ranges::stable_sort(rows, std::ranges::greater{}, &Row::rate);
    }
    std::vector<Line> lines;
    lines.reserve(rows.size());
    for (Row& row : rows) {
        lines.push_back(line(std::move(row.text)));
    }
    return lines;
}

std::vector<Line> LiveScreen::queue_lines() const {
    const Interval& now = last_.front();
    const auto cell = [](double rate) { return right(rate < 0 ? "-" : short_number(rate), 10); };
    std::vector<Row> rows;
    for (const model::Queue& queue : now.snapshot.topology.queues) {
        const std::string receive = model::queue_instance(Direction::rx, queue.id);
        const std::string transmit = model::queue_instance(Direction::tx, queue.id);
        const double received = queue_rate(receive, false);
        const double sent = queue_rate(transmit, false);
        const std::string cpus = queue.rx && queue.rx->cpus ? queue.rx->cpus->list() : "-";
        rows.push_back(
            {.rate = std::max(received, 0.0) + std::max(sent, 0.0),
             .text =
                 right(std::to_string(queue.id), 5) + right(cpus, 8) +
                 right(queue.rx && queue.rx->interrupt ? std::to_string(*queue.rx->interrupt) : "-",
                       6) +
                 cell(received) + cell(queue_rate(receive, true)) + cell(sent) +
                 cell(queue_rate(transmit, true))});
    }
    std::vector<Line> lines{
        line("queue     CPU   IRQ  rx pkt/s rx drop/s  tx pkt/s tx drop/s", true)};
    std::ranges::move(sorted(std::move(rows)), std::back_inserter(lines));
    // What the softnet layer does with them, below.
    std::vector<Row> cpus;
    for (const CounterGroup& softnet : now.snapshot.groups) {
        if (softnet.id != "softnet") {
            continue;
        }
        const auto rate = [&](std::string_view name) {
            return model::rate_of(now, softnet.id, softnet.instance, name).value_or(-1);
        };
        cpus.push_back({.rate = rate("processed"),
                        .text = right(softnet.instance, 5) + right("", 14) +
                                cell(rate("processed")) + cell(rate("dropped")) +
                                cell(rate("time_squeeze")) + cell(rate("received_rps"))});
    }
    lines.push_back(line(""));
    lines.push_back(line("  CPU               processed   dropped   squeeze       RPS", true));
    std::ranges::move(sorted(std::move(cpus)), std::back_inserter(lines));
    return lines;
}

std::vector<Line> LiveScreen::counter_lines() const {
    const Interval& now = last_.front();
    std::vector<Row> rows;
    for (std::size_t group = 0; group < now.snapshot.groups.size(); ++group) {
        const CounterGroup& counters = now.snapshot.groups[group];
        for (std::size_t index = 0; index < counters.counters.size(); ++index) {
            const auto& change = now.delta.groups[group].counters[index];
            if (!change || change->count == 0) {
                continue;
            }
            const double rate = now.delta.per_second(change->count);
            rows.push_back({.rate = rate,
                            .text = left(name_of(counters, counters.counters[index].name), 44) +
                                    right(short_number(rate), 10) +
                                    right(util::grouped(counters.counters[index].value), 24)});
        }
    }
    std::vector<Line> lines{
        line(left("counter", 44) + right("per s", 10) + right("total", 24), true)};
    std::ranges::move(sorted(std::move(rows)), std::back_inserter(lines));
    return lines;
}

std::vector<Line> LiveScreen::loss_lines() const {
    const Interval& now = last_.front();
    std::vector<Row> rows;
    for (const model::LedgerReport* const report : {&now.receive, &now.transmit}) {
        const std::string_view direction = report->direction == Direction::rx ? "rx" : "tx";
        for (const model::LedgerStep& step : report->ledger.steps) {
            for (const model::Flow& flow : step.dropped) {
                if (flow.count <= 0) {
                    continue;
                }
                const double rate = now.delta.per_second(static_cast<std::uint64_t>(flow.count));
                rows.push_back({.rate = rate,
                                .text = left(direction, 3) + left(util::printable(step.title), 24) +
                                        " " + left(util::printable(flow.title), 40) +
                                        right(short_number(rate), 10)});
            }
        }
    }
    std::vector<Line> lines{
        line(left("", 3) + left("step", 24) + " " + left("cause", 40) + right("lost/s", 10), true)};
    if (rows.empty()) {
        lines.push_back(line("   nothing was lost"));
    }
    std::ranges::move(sorted(std::move(rows)), std::back_inserter(lines));
    return lines;
}

std::vector<Line> LiveScreen::page_lines() const {
    switch (page_) {
        case Page::queues:
            return queue_lines();
        case Page::counters:
            return counter_lines();
        case Page::losses:
            return loss_lines();
    }
    return {};
}

std::vector<Line> LiveScreen::body(std::size_t columns) const {
    if (last_.empty()) {
        return {line("the first interval is not over yet")};
    }
    std::vector<Line> lines = page_lines();
    for (Line& one : lines) {
        one.text.resize(std::min(one.text.size(), columns));
    }
    return lines;
}

std::vector<Line> LiveScreen::head(const Terminal& terminal) const {
    const Interval& now = last_.front();
    const model::Device& device = now.snapshot.topology.device;
    std::string title = util::printable(device.name + ": " + device.driver + ", ") +
                        link_of(device) + ", " + clock_of(now.snapshot) + " UTC, " +
                        util::fixed(now.delta.interval.count(), 1) + " s" +
                        (paused_ ? ", PAUSED" : "");
    title.resize(std::min(title.size(), terminal.columns));
    std::vector<Line> lines{line(std::move(title), true)};
    const auto graph = [&](const char* name, const std::deque<double>& values,
                           const std::string& more) {
        constexpr std::size_t label = 6;
        constexpr std::size_t numbers = 30;
        const std::size_t width =
            terminal.columns > label + numbers ? terminal.columns - label - numbers : 0;
        std::string text = left(name, label);
        std::string behind = right(short_number(values.back()), 10) + more;
        if (width == 0) {
            text += behind;
            text.resize(std::min(text.size(), terminal.columns));
            return line(std::move(text));
        }
        behind.resize(std::min(behind.size(), numbers));
        return line(text + sparkline(values, width, terminal.utf8) + behind);
    };
    lines.push_back(graph("rx", received_,
                          " pkt/s " + right(short_number(device_rate("rx_bytes")), 8) + "B/s"));
    lines.push_back(
        graph("tx", sent_, " pkt/s " + right(short_number(device_rate("tx_bytes")), 8) + "B/s"));
    lines.push_back(graph("lost", lost_, " pkt/s"));
    lines.push_back(line(""));
    return lines;
}

std::vector<Line> LiveScreen::lines(const Terminal& terminal) const {
    std::vector<Line> lines = last_.empty() ? std::vector<Line>{line("")} : head(terminal);
    std::vector<Line> all = body(terminal.columns);
    // The heading stays where it is; what is below moves.
    for (std::size_t index = 0; index < all.size() && lines.size() + 1 < terminal.rows; ++index) {
        const std::size_t place = index == 0 ? 0 : index + scrolled_;
        if (place < all.size()) {
            lines.push_back(std::move(all[place]));
        }
    }
    lines.resize(terminal.rows > 0 ? terminal.rows - 1 : 0);
    constexpr std::array<const char*, 3> pages{"queues", "counters", "losses"};
    std::string keys = std::string("q quit  p pause  v view: ") +
                       pages.at(static_cast<std::size_t>(page_)) +
                       "  s sort: " + (sort_ == Sort::by_rate ? "rate" : "place") +
                       "  up/down scroll  +/- interval";
    keys.resize(std::min(keys.size(), terminal.columns));
    if (terminal.rows > 0) {
        lines.push_back(line(std::move(keys), true));
    }
    return lines;
}

}  // namespace igbtune::view
