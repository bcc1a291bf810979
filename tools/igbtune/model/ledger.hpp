// SPDX-License-Identifier: GPL-2.0-only
// The ledger: what goes into each step of the way and what comes out of it. At each step
//     in = out + taken elsewhere + dropped here + unaccounted
// A packet that is lost has one owner: a counter that contains another is counted without it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/amounts.hpp"
#include "model/snapshot.hpp"

namespace igbtune::model {

struct Flow {
    std::string id;     // for programs
    std::string title;  // for people
    std::int64_t count{};
    std::string counters;  // where the number comes from; explain knows these names
    bool inferred{};       // follows from other counters, because none counts it
};

struct LedgerStep {
    std::string id;
    std::string title;
    Scope scope{};
    std::vector<Flow> in;
    std::vector<Flow> dropped;
    std::vector<Flow> taken;  // left the way without being lost: merged, forwarded
    std::vector<Flow> out;
    std::vector<Flow> also;  // what happened here beside the packets' way: no part of the balance
    std::string open;        // why the step cannot be balanced; empty if it can

    [[nodiscard]] std::int64_t total_in() const;
    [[nodiscard]] std::int64_t total_dropped() const;
    [[nodiscard]] std::int64_t total_taken() const;
    [[nodiscard]] std::int64_t total_out() const;

    // Nothing where the step cannot be balanced.
    [[nodiscard]] std::optional<std::int64_t> unaccounted() const;
};

// One queue's part in the step between the MAC and the driver.
struct QueueLine {
    std::string queue;  // "rx 0"
    std::optional<std::int64_t> packets;
    std::optional<std::int64_t> no_descriptor;
    std::optional<std::int64_t> driver_drops;
    std::optional<std::int64_t> no_memory;  // failed allocations, not each of which costs a packet
    std::optional<std::int64_t> xdp_drops;  // by the program
    std::optional<std::int64_t> in_flight;  // bytes with the device at this moment, by BQL
    std::optional<std::int64_t> limit;      // of those
};

struct Ledger {
    std::vector<LedgerStep> steps;
    std::vector<QueueLine> queues;

    [[nodiscard]] std::int64_t dropped() const;
    [[nodiscard]] std::int64_t unaccounted() const;  // of the steps that can be balanced
    [[nodiscard]] bool has_open_steps() const;
    [[nodiscard]] const LedgerStep* find(std::string_view id) const;
    [[nodiscard]] LedgerStep* find(std::string_view id);
};

[[nodiscard]] Ledger receive_ledger(const Amounts& amounts, const Snapshot& snapshot);
[[nodiscard]] Ledger transmit_ledger(const Amounts& amounts, const Snapshot& snapshot);

}  // namespace igbtune::model
