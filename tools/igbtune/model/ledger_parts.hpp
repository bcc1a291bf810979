// SPDX-License-Identifier: GPL-2.0-only
// What both directions of the ledger are put together from.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/amounts.hpp"
#include "model/ledger.hpp"

namespace igbtune::model {

// The private counters of a driver mean what its author meant.
struct Dialect {
    std::string_view driver;
    std::string_view good_frames;      // received and passed by the MAC's filters
    std::string_view sent_frames;      // put on the wire
    std::string_view no_descriptor;    // of a queue: no descriptor was free
    std::string_view driver_drops;     // of a queue
    std::string_view bad_descriptors;  // of a queue, among its drops
    std::string_view errors;           // of a queue: damaged frames, among its drops
    bool packets_contain_drops{};      // of a queue
    bool rx_dropped_contains_drops{};  // stats64's
};

[[nodiscard]] const Dialect& dialect_of(std::string_view driver);

// Loopback and veth count a packet only after the backlog took it; the others before.
[[nodiscard]] bool counts_after_backlog(std::string_view driver, bool loopback);

// A device that stands upon others: its packets came through one of them first. By the name that
// its driver has for ethtool, or by the link's kind.
[[nodiscard]] bool shares_packets(std::string_view driver);

// Reads amounts and keeps where each came from.
class Reading {
public:
    explicit Reading(const Amounts& amounts) : amounts_(&amounts) {}

    // The first of the names that the device has.
    std::optional<std::int64_t> first(std::initializer_list<std::string_view> names);

    // All that there are of the names; nothing if there is none.
    std::optional<std::int64_t> all(std::initializer_list<std::string_view> names);

    std::optional<std::int64_t> sum(std::string_view group, std::string_view instance,
                                    std::string_view counter);

    // The names that were read since the last call, " + " between them.
    std::string sources();

    // Adds what was just read, with its sources. Of a count that is not there nothing is added; a
    // drop of 0 is: that nothing was lost is news.
    void put(std::vector<Flow>& flows, std::string_view id, std::string_view title,
             std::optional<std::int64_t> count);

private:
    const Amounts* amounts_;
    std::vector<std::string> names_;
};

// The same with sources that are known otherwise.
void add(std::vector<Flow>& flows, std::string_view id, std::string_view title,
         std::optional<std::int64_t> count, std::string counters);

// What the drop monitor saw of a firewall's rules, which no counter of the protocols counts: as
// much of it as the steps miss.
void add_firewall(const Amounts& amounts, std::initializer_list<std::string_view> instances,
                  std::initializer_list<LedgerStep*> steps);

// What no counter counts, but others imply.
void add_inferred(std::vector<Flow>& flows, std::string_view id, std::string_view title,
                  std::int64_t count, std::string counters);

// What the containing counter counts beyond those that it contains.
[[nodiscard]] std::optional<std::int64_t> without(std::optional<std::int64_t> containing,
                                                  std::optional<std::int64_t> contained);

}  // namespace igbtune::model
