// SPDX-License-Identifier: GPL-2.0-only
#include "view/plan_text.hpp"

#include <algorithm>

#include "util/text.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using model::Change;
using model::Plan;

namespace {

// Behind a driver's name, and a qdisc's, there is what only igbtune reads.
std::string shown(const Change& change, const std::string& value) {
    const bool name = change.knob == "driver" || change.knob == "qdisc";
    const std::string text = name ? value.substr(0, value.find('/')) : value;
    return text.empty() ? "(none)" : util::printable(text);
}

std::string table_of(const std::vector<Change>& changes, const char* before, const char* after,
                     bool backwards) {
    Table table({{.header = "knob", .align = Align::left},
                 {.header = before, .align = Align::left},
                 {.header = after, .align = Align::left}});
    for (const Change& change : changes) {
        if (!change.kept()) {
            table.add({change.knob, shown(change, backwards ? change.after : change.before),
                       shown(change, backwards ? change.before : change.after)});
        }
    }
    return table.text(2);
}

std::string counted(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " setting" : " settings");
}

// A shell takes it as it is. What of a driver only igbtune reads is in its record of the change.
std::string inverse(const Plan& plan) {
    const auto driver = std::ranges::find(plan.changes, "driver", &Change::knob);
    if (driver != plan.changes.end()) {
        return "igbtune rollback";
    }
    std::string text = "igbtune set " + plan.device;
    for (const Change& change : plan.changes) {
        if (!change.kept()) {
            text += " '" + change.knob + "=" + change.before + "'";
        }
    }
    return text;
}

}  // namespace

std::string plan_text(const Plan& plan, const Style& style) {
    const std::string device = util::printable(plan.device);
    if (plan.size() == 0) {
        return style.title(device) + ": nothing to change\n";
    }
    std::string text = style.title(device) + ": would change " + counted(plan.size()) + "\n" +
                       table_of(plan.changes, "now", "then", false);
    const std::size_t kept = plan.changes.size() - plan.size();
    if (kept > 0) {
        text += "  " + counted(kept) +
                " of the queues and of coalescing would be written again where this resets them\n";
    }
    return text + "back again by: " + util::printable(inverse(plan)) + "\n";
}

std::string change_made_text(const Plan& plan, std::int64_t confirm, const Style& style) {
    const std::string text = style.title(util::printable(plan.device)) + ": changed " +
                             counted(plan.size()) + "\n" +
                             table_of(plan.changes, "before", "now", false);
    if (confirm > 0) {
        return text + "goes back in " + std::to_string(confirm) +
               " s unless you keep it: igbtune confirm\n";
    }
    return text + "back again by: igbtune rollback\n";
}

std::string taken_back_text(const Plan& plan, const Style& style) {
    return style.title(util::printable(plan.device)) + ": took back " + counted(plan.size()) +
           "\n" + table_of(plan.changes, "before", "now", true);
}

std::string differences_text(const std::vector<Change>& changes) {
    return table_of(changes, "now", "profile", false);
}

}  // namespace igbtune::view
