// SPDX-License-Identifier: GPL-2.0-only
#include "model/ledger.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "model/drops.hpp"
#include "model/ledger_parts.hpp"
#include "util/text.hpp"

namespace igbtune::model {
namespace {

std::int64_t total(const std::vector<Flow>& flows) {
    return std::accumulate(flows.begin(), flows.end(), std::int64_t{0},
                           [](std::int64_t sum, const Flow& flow) { return sum + flow.count; });
}

}  // namespace

std::int64_t LedgerStep::total_in() const {
    return total(in);
}

std::int64_t LedgerStep::total_dropped() const {
    return total(dropped);
}

std::int64_t LedgerStep::total_taken() const {
    return total(taken);
}

std::int64_t LedgerStep::total_out() const {
    return total(out);
}

std::optional<std::int64_t> LedgerStep::unaccounted() const {
    if (!open.empty()) {
        return std::nullopt;
    }
    return total_in() - total_dropped() - total_taken() - total_out();
}

std::int64_t Ledger::dropped() const {
    std::int64_t sum = 0;
    for (const LedgerStep& step : steps) {
        sum += step.total_dropped();
    }
    return sum;
}

std::int64_t Ledger::unaccounted() const {
    std::int64_t sum = 0;
    for (const LedgerStep& step : steps) {
        sum += step.unaccounted().value_or(0);
    }
    return sum;
}

bool Ledger::has_open_steps() const {
    return std::ranges::any_of(steps, [](const LedgerStep& step) { return !step.open.empty(); });
}

LedgerStep* Ledger::find(std::string_view id) {
    const auto found = std::ranges::find(steps, id, &LedgerStep::id);
    return found == steps.end() ? nullptr : &*found;
}

const LedgerStep* Ledger::find(std::string_view id) const {
    const auto found = std::ranges::find(steps, id, &LedgerStep::id);
    return found == steps.end() ? nullptr : &*found;
}

const Dialect& dialect_of(std::string_view driver) {
    static constexpr Dialect common{.driver = "",
                                    .good_frames = "eth-mac.FramesReceivedOK",
                                    .sent_frames = "eth-mac.FramesTransmittedOK",
                                    .no_descriptor = "hw_drops",
                                    .driver_drops = "drops",
                                    .bad_descriptors = "",
                                    .errors = ""};
    static constexpr std::array<Dialect, 3> known{{
        {.driver = "igbr",
         .good_frames = "private.rx_frames_good",
         .sent_frames = "private.tx_frames_good",
         .no_descriptor = "hw_drops",
         .driver_drops = "drops",
         .bad_descriptors = "bad_descs",
         .errors = "errors",
         .rx_dropped_contains_drops = true},
        // Its rx_packets are the MAC's good frames, and a queue's drops are those of the hardware.
        {.driver = "igb",
         .good_frames = "private.rx_packets",
         .sent_frames = "private.tx_packets",
         .no_descriptor = "drops",
         .driver_drops = "",
         .bad_descriptors = "",
         .errors = ""},
        {.driver = "virtio_net",
         .good_frames = "",
         .sent_frames = "",
         .no_descriptor = "",
         .driver_drops = "drops",
         .bad_descriptors = "",
         .errors = "",
         .packets_contain_drops = true,
         .rx_dropped_contains_drops = true},
    }};
    const auto* const found = std::ranges::find(known, driver, &Dialect::driver);
    return found == known.end() ? common : *found;
}

bool counts_after_backlog(std::string_view driver, bool loopback) {
    return loopback || driver == "veth";
}

bool shares_packets(std::string_view driver) {
    constexpr std::array<std::string_view, 11> kinds{"vlan",    "802.1Q VLAN Support",
                                                     "macvlan", "macvtap",
                                                     "ipvlan",  "ipvtap",
                                                     "macsec",  "bond",
                                                     "bonding", "team",
                                                     "bridge"};
    return std::ranges::find(kinds, driver) != kinds.end();
}

std::optional<std::int64_t> Reading::first(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const auto value = amounts_->find(name)) {
            names_.emplace_back(name);
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> Reading::all(std::initializer_list<std::string_view> names) {
    std::optional<std::int64_t> sum;
    for (const std::string_view name : names) {
        if (const auto value = amounts_->find(name)) {
            names_.emplace_back(name);
            sum = sum.value_or(0) + *value;
        }
    }
    return sum;
}

std::optional<std::int64_t> Reading::sum(std::string_view group, std::string_view instance,
                                         std::string_view counter) {
    if (counter.empty()) {
        return std::nullopt;
    }
    const auto value = amounts_->sum(group, instance, counter);
    if (value) {
        const std::string pattern =
            instance.empty() ? std::string("*") : std::string(instance) + " *";
        names_.push_back(amount_name(group, pattern, counter));
    }
    return value;
}

std::string Reading::sources() {
    const std::string text = util::join(names_, " + ");
    names_.clear();
    return text;
}

void Reading::put(std::vector<Flow>& flows, std::string_view id, std::string_view title,
                  std::optional<std::int64_t> count) {
    add(flows, id, title, count, sources());
}

void add(std::vector<Flow>& flows, std::string_view id, std::string_view title,
         std::optional<std::int64_t> count, std::string counters) {
    if (count) {
        flows.push_back({.id = std::string(id),
                         .title = std::string(title),
                         .count = *count,
                         .counters = std::move(counters),
                         .inferred = false});
    }
}

void add_inferred(std::vector<Flow>& flows, std::string_view id, std::string_view title,
                  std::int64_t count, std::string counters) {
    flows.push_back({.id = std::string(id),
                     .title = std::string(title),
                     .count = count,
                     .counters = std::move(counters),
                     .inferred = true});
}

void add_firewall(const Amounts& amounts, std::initializer_list<std::string_view> instances,
                  std::initializer_list<LedgerStep*> steps) {
    std::optional<std::int64_t> left;
    for (const std::string_view instance : instances) {
        if (const auto count = amounts.sum(drop_group_id, instance, "NETFILTER_DROP")) {
            left = left.value_or(0) + *count;
        }
    }
    if (!left) {
        return;
    }
    for (LedgerStep* const step : steps) {
        const std::int64_t missing =
            std::max<std::int64_t>(0, step == nullptr ? 0 : step->unaccounted().value_or(0));
        const std::int64_t part = std::min(*left, missing);
        if (part > 0) {
            add(step->dropped, "firewall", "by a firewall's rule", part,
                "drop-monitor[*].NETFILTER_DROP");
            *left -= part;
        }
    }
}

std::optional<std::int64_t> without(std::optional<std::int64_t> containing,
                                    std::optional<std::int64_t> contained) {
    if (!containing) {
        return std::nullopt;
    }
    return std::max<std::int64_t>(0, *containing - contained.value_or(0));
}

}  // namespace igbtune::model
