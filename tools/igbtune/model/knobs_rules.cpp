// SPDX-License-Identifier: GPL-2.0-only
#include "model/knobs_rules.hpp"

#include <algorithm>
#include <vector>

#include "model/flow_rule.hpp"
#include "source/ethtool_rules.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::Sources;
using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::string_view none = "none";

using Rules = std::vector<FlowRule>;

Result<Rules> parse(std::string_view text) {
    Rules rules;
    if (util::trim(text) == none) {
        return rules;
    }
    for (const std::string_view part : util::split(text, ';')) {
        auto rule = parse_flow_rule(part);
        if (!rule) {
            return rule.error();
        }
        const bool taken = rule->location && std::ranges::any_of(rules, [&](const FlowRule& other) {
                               return other.location == rule->location;
                           });
        if (taken) {
            return Error{ErrorKind::invalid, "two rules cannot have one loc"};
        }
        rules.push_back(*rule);
    }
    return rules;
}

std::string text_of(const Rules& rules) {
    std::string text;
    for (const FlowRule& rule : rules) {
        text += (text.empty() ? "" : "; ") + flow_rule_text(rule);
    }
    return text.empty() ? std::string(none) : text;
}

Result<Rules> present(Sources& sources, const std::string& device) {
    const auto specs = source::flow_rules(sources.ethtool(), device);
    if (!specs) {
        return specs.error();
    }
    Rules rules;
    for (const ethtool_rx_flow_spec& spec : *specs) {
        FlowRule rule{.spec = spec, .location = spec.location};
        rule.spec.location = 0;
        rules.push_back(rule);
    }
    return rules;
}

// Takes from the rules one that serves as the wanted one.
bool take(Rules& rules, const FlowRule& wanted) {
    const auto found = std::ranges::find_if(rules, [&](const FlowRule& rule) {
        return same_flow(rule, wanted) && (!wanted.location || rule.location == wanted.location);
    });
    if (found == rules.end()) {
        return false;
    }
    rules.erase(found);
    return true;
}

// Those with a place first: any place does for the others.
Rules by_place(Rules rules) {
    std::ranges::stable_partition(rules,
                                  [](const FlowRule& rule) { return rule.location.has_value(); });
    return rules;
}

bool means(std::string_view now, std::string_view wanted) {
    auto there = parse(now);
    const auto asked = parse(wanted);
    if (!there || !asked || there->size() != asked->size()) {
        return false;
    }
    return std::ranges::all_of(by_place(*asked),
                               [&](const FlowRule& rule) { return take(*there, rule); });
}

// What is there and wanted stays, so that no flow of it changes its queue in between.
Status put(Sources& sources, const std::string& device, const std::string& text) {
    const auto asked = parse(text);
    auto there = present(sources, device);
    if (!asked || !there) {
        return asked ? there.error() : asked.error();
    }
    Rules missing;
    for (const FlowRule& rule : by_place(*asked)) {
        if (!take(*there, rule)) {
            missing.push_back(rule);
        }
    }
    for (const FlowRule& rule : *there) {
        if (Status done =
                source::delete_flow_rule(sources.ethtool(), device, rule.location.value_or(0));
            !done) {
            return done;
        }
    }
    for (const FlowRule& rule : missing) {
        const Status done =
            source::insert_flow_rule(sources.ethtool(), device, rule.spec, rule.location);
        if (!done) {
            return Error{done.error().kind, "the driver refuses " + flow_rule_text(rule) + ": " +
                                                done.error().message +
                                                "; the kernel's log may say why"};
        }
    }
    return util::Done{};
}

}  // namespace

std::optional<Knob> rules_knob(Sources& sources, const std::string& device) {
    if (!present(sources, device)) {
        return std::nullopt;
    }
    Knob knob;
    knob.name = "ntuple";
    knob.term = "ntuple";
    knob.order = Order::rules;
    knob.form = Form::own;
    knob.canonical = [](std::string_view text) -> Result<std::string> {
        const auto rules = parse(text);
        return rules ? Result(text_of(*rules)) : Result<std::string>(rules.error());
    };
    knob.get = [&sources, device]() -> Result<std::string> {
        const auto rules = present(sources, device);
        return rules ? Result(text_of(*rules)) : Result<std::string>(rules.error());
    };
    knob.put = [&sources, device](const std::string& text) { return put(sources, device, text); };
    knob.means = means;
    return knob;
}

}  // namespace igbtune::model
