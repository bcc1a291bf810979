// SPDX-License-Identifier: GPL-2.0-only
#include "model/plan.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "source/rtnetlink.hpp"

namespace igbtune::model {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

bool resets_queues(const Change& change) {
    return change.order == Order::channels || change.order == Order::rings;
}

bool is_coalescing(Order order) {
    return order == Order::coalescing || order == Order::queue_coalescing;
}

bool is_coalescing(const Change& change) {
    return is_coalescing(change.order);
}

bool is_feature(const Change& change) {
    return change.order == Order::features;
}

// A new number of queues, or new rings, may reset what is set for each queue and the coalescing;
// settings of coalescing may change each other; and rules go with the feature that they are.
void keep_what_is_reset(const Knobs& knobs, std::vector<Change>& changes) {
    const bool queues = std::ranges::any_of(changes, resets_queues);
    const bool coalescing = queues || std::ranges::any_of(changes, [](const Change& change) {
                                return is_coalescing(change);
                            });
    const bool rules = queues || std::ranges::any_of(changes, is_feature);
    std::set<std::string> planned;
    for (const Change& change : changes) {
        planned.insert(change.knob);
    }
    for (const Knob& knob : knobs.all()) {
        const bool touched = (queues && knob.order == Order::queues) ||
                             (coalescing && is_coalescing(knob.order)) ||
                             (rules && knob.order == Order::rules);
        if (!touched || planned.contains(knob.name)) {
            continue;
        }
        if (const auto value = knobs.read(knob)) {
            changes.push_back(
                {.knob = knob.name, .before = *value, .after = *value, .order = knob.order});
        }
    }
}

// That each has its value when all are written.
Status verify(source::Sources& sources, const Plan& plan) {
    const auto knobs = Knobs::of(sources, plan.device);
    if (!knobs) {
        return knobs.error();
    }
    for (const Change& change : plan.changes) {
        if (change.kept()) {
            continue;
        }
        const auto knob = knobs->find(change.knob);
        if (!knob) {
            return knob.error();
        }
        const auto now = knobs->read(**knob);
        if (!now) {
            return Error{now.error().kind, change.knob + ": " + now.error().message};
        }
        if (!(*knob)->has(*now, change.after)) {
            return Error{ErrorKind::failure, change.knob + "=" + change.after +
                                                 ": another of the changes made it " + *now};
        }
    }
    return util::Done{};
}

// What is written to a device that is gone: an error, or nothing.
enum class Gone { fails, is_done };

// Channels come and go with their queues: the knobs are found anew after each that resets them.
class Writer {
public:
    Writer(source::Sources& sources, const Plan& plan, Gone gone)
        : sources_(&sources), device_(plan.device), index_(plan.index), gone_(gone) {}

    // A queue's knob that is not there any more need not be kept.
    Status write(const Change& change, const std::string& value) {
        if (Status found = find_knobs(); !found) {
            return found;
        }
        const auto knob = knobs_->find(change.knob);
        if (!knob) {
            const bool without_device = machine_only_ && change.order != Order::system;
            return change.kept() || without_device ? Status(util::Done{}) : Status(knob.error());
        }
        const auto now = knobs_->read(**knob);
        if (now && (*knob)->has(*now, value)) {
            return util::Done{};
        }
        const Status done = knobs_->write(**knob, value);
        if (resets_queues(change)) {
            knobs_.reset();
        }
        return done;
    }

private:
    Status find_knobs() {
        if (knobs_) {
            return util::Done{};
        }
        auto found = Knobs::of(*sources_, device_);
        const auto missing = [&] { return !found && found.error().kind == ErrorKind::not_found; };
        if (missing() && index_ != 0) {
            if (const auto renamed = source::link_by_index(sources_->netlink(), index_)) {
                found = Knobs::of(*sources_, renamed->name);
            }
        }
        machine_only_ = gone_ == Gone::is_done && missing();
        if (!found && !machine_only_) {
            return found.error();
        }
        knobs_.emplace(found ? std::move(*found) : Knobs::of_machine(*sources_));
        return util::Done{};
    }

    source::Sources* sources_;
    std::string device_;
    int index_;
    Gone gone_;
    bool machine_only_{};
    std::optional<Knobs> knobs_;
};

}  // namespace

std::size_t Plan::size() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(changes, [](const Change& change) { return !change.kept(); }));
}

Result<std::vector<Change>> differences(const Knobs& knobs, const Settings& wanted) {
    std::vector<Change> changes;
    std::set<std::string> seen;
    for (const auto& [name, value] : wanted) {
        const auto knob = knobs.find(name);
        if (!knob) {
            return knob.error();
        }
        if (!seen.insert(name).second) {
            return Error{ErrorKind::invalid, name + " is named twice"};
        }
        const auto right = knobs.canonical(**knob, value);
        if (!right) {
            return right.error();
        }
        const auto now = knobs.read(**knob);
        if (!now) {
            return Error{now.error().kind, name + ": " + now.error().message};
        }
        if (!(*knob)->has(*now, *right)) {
            changes.push_back(
                {.knob = name, .before = *now, .after = *right, .order = (*knob)->order});
        }
    }
    return changes;
}

Result<Plan> make_plan(const Knobs& knobs, const Settings& wanted) {
    auto changes = differences(knobs, wanted);
    if (!changes) {
        return changes.error();
    }
    keep_what_is_reset(knobs, *changes);
    std::ranges::stable_sort(*changes, {}, &Change::order);
    return Plan{.device = knobs.device(), .index = knobs.index(), .changes = std::move(*changes)};
}

Status still_before(source::Sources& sources, const Plan& plan) {
    const auto knobs = Knobs::of(sources, plan.device);
    if (!knobs) {
        return knobs.error();
    }
    for (const Change& change : plan.changes) {
        // Drivers may move what is kept by themselves, as adaptive coalescing.
        if (change.kept()) {
            continue;
        }
        const auto knob = knobs->find(change.knob);
        const auto now = knob ? knobs->read(**knob) : Result<std::string>(knob.error());
        if (!now || !(*knob)->has(*now, change.before)) {
            return Error{now ? ErrorKind::failure : now.error().kind,
                         change.knob + ": somebody changed it in between; nothing is changed"};
        }
    }
    return util::Done{};
}

Status carry_out(source::Sources& sources, const Plan& plan) {
    Writer writer(sources, plan, Gone::fails);
    const auto wanted = [&](const auto& kind) {
        return std::ranges::any_of(
            plan.changes, [&](const Change& change) { return kind(change) && !change.kept(); });
    };
    const bool coalescing = wanted([](const Change& change) { return is_coalescing(change); });
    const bool features = wanted(is_feature);
    for (const Change& change : plan.changes) {
        // Those that a wanted one changes along are only remembered for the way back.
        if (change.kept() &&
            ((coalescing && is_coalescing(change)) || (features && change.order == Order::rules))) {
            continue;
        }
        if (const Status done = writer.write(change, change.after); !done) {
            return done;
        }
    }
    return verify(sources, plan);
}

Status take_back(source::Sources& sources, const Plan& plan) {
    Writer writer(sources, plan, Gone::is_done);
    std::optional<Error> first;
    // Again, for those that another changed along; what is right by then is not written.
    for (int round = 0; round < 2; ++round) {
        first.reset();
        for (const Change& change : plan.changes) {
            const Status done = writer.write(change, change.before);
            if (!done && !first) {
                first = done.error();
            }
        }
    }
    return first ? Status(*first) : Status(util::Done{});
}

}  // namespace igbtune::model
