// SPDX-License-Identifier: GPL-2.0-only
#include "view/prometheus.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/glossary.hpp"
#include "model/queue_counters.hpp"
#include "util/text.hpp"
#include "version.hpp"

namespace igbtune::view {

using model::Counter;
using model::CounterGroup;
using model::LedgerReport;
using model::LedgerStep;
using model::Scope;
using model::Snapshot;

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

bool is_upper(char letter) {
    return letter >= 'A' && letter <= 'Z';
}

bool is_lower(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

// "RcvbufErrors" as "rcvbuf_errors", "TCPTimeouts" as "tcp_timeouts", "hw-drops" as "hw_drops".
std::string snake(std::string_view name) {
    std::string text;
    for (std::size_t place = 0; place < name.size(); ++place) {
        const char letter = name[place];
        if (!is_upper(letter) && !is_lower(letter)) {
            if (!text.empty() && text.back() != '_') {
                text += '_';
            }
            continue;
        }
        const bool after_lower = place > 0 && is_lower(name[place - 1]);
        const bool last_of_several = place > 0 && is_upper(name[place - 1]) &&
                                     place + 1 < name.size() && name[place + 1] >= 'a' &&
                                     name[place + 1] <= 'z';
        if (is_upper(letter) && (after_lower || last_of_several) && text.back() != '_') {
            text += '_';
        }
        text += is_upper(letter) ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    while (text.ends_with('_')) {
        text.pop_back();
    }
    return text;
}

std::string escaped(std::string_view text, bool quotes) {
    std::string out;
    // What is no UTF-8 is no label either.
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '\\' || (letter == '"' && quotes)) {
            out += '\\';
            out += letter;
        } else if (letter == '\n') {
            out += "\\n";
        } else {
            out += byte < ' ' || byte > '~' ? '?' : letter;
        }
    }
    return out;
}

std::string labels_text(const Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
        text += (text.empty() ? "{" : ",") + name + "=\"" + escaped(value, true) + "\"";
    }
    return text.empty() ? text : text + "}";
}

// Samples by metric, because a metric's lines must stand together.
class Page {
public:
    void add(const std::string& name, bool gauge, const std::string& help, const Labels& labels,
             const std::string& value) {
        auto [found, fresh] = metrics_.try_emplace(name);
        Metric& metric = found->second;
        if (fresh) {
            order_.push_back(name);
            metric.help = help;
            metric.gauge = gauge;
        }
        std::string sample = name + labels_text(labels);
        if (metric.seen.insert(sample).second) {
            metric.lines += std::move(sample) + " " + value + "\n";
        }
    }

    [[nodiscard]] std::string text() const {
        std::string text;
        for (const std::string& name : order_) {
            const Metric& metric = metrics_.at(name);
            text += "# HELP ";
            text += name;
            text += " ";
            text += escaped(metric.help, false) + "\n# TYPE ";
            text += name;
            text += metric.gauge ? " gauge\n" : " counter\n";
            text += metric.lines;
        }
        return text;
    }

private:
    struct Metric {
        std::string help;
        bool gauge{};
        std::string lines;
        std::set<std::string> seen;
    };

    std::map<std::string, Metric> metrics_;
    std::vector<std::string> order_;
};

Labels labels_of(const CounterGroup& group, const std::string& device) {
    Labels labels;
    if (group.scope == Scope::device) {
        labels.emplace_back("device", device);
    }
    const std::string& instance = group.instance;
    if (instance.empty()) {
        return labels;
    }
    const std::size_t blank = instance.find(' ');
    if (group.id == "softnet") {
        labels.emplace_back("cpu", instance);
    } else if (group.id == "sockstat") {
        labels.emplace_back("protocol", instance);
    } else if (group.id == "link") {
        labels.emplace_back("device", instance);
    } else if (blank != std::string::npos &&
               (instance.starts_with("rx ") || instance.starts_with("tx "))) {
        labels.emplace_back("direction", instance.substr(0, blank));
        labels.emplace_back("queue", instance.substr(blank + 1));
    } else {
        labels.emplace_back(group.id == "qdisc" ? "qdisc" : "instance", instance);
    }
    return labels;
}

std::string help_of(const CounterGroup& group, const Counter& counter) {
    const auto terms = model::explain(model::amount_name(group.id, group.instance, counter.name));
    if (!terms.empty()) {
        return std::string(terms.front()->meaning);
    }
    return util::printable(counter.name) + " of the group " + group.id + ", as the kernel or the " +
           "driver counts it.";
}

void add_group(Page& page, const CounterGroup& group, const std::string& device) {
    std::map<std::string, std::string> used;  // two names can become one metric
    for (const Counter& counter : group.counters) {
        Labels labels = labels_of(group, device);
        std::string name = metric_name(group.id, counter.name);
        std::string help;
        if (group.id == "interrupts") {
            // Its counters are named by the interrupts, "33 eth0-rx-0".
            const std::size_t blank = counter.name.find(' ');
            name = metric_name(group.id, "");
            labels.emplace_back("irq", counter.name.substr(0, blank));
            labels.emplace_back("action",
                                blank == std::string::npos ? "" : counter.name.substr(blank + 1));
            help = "How often each of the device's interrupts came, on all CPUs.";
        } else {
            const auto [other, fresh] = used.try_emplace(name, counter.name);
            if (!fresh && other->second != counter.name) {
                labels.emplace_back("counter", counter.name);
            }
            help = help_of(group, counter);
        }
        page.add(name + (counter.gauge ? "" : "_total"), counter.gauge, help, labels,
                 std::to_string(counter.value));
    }
}

void add_losses(Page& page, const LedgerReport& report, const std::string& device) {
    for (const LedgerStep& step : report.ledger.steps) {
        for (const model::Flow& flow : step.dropped) {
            // What is inferred can fall, which no counter may.
            if (flow.inferred) {
                continue;
            }
            Labels labels;
            if (step.scope == Scope::device) {
                labels.emplace_back("device", device);
            }
            labels.emplace_back("direction",
                                report.direction == source::Direction::rx ? "rx" : "tx");
            labels.emplace_back("step", step.id);
            labels.emplace_back("cause", flow.id);
            page.add("igbtune_lost_packets_total", false,
                     "Packets that were lost, each with one owner: the step and the cause of "
                     "igbtune ledger.",
                     labels, std::to_string(std::max<std::int64_t>(0, flow.count)));
        }
    }
}

void add_device(Page& page, const Snapshot& snapshot) {
    const model::Device& device = snapshot.topology.device;
    page.add("igbtune_device_info", true, "Who the device is; the value is always 1.",
             {{"device", device.name},
              {"driver", device.driver},
              {"driver_version", device.driver_version},
              {"firmware", device.firmware},
              {"bus_address", device.bus_address},
              {"pci_id", device.pci_id},
              {"irq_mode", std::string(model::to_string(device.irq_mode))},
              {"igbtune", version}},
             "1");
    if (device.carrier) {
        page.add("igbtune_device_carrier", true, "1 if the device has a link.",
                 {{"device", device.name}}, *device.carrier ? "1" : "0");
    }
    if (device.speed) {
        constexpr std::uint64_t bytes_per_megabit = 125000;
        page.add("igbtune_device_speed_bytes", true, "The link's speed in bytes per second.",
                 {{"device", device.name}}, std::to_string(*device.speed * bytes_per_megabit));
    }
    page.add("igbtune_reading_seconds", true, "How long the reading of all layers took.",
             {{"device", device.name}},
             util::fixed(std::chrono::duration<double>(snapshot.reading).count(), 6));
}

}  // namespace

std::string metric_name(std::string_view group, std::string_view counter) {
    const std::string name = snake(counter);
    return "igbtune_" + snake(group) + (name.empty() ? "" : "_" + name);
}

std::string prometheus_text(std::span<const Reports> devices) {
    Page page;
    for (const Reports& reports : devices) {
        add_device(page, reports.receive.snapshot);
    }
    for (const Reports& reports : devices) {
        const std::string& device = reports.receive.snapshot.topology.device.name;
        add_losses(page, reports.receive, device);
        add_losses(page, reports.transmit, device);
    }
    for (const Reports& reports : devices) {
        const Snapshot& snapshot = reports.receive.snapshot;
        for (const CounterGroup& group : snapshot.groups) {
            add_group(page, group, snapshot.topology.device.name);
        }
    }
    return page.text();
}

}  // namespace igbtune::view
