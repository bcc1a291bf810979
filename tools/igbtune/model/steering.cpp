// SPDX-License-Identifier: GPL-2.0-only
#include "model/steering.hpp"

#include <algorithm>

#include "model/flow_rule.hpp"
#include "model/profile_fit.hpp"
#include "source/rtnetlink.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::Sources;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

constexpr std::string_view no_rules = "none";
constexpr const char* table_knob = "sysctl.net.core.rps_sock_flow_entries";
// As the kernel's Documentation/networking/scaling.rst suggests for a moderately loaded server.
constexpr std::uint64_t flow_entries = 32768;
constexpr std::uint64_t flows_of_a_queue = 4096;

}  // namespace

Result<Steering> read_steering(Sources& sources, const std::string& device) {
    const auto link = source::link_by_name(sources.netlink(), device);
    if (!link) {
        return link.error();
    }
    auto filters = source::hardware_filters(sources.generic(), link->index);
    if (!filters) {
        return Error{ErrorKind::not_supported,
                     link->name + ": only igbr tells its filters (" + filters.error().message +
                         "); 'igbtune save' tells ethtool's rules of any driver"};
    }
    auto flows = source::asked_flows(sources.generic(), link->index);
    if (!flows) {
        return flows.error();
    }
    auto counters = source::flow_counters(sources.generic(), link->index);
    if (!counters) {
        return counters.error();
    }
    return Steering{.device = link->name,
                    .filters = std::move(*filters),
                    .flows = std::move(*flows),
                    .counters = std::move(*counters)};
}

Result<Settings> change_rules(const Knobs& knobs, const std::vector<std::string>& added,
                              const std::vector<std::uint32_t>& deleted) {
    const auto knob = knobs.find("ntuple");
    if (!knob) {
        return Error{ErrorKind::not_supported,
                     knobs.device() + ": the driver has no rules that lead frames to queues"};
    }
    const auto present = knobs.read(**knob);
    if (!present) {
        return present.error();
    }
    auto rules = edited_rules(*present, added, deleted);
    return rules ? Result(Settings{{"ntuple", std::move(*rules)}})
                 : Result<Settings>(rules.error());
}

Result<std::string> edited_rules(const std::string& present, const std::vector<std::string>& added,
                                 const std::vector<std::uint32_t>& deleted) {
    std::vector<std::string> rules;
    std::vector<std::uint32_t> left = deleted;
    for (const std::string_view text : util::split(present, ';')) {
        if (util::trim(text) == no_rules) {
            continue;
        }
        const auto rule = parse_flow_rule(text);
        if (!rule) {
            return rule.error();
        }
        const auto unwanted = std::ranges::find(left, rule->location.value_or(0));
        if (unwanted == left.end()) {
            rules.emplace_back(util::trim(text));
        } else {
            left.erase(unwanted);
        }
    }
    if (!left.empty()) {
        return Error{ErrorKind::invalid,
                     "there is no rule at location " + std::to_string(left.front())};
    }
    for (const std::string& text : added) {
        const auto rule = parse_flow_rule(text);
        if (!rule) {
            return rule.error();
        }
        rules.push_back(flow_rule_text(*rule));
    }
    return rules.empty() ? std::string(no_rules) : util::join(rules, "; ");
}

Result<Settings> flow_steering(const Knobs& knobs, bool on, const util::CpuSet& online) {
    Profile recipe;
    if (!on) {
        recipe.settings = {{"rx-*.rps_flow_cnt", "0"}};
        return fit(recipe, knobs, online);
    }
    std::uint64_t entries = flow_entries;
    if (const auto knob = knobs.find(table_knob)) {
        // Other devices may need more.
        const auto present = knobs.read(**knob);
        entries = std::max(
            entries, util::number<std::uint64_t>(present ? *present : std::string()).value_or(0));
    }
    recipe.settings = {{"feature.rx-ntuple-filter", "on"},
                       {"rx-*.irq_cpus", "spread"},
                       {table_knob, std::to_string(entries)},
                       {"rx-*.rps_flow_cnt", std::to_string(flows_of_a_queue)}};
    return fit(recipe, knobs, online);
}

}  // namespace igbtune::model
