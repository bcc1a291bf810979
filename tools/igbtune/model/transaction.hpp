// SPDX-License-Identifier: GPL-2.0-only
// Changes that are made whole or not at all, and that go back by themselves unless confirmed. There
// is one at a time in a network namespace; its journal is written before the first setting is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/journal.hpp"
#include "model/plan.hpp"
#include "source/sources.hpp"
#include "source/state_directory.hpp"
#include "util/result.hpp"

namespace igbtune::model {

// What became of an earlier change that was found unfinished.
enum class Found { nothing, taken_back, waits, done };

class Transactions {
public:
    Transactions(source::Sources& sources, source::StateDirectory directory)
        : sources_(&sources), directory_(std::move(directory)) {}

    // Takes back what was interrupted, or not confirmed in time. All others do this first.
    util::Result<Found> recover();

    // Of the change that comes next: who watches over it must know its id.
    struct Ticket {
        std::string id;
        std::int64_t confirm_within{};  // seconds from when all is written; 0: it stays
    };
    [[nodiscard]] static Ticket ticket(std::int64_t confirm_within_seconds);

    // Makes the change, or takes back the part that was made.
    util::Status make(const Plan& plan, const Ticket& ticket);

    util::Status confirm();

    // The last change, confirmed or not. The value says which settings went back.
    util::Result<Plan> roll_back();

    // The change of that id goes back if it was interrupted, or not confirmed in time. The value is
    // the deadline of one that still waits; 0: there is nothing more to watch over.
    util::Result<std::int64_t> expire(const std::string& id);

private:
    util::Result<std::optional<Journal>> journal() const;
    util::Status keep(const Journal& journal) const;

    // While a change is not done, the one before it waits beside its journal: if the change goes
    // back, that is the last one again.
    util::Status set_aside(const Journal& journal) const;
    util::Status settle(const Journal& journal) const;
    util::Status forget() const;

    util::Status take_back_and_forget(const Journal& journal);
    util::Result<Found> recover_locked();

    source::Sources* sources_;
    source::StateDirectory directory_;
};

// Seconds since boot, sleep included.
[[nodiscard]] std::int64_t boot_seconds();

}  // namespace igbtune::model
