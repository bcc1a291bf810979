// SPDX-License-Identifier: GPL-2.0-only
#include "view/html_report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "model/queue_counters.hpp"
#include "util/text.hpp"
#include "version.hpp"
#include "view/clock_text.hpp"
#include "view/device_text.hpp"
#include "view/live.hpp"

namespace igbtune::view {

using model::Interval;
using source::Direction;

namespace {

constexpr double chart_width = 900;
constexpr double chart_height = 180;
constexpr double margin_left = 70;
constexpr double margin_bottom = 20;
constexpr double margin_top = 8;

// More lines than this nobody tells from each other.
constexpr std::size_t most_lines = 8;

// Distinct also for eyes that see fewer colours (Okabe and Ito).
constexpr std::array<const char*, most_lines> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#e69f00", "#56b4e9", "#8c6d31", "#7f7f7f"};

constexpr const char* style =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:980px;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}\n"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}\n"
    "table{border-collapse:collapse}td,th{padding:.15em .8em .15em 0;text-align:left}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "tr.step td{font-weight:600;padding-top:.8em}\n"
    "svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;"
    "fill:currentColor}\n"
    ".grid{stroke:currentColor;stroke-opacity:.18}\n"
    "ul.legend{list-style:none;padding:0;margin:.2em 0 0 70px}"
    "ul.legend li{display:inline-block;margin-right:1.4em}\n"
    "i.c{display:inline-block;width:1em;height:.3em;margin:0 .4em .2em 0}\n"
    "pre{white-space:pre-wrap}\n"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}\n";

std::string number(double value) {
    return util::fixed(value, 1);
}

std::string polyline(const std::vector<double>& values, double most, const char* colour) {
    std::string points;
    const double steps = values.size() > 1 ? static_cast<double>(values.size() - 1) : 1.0;
    for (std::size_t place = 0; place < values.size(); ++place) {
        const double x = margin_left + (chart_width * static_cast<double>(place) / steps);
        const double y =
            margin_top + (chart_height * (1.0 - (most > 0 ? values[place] / most : 0.0)));
        points += number(x) + "," + number(y) + " ";
    }
    return R"(<polyline fill="none" stroke-width="1.5" stroke=")" + std::string(colour) +
           "\" points=\"" + points + "\"/>\n";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
           html_text(text) + "</text>\n";
}

std::string grid(double most, const std::string& unit) {
    std::string text;
    for (const double part : {0.0, 0.5, 1.0}) {
        const double y = margin_top + (chart_height * (1.0 - part));
        text += R"(<line class="grid" x1=")" + number(margin_left) + "\" x2=\"" +
                number(margin_left + chart_width) + "\" y1=\"" + number(y) + "\" y2=\"" +
                number(y) + "\"/>\n" +
                text_at(margin_left - 6, y + 4, "end", short_number(most * part) + unit);
    }
    return text;
}

std::vector<std::string> times_of(std::span<const Interval> intervals) {
    std::vector<std::string> times;
    for (const Interval& interval : intervals) {
        constexpr std::size_t with_seconds = 19;
        times.push_back(utc_text(interval.snapshot.time).substr(0, with_seconds));
    }
    return times;
}

template <typename Value>
Chart::Line line_of(const std::string& name, std::span<const Interval> intervals,
                    const Value& value) {
    Chart::Line line{.name = name, .values = {}};
    for (const Interval& interval : intervals) {
        line.values.push_back(std::max(0.0, value(interval)));
    }
    return line;
}

Chart::Line counter_line(const std::string& name, std::span<const Interval> intervals,
                         const std::string& group, const std::string& instance,
                         const std::string& counter) {
    return line_of(name, intervals, [&](const Interval& interval) {
        return model::rate_of(interval, group, instance, counter).value_or(0);
    });
}

// The greatest by their sums; the others are left out.
void keep_greatest(Chart& chart) {
    const auto sum = [](const Chart::Line& line) {
        double all = 0;
        for (const double value : line.values) {
            all += value;
        }
        return all;
    };
    std::erase_if(chart.lines, [&](const Chart::Line& line) { return sum(line) <= 0; });
    std::ranges::stable_sort(chart.lines, std::ranges::greater{}, sum);
    if (chart.lines.size() > most_lines) {
        chart.lines.resize(most_lines);
        chart.title += " (the " + std::to_string(most_lines) + " greatest)";
    }
}

Chart instances_chart(const std::string& title, std::span<const Interval> intervals,
                      const std::string& group, const std::string& begin,
                      const std::string& counter, const std::string& label) {
    Chart chart{.title = title, .unit = "", .lines = {}};
    std::set<std::string> instances;
    for (const Interval& interval : intervals) {
        for (const model::CounterGroup& candidate : interval.snapshot.groups) {
            if (candidate.id == group && candidate.instance.starts_with(begin)) {
                instances.insert(candidate.instance);
            }
        }
    }
    for (const std::string& instance : instances) {
        chart.lines.push_back(counter_line(label + instance, intervals, group, instance, counter));
    }
    keep_greatest(chart);
    return chart;
}

Chart loss_chart(std::span<const Interval> intervals) {
    Chart chart{.title = "lost packets per second, by cause", .unit = "", .lines = {}};
    std::map<std::string, std::vector<double>> causes;
    for (std::size_t place = 0; place < intervals.size(); ++place) {
        const Interval& interval = intervals[place];
        for (const model::LedgerReport* const report : {&interval.receive, &interval.transmit}) {
            const std::string direction = report->direction == Direction::rx ? "rx " : "tx ";
            for (const model::LedgerStep& step : report->ledger.steps) {
                for (const model::Flow& flow : step.dropped) {
                    auto& values = causes[direction + flow.title];
                    values.resize(intervals.size());
                    values[place] += interval.delta.per_second(
                        static_cast<std::uint64_t>(std::max<std::int64_t>(0, flow.count)));
                }
            }
        }
    }
    for (auto& [name, values] : causes) {
        chart.lines.push_back({.name = name, .values = std::move(values)});
    }
    keep_greatest(chart);
    return chart;
}

std::vector<Chart> charts_of(std::span<const Interval> intervals) {
    std::vector<Chart> charts;
    charts.push_back({.title = "packets per second",
                      .unit = "",
                      .lines = {counter_line("received", intervals, "stats64", "", "rx_packets"),
                                counter_line("sent", intervals, "stats64", "", "tx_packets")}});
    charts.push_back({.title = "bytes per second",
                      .unit = "B",
                      .lines = {counter_line("received", intervals, "stats64", "", "rx_bytes"),
                                counter_line("sent", intervals, "stats64", "", "tx_bytes")}});
    charts.push_back(loss_chart(intervals));
    charts.push_back(instances_chart("received packets per second, by queue", intervals, "queue",
                                     "rx ", "packets", ""));
    charts.push_back(instances_chart("sent packets per second, by queue", intervals, "queue", "tx ",
                                     "packets", ""));
    charts.push_back(instances_chart("packets per second through the stack, by CPU", intervals,
                                     "softnet", "", "processed", "CPU "));
    charts.push_back(instances_chart("polls that stopped with work left, per second, by CPU",
                                     intervals, "softnet", "", "time_squeeze", "CPU "));
    return charts;
}

std::string signed_count(std::int64_t count) {
    return (count < 0 ? "-" : "") +
           util::grouped(static_cast<std::uint64_t>(count < 0 ? -count : count));
}

std::string row(const char* what, const std::string& title, const std::string& count) {
    return "<tr><td>" + std::string(what) + "</td><td>" + html_text(title) +
           "</td><td class=\"n\">" + count + "</td></tr>\n";
}

std::string ledger_table(const model::LedgerReport& report) {
    std::string text = "<table>\n";
    for (const model::LedgerStep& step : report.ledger.steps) {
        text += R"(<tr class="step"><td colspan="3">)" + html_text(step.title) + "</td></tr>\n";
        const auto add = [&](const char* what, const std::vector<model::Flow>& flows, bool zeros) {
            for (const model::Flow& flow : flows) {
                if (flow.count != 0 || zeros) {
                    text += row(what, flow.title + (flow.inferred ? " *" : ""),
                                signed_count(flow.count));
                }
            }
        };
        add("in", step.in, true);
        add("dropped", step.dropped, false);
        add("taken", step.taken, false);
        add("out", step.out, true);
        const auto unaccounted = step.unaccounted();
        text += row("", unaccounted ? "unaccounted" : "unaccounted (" + step.open + ")",
                    unaccounted ? signed_count(*unaccounted) : "-");
    }
    return text + "</table>\n";
}

std::string socket_table(const model::LedgerReport& report) {
    if (report.sockets.empty()) {
        return {};
    }
    std::string text =
        "<h2>Sockets that dropped packets</h2>\n<table>\n<tr><th>protocol</th><th>local</th>"
        "<th>process</th><th class=\"n\">drops</th></tr>\n";
    for (const model::SocketLine& line : report.sockets) {
        text += "<tr><td>" + html_text(line.socket.protocol) + "</td><td>" +
                html_text(line.socket.local) + "</td><td>" + html_text(line.process) +
                "</td><td class=\"n\">" + signed_count(line.drops) + "</td></tr>\n";
    }
    return text + "</table>\n";
}

std::string findings_text(const std::vector<model::Finding>& findings) {
    if (findings.empty()) {
        return "<p>Nothing to do.</p>\n";
    }
    std::string text = "<ol>\n";
    for (const model::Finding& finding : findings) {
        text += "<li>" + html_text(finding.title) + ": " + html_text(finding.evidence);
        if (!finding.advice.empty()) {
            text += "<br>" + html_text(finding.advice);
        }
        if (!finding.command.empty()) {
            text += "<br><code>" + html_text(finding.command) + "</code>";
        }
        text += "</li>\n";
    }
    return text + "</ol>\n";
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string out;
    for (const char letter : util::printable(text)) {
        switch (letter) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += letter;
        }
    }
    return out;
}

std::string chart_svg(const Chart& chart, const std::vector<std::string>& times) {
    double most = 0;
    for (const Chart::Line& line : chart.lines) {
        for (const double value : line.values) {
            most = std::max(most, value);
        }
    }
    std::string text = "<svg viewBox=\"0 0 " + number(margin_left + chart_width + 10) + " " +
                       number(margin_top + chart_height + margin_bottom) + "\" role=\"img\">\n" +
                       "<title>" + html_text(chart.title) + "</title>\n" + grid(most, chart.unit);
    for (std::size_t line = 0; line < chart.lines.size(); ++line) {
        text += polyline(chart.lines[line].values, most, colours.at(line % colours.size()));
    }
    if (!times.empty()) {
        constexpr double below = margin_top + chart_height + 15;
        text += text_at(margin_left, below, "start", times.front());
        if (times.size() > 1) {
            text += text_at(margin_left + chart_width, below, "end", times.back());
        }
    }
    text += "</svg>\n<ul class=\"legend\">\n";
    for (std::size_t line = 0; line < chart.lines.size(); ++line) {
        text += R"(<li><i class="c" style="background:)" +
                std::string(colours.at(line % colours.size())) + "\"></i>" +
                html_text(chart.lines[line].name) + "</li>\n";
    }
    return text + "</ul>\n";
}

std::string html_report(const Interval& whole, std::span<const Interval> intervals,
                        const std::vector<model::Finding>& findings) {
    const model::Device& device = whole.snapshot.topology.device;
    const std::vector<std::string> times = times_of(intervals);
    const std::string title = html_text(device.name) + ", " +
                              util::fixed(whole.delta.interval.count(), 0) + " s until " +
                              utc_text(whole.snapshot.time);
    std::string text =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"generator\" content=\"igbtune " +
        std::string(version) + "\">\n<title>" + title + "</title>\n<style>\n" + style +
        "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n<pre>" +
        html_text(device_text(device, {})) + "</pre>\n<h2>Findings</h2>\n" +
        findings_text(findings);
    for (const Chart& chart : charts_of(intervals)) {
        if (!chart.lines.empty()) {
            text += "<h2>" + html_text(chart.title) + "</h2>\n" + chart_svg(chart, times);
        }
    }
    text += "<h2>Received: from the wire to the socket</h2>\n" + ledger_table(whole.receive) +
            "<h2>Sent: from IP to the wire</h2>\n" + ledger_table(whole.transmit) +
            "<p>* follows from other counters, because none counts it</p>\n" +
            socket_table(whole.receive);
    return text + "</body>\n</html>\n";
}

}  // namespace igbtune::view
