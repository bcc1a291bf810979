// SPDX-License-Identifier: GPL-2.0-only
#include "view/ledger_text.hpp"

#include <algorithm>

#include "util/text.hpp"
#include "view/clock_text.hpp"
#include "view/device_text.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using model::Flow;
using model::LedgerReport;
using model::LedgerStep;
using model::QueueLine;
using source::Direction;

namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t mark_width = 9;
constexpr std::size_t title_width = 62;
constexpr std::size_t count_width = 16;

std::string signed_count(std::int64_t count) {
    return (count < 0 ? "-" : "") +
           util::grouped(static_cast<std::uint64_t>(count < 0 ? -count : count));
}

std::string line(std::string_view mark, std::string_view title, const std::string& count,
                 const std::string& source) {
    std::string text(indent, ' ');
    text += mark;
    text.resize(std::max(text.size() + 1, indent + mark_width), ' ');
    text += util::printable(title);
    const std::size_t used = text.size() + count.size();
    const std::size_t wanted = indent + mark_width + title_width + count_width;
    text.append(used < wanted ? wanted - used : 1, ' ');
    text += count;
    if (!source.empty()) {
        text += "  " + util::printable(source);
    }
    return text + '\n';
}

void add_flows(std::string& text, std::string_view mark, const std::vector<Flow>& flows,
               Zeros zeros, bool hide_zero) {
    for (const Flow& flow : flows) {
        if (flow.count == 0 && hide_zero && zeros == Zeros::hidden) {
            continue;
        }
        text += line(mark, flow.title + (flow.inferred ? " *" : ""), signed_count(flow.count),
                     zeros == Zeros::shown ? flow.counters : std::string());
    }
}

std::string step_text(const LedgerStep& step, const std::string& device, Zeros zeros,
                      const Style& style) {
    const bool own = step.scope == model::Scope::device;
    std::string text =
        style.title(step.title) + (own ? " of " + device : " (this network namespace)") + "\n";
    add_flows(text, "in", step.in, zeros, false);
    add_flows(text, "dropped", step.dropped, zeros, true);
    add_flows(text, "taken", step.taken, zeros, true);
    add_flows(text, "out", step.out, zeros, false);
    add_flows(text, "also", step.also, zeros, true);
    if (const auto unaccounted = step.unaccounted()) {
        return text + line("", "unaccounted", signed_count(*unaccounted), "");
    }
    return text + line("", "unaccounted", "-", "") + "  " + std::string(mark_width, ' ') + "(" +
           step.open + ")\n";
}

std::string queue_text(const std::vector<QueueLine>& queues, Direction direction) {
    const bool receive = direction == Direction::rx;
    using Cell = std::optional<std::int64_t> QueueLine::*;
    const std::vector<std::pair<std::string, Cell>> wanted =
        receive ? std::vector<std::pair<std::string, Cell>>{{"frames", &QueueLine::packets},
                                                            {"no descriptor",
                                                             &QueueLine::no_descriptor},
                                                            {"dropped by the driver",
                                                             &QueueLine::driver_drops},
                                                            {"no memory", &QueueLine::no_memory},
                                                            {"by XDP", &QueueLine::xdp_drops}}
                : std::vector<std::pair<std::string, Cell>>{
                      {"frames", &QueueLine::packets},
                      {"dropped by the driver", &QueueLine::driver_drops},
                      {"bytes in flight", &QueueLine::in_flight},
                      {"BQL limit", &QueueLine::limit}};
    std::vector<Column> columns{{.header = "queue", .align = Align::left}};
    for (const auto& [header, cell] : wanted) {
        columns.push_back({.header = header});
    }
    Table table(std::move(columns));
    for (const QueueLine& queue : queues) {
        std::vector<std::string> cells{queue.queue};
        for (const auto& [header, cell] : wanted) {
            const auto& count = queue.*cell;
            cells.push_back(count ? signed_count(*count) : "-");
        }
        table.add(std::move(cells));
    }
    return table.empty() ? std::string() : table.text(indent + mark_width);
}

std::string socket_text(const LedgerReport& report, const Style& style) {
    if (report.sockets.empty()) {
        return {};
    }
    Table table({{.header = "protocol", .align = Align::left},
                 {.header = "local", .align = Align::left},
                 {.header = "process", .align = Align::left},
                 {.header = "waiting bytes"},
                 {.header = "drops"}});
    for (const model::SocketLine& entry : report.sockets) {
        table.add({entry.socket.protocol, entry.socket.local,
                   entry.process.empty() ? "-" : util::printable(entry.process),
                   util::grouped(entry.socket.rx_queue), signed_count(entry.drops)});
    }
    return "\n" + style.title("sockets that dropped packets (this network namespace)") + "\n" +
           table.text(indent);
}

std::string drops_text(const LedgerReport& report, const Style& style) {
    if (!report.drops) {
        return {};
    }
    std::string text = "\n" +
                       style.title(
                           "what the kernel dropped (drop monitor, all of the "
                           "machine)") +
                       "\n";
    Table table({{.header = "reason", .align = Align::left},
                 {.header = "from " + util::printable(report.snapshot.topology.device.name)},
                 {.header = "from others"},
                 {.header = "from none yet"}});
    for (const model::DropLine& drop : report.drops->lines) {
        table.add({util::printable(drop.reason), signed_count(drop.own), signed_count(drop.others),
                   signed_count(drop.none)});
    }
    text += table.empty() ? std::string(indent, ' ') + "nothing\n" : table.text(indent);
    if (report.drops->missed > 0) {
        text += std::string(indent, ' ') + "and at least " + signed_count(report.drops->missed) +
                " that the monitor itself lost\n";
    }
    return text;
}

std::string heading(const LedgerReport& report, const Style& style) {
    const std::string device = util::printable(report.snapshot.topology.device.name);
    std::string text =
        style.title(device + (report.direction == Direction::rx ? ": receive" : ": transmit"));
    text += report.interval ? ", " + util::fixed(report.interval->count(), 2) + " s"
                            : ", since the counters began";
    return text + ", at " + utc_text(report.snapshot.time) + ", all layers read within " +
           milliseconds_text(report.snapshot.reading) + "\n";
}

std::string summary(const LedgerReport& report) {
    std::string text = "\nlost: " + signed_count(report.ledger.dropped()) +
                       ", unaccounted: " + signed_count(report.ledger.unaccounted());
    if (report.ledger.has_open_steps()) {
        text += " (of the steps that can be balanced)";
    }
    text += "\n";
    const bool inferred = std::ranges::any_of(report.ledger.steps, [](const LedgerStep& step) {
        const auto is = [](const Flow& flow) { return flow.inferred && flow.count != 0; };
        return std::ranges::any_of(step.in, is) || std::ranges::any_of(step.dropped, is) ||
               std::ranges::any_of(step.taken, is) || std::ranges::any_of(step.out, is);
    });
    if (inferred) {
        text += "* follows from other counters, because none counts it\n";
    }
    if (!report.interval) {
        text +=
            "Counters of the device and of the protocols begin at different times: --watch or "
            "--since balances an interval.\n";
    }
    for (const std::string& name : report.restarted) {
        text += util::printable(name) + " began again in the interval\n";
    }
    return text;
}

}  // namespace

std::string ledger_text(const LedgerReport& report, Zeros zeros, const Style& style) {
    const std::string device = util::printable(report.snapshot.topology.device.name);
    std::string text = heading(report, style);
    for (const LedgerStep& step : report.ledger.steps) {
        text += "\n" + step_text(step, device, zeros, style);
        if (step.id == "ring") {
            text += queue_text(report.ledger.queues, report.direction);
        }
    }
    text += socket_text(report, style) + drops_text(report, style) + summary(report);
    return zeros == Zeros::shown ? text + unavailable_text(report.snapshot.unavailable, style)
                                 : text;
}

}  // namespace igbtune::view
