// SPDX-License-Identifier: GPL-2.0-only
#include "model/glossary.hpp"

#include <algorithm>

#include "model/glossary_tables.hpp"
#include "model/queue_counters.hpp"
#include "util/text.hpp"

namespace igbtune::model {
namespace {

// "softnet[0].dropped" as "softnet.dropped", "queue[rx 0].drops" as "queue.rx.drops".
std::string without_instance(std::string_view name) {
    const std::size_t open = name.find('[');
    const std::size_t close = name.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || open > close) {
        return std::string(name);
    }
    const std::string_view group = name.substr(0, open);
    std::string text(group);
    if (group == queue_group_id) {
        text.append(".").append(name.substr(open + 1, 2));
    }
    return text.append(name.substr(close + 1));
}

// "rx-3.rps_cpus" as "rx.rps_cpus", "feature.rx-gro" as "feature".
std::string without_queue(std::string_view name) {
    if (name.starts_with("feature.")) {
        return "feature";
    }
    const std::size_t dot = name.find('.');
    const bool queue = name.starts_with("rx-") || name.starts_with("tx-");
    if (!queue || dot == std::string_view::npos ||
        !util::number<std::uint32_t>(name.substr(3, dot - 3))) {
        return std::string(name);
    }
    return std::string(name.substr(0, 2)).append(name.substr(dot));
}

// IPv6's counters mean what IPv4's of the same name do, which lie in two groups.
std::vector<std::string> names_in_ipv4(const std::string& name) {
    if (name == "ip6.OutForwDatagrams") {
        return {"ip.ForwDatagrams"};
    }
    const std::size_t six = name.find("6.");
    if (six == std::string::npos) {
        return {};
    }
    const std::string group = name.substr(0, six);
    const std::string counter = name.substr(six + 2);
    return {group + "." + counter, group + "-ext." + counter};
}

// The part behind the group; of a knob, which has no group, the whole.
std::string_view counter_of(const Term& term) {
    const std::size_t dot = term.name.rfind('.');
    return dot == std::string_view::npos || term.verdict == Verdict::knob
               ? term.name
               : term.name.substr(dot + 1);
}

std::vector<Term> all_tables() {
    std::vector<Term> all;
    for (const std::span<const Term> table : {way_terms(), side_terms(), other_terms()}) {
        all.insert(all.end(), table.begin(), table.end());
    }
    return all;
}

template <typename Matches>
std::vector<const Term*> all_that(const Matches& matches) {
    std::vector<const Term*> found;
    for (const Term& term : glossary()) {
        if (matches(term)) {
            found.push_back(&term);
        }
    }
    return found;
}

}  // namespace

std::span<const Term> glossary() {
    static const std::vector<Term> all = all_tables();
    return all;
}

std::vector<const Term*> all_terms() {
    return all_that([](const Term&) { return true; });
}

std::vector<const Term*> explain(std::string_view name) {
    const std::string plain = without_queue(without_instance(name));
    auto found = all_that([&](const Term& term) { return term.name == plain; });
    if (found.empty()) {
        found = all_that([&](const Term& term) { return counter_of(term) == plain; });
    }
    if (found.empty()) {
        const std::string small = util::lower(plain);
        found = all_that([&](const Term& term) {
            return util::lower(term.name) == small || util::lower(counter_of(term)) == small;
        });
    }
    for (const std::string& other : names_in_ipv4(plain)) {
        if (found.empty()) {
            found = all_that([&](const Term& term) { return term.name == other; });
        }
    }
    if (!found.empty()) {
        return found;
    }
    if (const auto queue = parse_queue_counter(name)) {
        const bool receive = queue->direction == source::Direction::rx;
        const std::string of_queue =
            (receive ? "queue.rx." : "queue.tx.") + std::string(queue->counter);
        found = all_that([&](const Term& term) { return term.name == of_queue; });
    }
    // What has no explanation of its own has at least that of its group.
    const std::size_t dot = plain.find('.');
    if (found.empty() && dot != std::string::npos && dot + 1 < plain.size()) {
        const std::string_view group = std::string_view(plain).substr(0, dot);
        found = all_that([&](const Term& term) { return term.name == group; });
    }
    return found;
}

std::vector<const Term*> terms_of_group(std::string_view group) {
    const std::string beginning = std::string(without_instance(group)) + ".";
    return all_that([&](const Term& term) { return term.name.starts_with(beginning); });
}

std::string likely_term(std::string_view name) {
    std::vector<std::string> names;
    for (const Term& term : glossary()) {
        names.emplace_back(term.name);
        names.emplace_back(counter_of(term));
    }
    return util::did_you_mean(name, names).value_or("");
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::fine:
            return "normal";
        case Verdict::look:
            return "worth a look when it grows";
        case Verdict::loss:
            return "each count is a lost packet";
        case Verdict::knob:
            return "a setting";
    }
    return "";
}

}  // namespace igbtune::model
