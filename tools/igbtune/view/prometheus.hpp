// SPDX-License-Identifier: GPL-2.0-only
// Metrics in Prometheus' text format: every counter of every layer, and the ledger's losses with
// their one owner.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/ledger_report.hpp"

namespace igbtune::view {

// Both directions of one snapshot.
struct Reports {
    model::LedgerReport receive;
    model::LedgerReport transmit;
};

// What several devices say of the network namespace or the machine is told once.
[[nodiscard]] std::string prometheus_text(std::span<const Reports> devices);

// "udp" and "RcvbufErrors" as "igbtune_udp_rcvbuf_errors".
[[nodiscard]] std::string metric_name(std::string_view group, std::string_view counter);

}  // namespace igbtune::view
