// SPDX-License-Identifier: GPL-2.0-only
#include "model/transaction.hpp"

#include <ctime>
#include <random>

namespace igbtune::model {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr const char* earlier_mark = ".earlier";

Result<std::string> journal_name() {
    const auto number = source::network_namespace_number();
    if (!number) {
        return number.error();
    }
    return "journal-" + *number;
}

}  // namespace

std::int64_t boot_seconds() {
    timespec now{};
    (void)::clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

Transactions::Ticket Transactions::ticket(std::int64_t confirm_within_seconds) {
    std::random_device random;
    Ticket ticket;
    ticket.id = std::to_string(boot_seconds()) + "-" + std::to_string(random());
    ticket.confirm_within = confirm_within_seconds;
    return ticket;
}

Result<std::optional<Journal>> Transactions::journal() const {
    const auto name = journal_name();
    if (!name) {
        return name.error();
    }
    const auto text = directory_.read(*name);
    if (!text) {
        return text.error();
    }
    if (!*text) {
        return std::optional<Journal>{};
    }
    auto parsed = parse_journal(**text);
    if (!parsed) {
        return Error{parsed.error().kind,
                     directory_.path() + "/" + *name + ": " + parsed.error().message};
    }
    return std::optional(std::move(*parsed));
}

Status Transactions::keep(const Journal& journal) const {
    const auto name = journal_name();
    return name ? directory_.replace(*name, journal_text(journal)) : Status(name.error());
}

Status Transactions::set_aside(const Journal& journal) const {
    const auto name = journal_name();
    return name ? directory_.replace(*name + earlier_mark, journal_text(journal))
                : Status(name.error());
}

Status Transactions::settle(const Journal& journal) const {
    const auto name = journal_name();
    if (!name) {
        return name.error();
    }
    const Status kept = keep(journal);
    return kept && journal.stage == Stage::done ? directory_.remove(*name + earlier_mark) : kept;
}

Status Transactions::forget() const {
    const auto name = journal_name();
    if (!name) {
        return name.error();
    }
    const auto earlier = directory_.read(*name + earlier_mark);
    if (!earlier) {
        return earlier.error();
    }
    if (!*earlier) {
        return directory_.remove(*name);
    }
    const Status replaced = directory_.replace(*name, **earlier);
    return replaced ? directory_.remove(*name + earlier_mark) : replaced;
}

Status Transactions::take_back_and_forget(const Journal& journal) {
    // Should this be interrupted, the next recovery goes on.
    Journal again = journal;
    again.stage = Stage::applying;
    if (const Status kept = keep(again); !kept) {
        return kept;
    }
    if (const Status done = take_back(*sources_, journal.plan); !done) {
        const auto name = journal_name();
        return Error{done.error().kind,
                     "not everything could be taken back: " + done.error().message +
                         "; igbtune rollback tries again; removing " + directory_.path() + "/" +
                         (name ? *name : "journal-*") + " gives it up"};
    }
    return forget();
}

Result<Found> Transactions::recover_locked() {
    const auto found = journal();
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return Found::nothing;
    }
    const Journal& earlier = **found;
    if (earlier.stage == Stage::done) {
        return Found::done;
    }
    if (earlier.stage == Stage::armed && boot_seconds() < earlier.deadline) {
        return Found::waits;
    }
    if (const Status done = take_back_and_forget(earlier); !done) {
        return done.error();
    }
    return Found::taken_back;
}

Result<Found> Transactions::recover() {
    const auto lock = directory_.lock();
    return lock ? recover_locked() : Result<Found>(lock.error());
}

Status Transactions::make(const Plan& plan, const Ticket& ticket) {
    const auto lock = directory_.lock();
    if (!lock) {
        return lock.error();
    }
    const auto earlier = recover_locked();
    if (!earlier) {
        return earlier.error();
    }
    if (*earlier == Found::waits) {
        return Error{ErrorKind::failure,
                     "an earlier change waits for its confirmation: igbtune confirm keeps it, "
                     "igbtune rollback takes it back"};
    }
    if (Status same = still_before(*sources_, plan); !same) {
        return same;
    }
    const auto last = this->journal();  // done, or none
    const Status aside = last && *last ? set_aside(**last) : Status(util::Done{});
    if (!last || !aside) {
        return last ? aside : Status(last.error());
    }
    Journal journal{.id = ticket.id, .stage = Stage::applying, .deadline = 0, .plan = plan};
    if (const Status kept = keep(journal); !kept) {
        return kept;
    }
    if (const Status done = carry_out(*sources_, plan); !done) {
        const Status back = take_back_and_forget(journal);
        return Error{done.error().kind,
                     done.error().message +
                         (back ? "; everything is as it was" : "; " + back.error().message)};
    }
    journal.stage = Stage::done;
    if (ticket.confirm_within > 0) {
        journal.stage = Stage::armed;
        journal.deadline = boot_seconds() + ticket.confirm_within;
    }
    return settle(journal);
}

Status Transactions::confirm() {
    const auto lock = directory_.lock();
    if (!lock) {
        return lock.error();
    }
    const auto state = recover_locked();
    if (!state) {
        return state.error();
    }
    if (*state == Found::taken_back) {
        return Error{ErrorKind::failure, "too late: the change was taken back"};
    }
    if (*state != Found::waits) {
        return Error{ErrorKind::failure, "no change waits for a confirmation"};
    }
    const auto found = journal();
    if (!found) {
        return found.error();
    }
    Journal kept = **found;
    kept.stage = Stage::done;
    return settle(kept);
}

Result<Plan> Transactions::roll_back() {
    const auto lock = directory_.lock();
    if (!lock) {
        return lock.error();
    }
    const auto found = journal();
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return Error{ErrorKind::failure, "there is no change to take back"};
    }
    if (const Status done = take_back_and_forget(**found); !done) {
        return done.error();
    }
    return (*found)->plan;
}

Result<std::int64_t> Transactions::expire(const std::string& id) {
    const auto lock = directory_.lock();
    if (!lock) {
        return lock.error();
    }
    const auto found = journal();
    if (!found) {
        return found.error();
    }
    if (!*found || (*found)->id != id || (*found)->stage == Stage::done) {
        return std::int64_t{0};
    }
    if ((*found)->stage == Stage::armed && boot_seconds() < (*found)->deadline) {
        return (*found)->deadline;
    }
    const Status done = take_back_and_forget(**found);
    return done ? Result(std::int64_t{0}) : Result<std::int64_t>(done.error());
}

}  // namespace igbtune::model
